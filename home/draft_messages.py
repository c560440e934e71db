"""What editors are told of drafts that are not complete: when one is saved, and when many are to be published at once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction
from wagtail.models import Page

from home.form_errors import in_words, missing
from home.publishing import CompleteWhenPublished, NotComplete


def say_what_is_missing(request: HttpRequest, page: Page) -> None:
    """After a draft is saved by hand; what saves itself is followed by the checklist."""
    is_draft = not any(name.startswith("action-") for name in request.POST)
    if isinstance(page, CompleteWhenPublished) and is_draft and request.accepts("text/html"):
        found = missing(page)
        if found:
            messages.warning(request, f"This draft is saved, and not complete yet. {in_words(found)}")


class PublishCompletePages(PublishBulkAction):
    """Publishes all of the chosen pages; where one is not complete, none, and says what it lacks."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)
        except NotComplete as error:
            title = error.page.get_admin_display_title()
            messages.error(self.request, f"Nothing was published: “{title}” is not complete. {in_words(error.items)}")
        except ValidationError as error:
            messages.error(self.request, f"Nothing was published. {' '.join(error.messages)}")
        else:
            return answer
        return redirect(self.next_url)
