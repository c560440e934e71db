"""What editors are told of a draft that is not complete when it is saved."""

from django.http import HttpRequest
from wagtail.admin import messages
from wagtail.models import Page

from editorial.form_errors import in_words, missing
from editorial.publishing import CompleteWhenPublished


def say_what_is_missing(request: HttpRequest, page: Page) -> None:
    """After a draft is saved by hand; what saves itself is followed by the checklist."""
    is_draft = not any(name.startswith("action-") for name in request.POST)
    if isinstance(page, CompleteWhenPublished) and is_draft and request.accepts("text/html"):
        found = missing(page)
        if found:
            messages.warning(request, f"This draft is saved, and not complete yet. {in_words(found)}")
