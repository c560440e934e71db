"""What a reader gets while a part that every page needs is away: 503 and when to try again, never 500."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.template.loader import render_to_string

from cop_site import readiness
from cop_site.errors import NotCollected, cannot_write, is_not_now

RETRY_AFTER = 30  # seconds
PLAIN = "The site cannot answer just now. Please try again in a minute.\n"


def explains(error: BaseException | None) -> bool:
    """Whether this error means that the site cannot answer now, and not that it is wrong: the database is away, locked
    or not migrated, the static files are not collected, or nothing can be written to DATA_DIR."""
    if is_not_now(error):
        return True
    return isinstance(error, DatabaseError) and not readiness.is_migrated()


def page(error: BaseException | None) -> HttpResponse:
    context = {"site_title": settings.WAGTAIL_SITE_NAME, "cannot_write": cannot_write(error)}
    try:
        text = render_to_string("unavailable.html", context)
        response = HttpResponse(text, status=503)
    except NotCollected:  # nor can this page say where its style sheet is
        response = HttpResponse(PLAIN, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
