"""An answer as JSON, CSV or Atom; contracts.md says their shapes."""

import csv
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from caching.site_name import site_name
from search.answers import Answer
from search.csv_facts import COLUMNS
from search.documents import plain
from search.facets import DIMENSIONS, YEAR
from search.query import Query
from search.results import Hit
from search.sources import facts_for
from search.spreadsheets import inert

CSV_COLUMNS = ("id", "kind", "title", "url", "summary", "date", "organisations")
UNDATED = date(2000, 1, 1)  # every entry of a feed must have a date (RFC 4287, 4.1.2)


def asked(query: Query, page: int) -> dict[str, Any]:
    """The query as understood: lists for facets, null for a year that is not given."""
    facets = {name: list(query.facets.get(name, ())) for name in DIMENSIONS}
    years = {"year_from": query.year_from, "year_to": query.year_to}
    return {"q": query.text} | facets | years | {"sort": query.sort, "page": page}


def hit(found: Hit) -> dict[str, Any]:
    facets = {name: list(found.facets.get(name, [])) for name in (*DIMENSIONS, YEAR)}
    return {
        "id": found.page_id,
        "kind": found.kind,
        "title": found.title,
        "url": found.url,
        "summary": found.summary,
        "snippet": found.snippet_html,
        "date": found.date.isoformat() if found.date else None,
        "facets": facets,
    }


def as_json(request: HttpRequest, answer: Answer) -> HttpResponse:
    results = answer.results
    counts = {
        name: [
            {"value": row.value, "label": row.label, "count": row.count, "selected": row.selected}
            for row in results.facets.get(name, ())
        ]
        for name in (*DIMENSIONS, YEAR)  # also where an answer has none, such as of pages like one that is not there
    }
    return JsonResponse(
        {
            "query": asked(answer.query, results.page),
            "total": results.total,
            "exact": results.exact,
            "page": results.page,
            "pages": results.pages,
            "took_ms": results.took_ms,
            "suggestion": results.suggestion,
            "results": [hit(found) for found in results.hits],
            "facets": counts,
            "relax": [{"param": row.param, "value": row.value, "total": row.total} for row in results.relax],
            "engine": results.engine,
        }
    )


def as_csv(request: HttpRequest, answer: Answer) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="search.csv"'
    response.write("\ufeff")  # or spreadsheets take the accents for something else
    writer = csv.writer(response)
    # Of some the facts say more exactly what it is.
    dimensions = [name for name in DIMENSIONS if name != "kind" and name not in COLUMNS]
    writer.writerow([*CSV_COLUMNS, *dimensions, *COLUMNS])
    facts = facts_for(found.page_id for found in answer.results.hits)
    for found in answer.results.hits:
        day = found.date.isoformat() if found.date else ""
        cells = [str(found.page_id), found.kind, found.title, settings.SITE_URL + found.url, found.summary, day]
        cells.append("; ".join(found.organisations))
        cells += ["; ".join(answer.label(name, slug) for slug in found.facets.get(name, [])) for name in dimensions]
        own = facts.get(found.page_id, {})
        cells += [plain(own.get(name, "")) for name in COLUMNS]
        writer.writerow([inert(cell) for cell in cells])
    return response


def as_atom(request: HttpRequest, answer: Answer) -> HttpResponse:
    name = site_name()
    asked_for = answer.query.text or ", ".join(answer.label(name, value) for name, value in answer.query.filters())
    feed = Atom1Feed(
        title=f"{name}: {asked_for or 'everything new'}",
        link=settings.SITE_URL + answer.query.to_url("/search/"),
        description=None,
        feed_url=settings.SITE_URL + request.get_full_path(),
        language="en-gb",
    )
    for found in answer.results.hits:
        feed.add_item(
            title=found.title,
            link=settings.SITE_URL + found.url,
            description=escape(found.summary),  # the feed's summary is HTML
            unique_id=settings.SITE_URL + found.url,
            updateddate=datetime.combine(found.date or UNDATED, time(), UTC),
            author_name="; ".join(found.organisations) or name,
        )
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response
