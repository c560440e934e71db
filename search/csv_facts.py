"""What the CSV of a list says of a page beside what the index knows, read from the database.

A page type takes part by providing a function, which is given the query for many of its pages at once, and gives each
page's number with texts for some of the columns.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wagtail.models import Page

from search.documents import indexable, searchable_among
from search.workers import BATCH

COLUMNS = (
    "roles",  # each organisation with what it does
    "place",
    "period",
    "started",
    "ended",
    "status",
    "service",
    "version",
    "cost",  # with what it pays for and who says so
    "cost_in_pounds",
    "cost_up_to",  # the upper end of a range
    "people",
    "people_reached",
    "people_up_to",
    "contracts",
    "timeline",
    "outcomes",
    "evidence_note",
    "law_as_at",
    "source",
    "source_location",
    "links",
    "licence",
    "link",
)
Facts = Iterable[tuple[int, Mapping[str, str]]]
_providers: dict[type[Page], Callable[[Any], Facts]] = {}


def provide(model: type[Page], facts_of: Callable[[Any], Facts]) -> None:
    """Let the pages of this type have what `facts_of` says of a query for them."""
    _providers[model] = facts_of


def csv_facts(page_ids: Iterable[int]) -> dict[int, Mapping[str, str]]:
    """The texts by page and column; none of a page that nobody may find any more. A bounded number of queries for each
    BATCH of pages."""
    ids = sorted(page_ids)
    found: dict[int, Mapping[str, str]] = {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for model in searchable_among(batch):
            if model in _providers:
                found.update(_providers[model](indexable(model.objects.filter(pk__in=batch))))
    return found
