"""What comes back from the mails of an issue: visits to the site, and readers who leave. Nothing personal is kept of a
visit: the links in all mails of an issue carry the same mark, and a mark adds one to the number of the issue and day."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bulletins.campaign import marked, without_mark
from bulletins.readers import recipients
from bulletins.readers.models import Reader
from bulletins.rendering import Links
from bulletins.sending.models import Delivery, Sending, Visit

logger = logging.getLogger("bulletins.sending")
ISSUE = "issue"

GetResponse = Callable[[HttpRequest], HttpResponse]


def links(page_id: int, web_address: str, reader: Reader) -> Links:
    """A reader's addresses in the mail of an issue: what they do there is counted for the issue."""
    own = recipients.links_for(reader)
    issue = f"?{ISSUE}={page_id}"
    return Links(marked(web_address, page_id), own.preferences + issue, own.unsubscribe + issue)


def left(request: HttpRequest, reader: Reader) -> None:
    """The reader unsubscribed by a link; where it came with an issue, count it there."""
    issue = request.GET.get(ISSUE, "")
    if issue.isascii() and issue.isdigit() and len(issue) < 19:
        received = Delivery.objects.filter(sending__page_id=int(issue), reader=reader, unsubscribed_at=None)
        received.update(unsubscribed_at=timezone.now())


def count_visits(get_response: GetResponse) -> GetResponse:
    """Stands before the page cache: it takes the mark off the address, so that a marked page is the page that is kept
    already, and counts the visit whoever answers it. The reader has the page before the number is written."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["QUERY_STRING"], issue = without_mark(request.META.get("QUERY_STRING", ""))
        response = get_response(request)
        if issue is not None and response.status_code < 400 and _is_opened(request):
            close = response.close

            def count_and_close() -> None:
                add_visit(issue)
                close()

            response.close = count_and_close  # type: ignore[method-assign]
        return response

    return middleware


def _is_opened(request: HttpRequest) -> bool:
    """Whether somebody opens a page: no prefetch, and over https none of the mail scanners that follow each link but
    do not say, as every browser does, what they fetch it for (Fetch Metadata, which browsers send over https only)."""
    purpose = request.headers.get("Sec-Fetch-Dest", "" if request.is_secure() else "document")
    return request.method == "GET" and purpose == "document" and "Sec-Purpose" not in request.headers


def add_visit(page_id: int) -> None:
    """One more visit today from the mails of this issue, where it has gone out. Never fails."""
    day = timezone.localdate()
    today = Visit.objects.filter(sending__page_id=page_id, day=day)
    try:
        if today.update(number=F("number") + 1):
            return
        sending = Sending.objects.filter(page_id=page_id, started_at__isnull=False).first()
        if sending:
            Visit.objects.bulk_create([Visit(sending=sending, day=day)], ignore_conflicts=True)
            today.update(number=F("number") + 1)
    except DatabaseError:
        logger.warning("a visit from bulletin %s is not counted", page_id, exc_info=True)
