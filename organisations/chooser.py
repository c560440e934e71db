"""Organisations by name: one that is in the list already is offered instead of making a double of it."""

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.snippets.views.chooser import SnippetChooserViewSet

from organisations.models import Organisation


class OrganisationForm(WagtailAdminModelForm):
    """Adds an organisation from within the chooser. Where its name is taken it offers the one that has it."""

    class Meta(WagtailAdminModelForm.Meta):
        model = Organisation
        fields = ["name", "organisation_type", "description", "place", "website"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twin = Organisation.named(str(self.data.get("name", ""))) if self.is_bound else None
        if self.twin:
            label = f"Choose “{self.twin}” from the list instead"
            choice = {"use_twin": forms.BooleanField(label=label, required=False)}
            # Whoever chooses it need not mend what was typed for another.
            self.fields = choice if self.data.get("use_twin") else choice | self.fields

    def _post_clean(self) -> None:
        if not self._uses_twin():
            super()._post_clean()

    def save(self, commit: bool = True) -> Organisation:
        return self.twin if self.twin and self._uses_twin() else super().save(commit)

    def _uses_twin(self) -> bool:
        return bool(self.cleaned_data.get("use_twin"))


class OrganisationChooserViewSet(SnippetChooserViewSet):
    creation_form_class = OrganisationForm
    creation_tab_label = "Add a new one"
    create_action_label = "Add and choose"
