"""Drafts may be half entered; what is published is complete."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.models import Page, Revision

from editorial.form_errors import Item, missing


class NotComplete(ValidationError):
    """A page that is to be published and lacks something; its messages say what."""

    def __init__(self, page: Page, items: Sequence[Item]) -> None:
        super().__init__([item.sentence for item in items])
        self.page, self.items = page, items


class CompleteWhenPublished(models.Model):
    """A page that is saved as a draft whatever is missing, and published only when nothing is."""

    is_saved_as_draft = False  # while a form saves it as one

    class Meta:
        abstract = True

    def half_entered(self) -> Mapping[str, str]:
        """What to say of each field that does not fit the others; nothing where all is well."""
        return {}

    def clean(self) -> None:
        super().clean()
        found = {} if self.is_saved_as_draft else self.half_entered()
        if found:
            raise ValidationError(dict(found))

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Wherever it is published without its form (the last approval, many at once), its rows and blocks are asked too.
        What was scheduled was asked then, and goes out. Raises NotComplete."""
        if not revision.approved_go_live_at:
            draft = revision.as_object()
            found = missing(draft)
            if found:
                raise NotComplete(draft, found)
        super().publish(revision, *args, **kwargs)  # type: ignore[misc]
