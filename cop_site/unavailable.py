"""What a reader gets while a part that every page needs is away: 503 and when to try again, never 500."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.template.loader import render_to_string

from cop_site import readiness
from cop_site.errors import NotCollected, cannot_write, is_not_now

RETRY_AFTER = 30  # seconds
PLAIN = "The site is not available at the moment. Please try again in a minute.\n"


def explains(error: BaseException | None) -> bool:
    """Whether this error means that the site cannot answer now, and not that it is wrong: the database is away, locked
    or not migrated, the static files are not collected, or nothing can be written to DATA_DIR."""
    if is_not_now(error):
        return True
    return isinstance(error, DatabaseError) and not readiness.is_migrated()


def page(request: HttpRequest | None, error: BaseException | None) -> HttpResponse:
    """The answer 503. Of a form that was sent it holds all that was written, to be sent once more: no browser keeps the text
    of a page that it may not store."""
    context = {"site_title": settings.WAGTAIL_SITE_NAME, "cannot_write": cannot_write(error)}
    try:
        context |= _sent(request) if request else {}
        text = render_to_string("unavailable.html", context)
        response = HttpResponse(text, status=503)
    except NotCollected:  # nor can this page say where its style sheet is
        response = HttpResponse(PLAIN, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _sent(request: HttpRequest) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (RawPostDataException, UnreadablePostError):
        return {}
    # A password is typed again, and a file chosen again.
    is_secret = any("password" in name for name, _ in fields)
    if is_secret or request.FILES or not fields:
        return {}
    return {"action": request.get_full_path(), "fields": fields}
