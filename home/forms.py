"""The form of a page that is reviewed, whatever its kind."""

from typing import Any

from django.utils.text import slugify
from wagtail.admin.forms import WagtailAdminPageForm

from home.review import possible_owners


class ReviewedPageForm(WagtailAdminPageForm):
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
        return cleaned
