"""The forms of pages, whatever their kind."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm

from editorial.form_errors import half_entered
from editorial.review import possible_owners


class DraftForm(WagtailAdminPageForm):
    """A draft may lack anything but its title; publishing says what is missing (editorial.publishing)."""

    # Rows of which publishing wants at least one: what they are called, and what to say where there is none.
    required_rows: Mapping[str, tuple[str, str]] = {}

    def _post_clean(self) -> None:
        # Django asks the page here whether its fields fit one another.
        self.instance.is_saved_as_draft = self.is_deferred_validation
        try:
            super()._post_clean()
        finally:
            self.instance.is_saved_as_draft = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for formset in () if self.is_deferred_validation else self.formsets.values():
            for row in formset.forms:
                is_left_empty = row.empty_permitted and not row.has_changed()
                if not is_left_empty and row.is_valid() and not formset._should_delete_form(row):
                    for name, problem in half_entered(row.instance).items():
                        row.add_error(name, problem)
        return cleaned


class ReviewedPageForm(DraftForm):
    """The form of a page that somebody looks at again."""

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
        return cleaned
