from typing import Any

from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm

from home.review import possible_owners

NO_ORGANISATION = "Add at least one organisation and say what its role is."


class CaseStudyForm(WagtailAdminPageForm):
    """A draft may lack anything but its title; publishing says what is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            # Where no script fills it in, the page makes it from the title.
            self.fields["slug"].required = False
        if "review_owner" in self.fields:
            self.fields["review_owner"].queryset = possible_owners(self.instance.review_owner_id)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        title = cleaned.get("title")
        if title and "slug" in cleaned and not (cleaned["slug"] or slugify(title)):
            self.add_error("slug", "Give a slug: the title has no letters to make one from.")
        publishing = not self.is_deferred_validation
        organisations = self.formsets.get("organisations")
        if publishing and organisations is not None and not any(map(_kept, organisations.forms)):
            self.add_error(None, NO_ORGANISATION)
        return cleaned


def _kept(form: Any) -> bool:
    """Whether a row of a formset is filled in and not marked for deletion."""
    return form.has_changed() or form.instance.pk is not None if not _deleted(form) else False


def _deleted(form: Any) -> bool:
    return bool(form.data.get(form.add_prefix("DELETE")))
