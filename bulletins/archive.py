"""The archive of issues: by year, newest first, in pages and as a feed."""

import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from caching.site_name import site_name
from search.documents import plain

if TYPE_CHECKING:
    from bulletins.models import BulletinIndexPage, BulletinPage

PER_PAGE = 20  # five years of quarters
FEED = 40


def archive_context(index: "BulletinIndexPage", request: HttpRequest) -> dict[str, Any]:
    found = Paginator(index.issues(), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "issues": found,
        "years": [(year, list(rows)) for year, rows in groupby(found, key=lambda issue: issue.year)],
        "newest": next(iter(found), None) if found.number == 1 else None,
        "feed_url": f"{index.get_url(request)}?format=atom",
    }


def feed(index: "BulletinIndexPage", request: HttpRequest) -> HttpResponse:
    name = site_name()
    address = settings.SITE_URL + (index.get_url(request) or "/")
    feed = Atom1Feed(
        title=f"{name}: {plain(index.title)}",
        link=address,
        description=None,
        feed_url=f"{address}?format=atom",
        language="en-gb",
    )
    for issue in index.issues()[:FEED]:
        link = settings.SITE_URL + (issue.get_url(request) or "")
        feed.add_item(
            title=plain(issue.title),
            link=link,
            description=escape(plain(issue.search_description or issue.preheader)),  # the feed's summary is HTML
            unique_id=link,
            pubdate=issue.first_published_at,
            updateddate=_moment(issue),
            author_name=name,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response


def _moment(issue: "BulletinPage") -> datetime.datetime:
    sent = issue.sent
    return sent.sent_at if sent else issue.last_published_at or issue.first_published_at or timezone.now()
