"""Stock Wagtail search over the same pages, as a site with filters would set it up: the database backend, with the facets
counted by the ORM.

It is spared what it does not offer: no synonyms, no marked words, no counts beside a chosen filter; a beginning of a word
is looked for in titles only. It is given the same fields.

On SQLite its ranking looks through every match again for every match (its index holds page ids as text, which no index
of SQLite's compares with a number), so that a common word takes hours of 100,000 pages. A question is therefore stopped
after a limit and counted with it, in its favour; and what it would take without its ranking is measured as well.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractYear
from wagtail.search import index
from wagtail.search.backends import get_search_backend
from wagtail.search.query import Phrase

from bench.questions import Question
from casestudies.models import CaseStudyPage

BACKEND = "wagtail.search.backends.database"
CHUNK = 1000
# Dimension -> the field with its terms.
TERMS = {"area": "areas", "theme": "themes", "stage": "stages", "beneficiary": "beneficiaries", "region": "regions"}
TERM = {"evidence": "evidence_level", "result": "result", "contract": "contracts__contract_form"}
# What its index reads of each page beside the page's own row.
RELATIONS = [*TERMS.values(), *TERM.values(), "tagged_items__tag", "outcomes", "places"]
RELATIONS += ["organisations__organisation__organisation_type"]
COUNTED = {
    "kind": "content_type",
    **{name: f"{field}__slug" for name, field in (TERMS | TERM).items()},
    "organisation": "organisations__organisation__organisation_type__slug",
    "tag": "tags__slug",
}
ORDERS = {"newest": "-as_at", "title": "title"}


def prepare() -> None:
    """Tell Wagtail which fields are found and filtered, in this process only."""
    fields = [name for name in (TERMS | TERM).values() if "__" not in name]
    filtered = [index.RelatedFields(name, [index.FilterField("slug")]) for name in fields]
    form = index.RelatedFields("contract_form", [index.FilterField("slug")])
    named = [index.RelatedFields("organisation", [index.SearchField("name")])]
    CaseStudyPage.search_fields = [
        *CaseStudyPage.search_fields,
        index.SearchField("body"),
        index.RelatedFields("places", [index.SearchField("name")]),
        index.RelatedFields("contracts", [form]),
        index.RelatedFields("organisations", named),
        index.RelatedFields("outcomes", [index.SearchField("measure")]),
        index.FilterField("as_at"),
        *filtered,
    ]


def build() -> None:
    backend = get_search_backend(BACKEND)
    rebuilder = backend.rebuilder_class(backend.get_index_for_model(CaseStudyPage))
    entries = rebuilder.start()
    entries.add_model(CaseStudyPage)
    pages = CaseStudyPage.objects.order_by("pk").prefetch_related(*RELATIONS)
    ids = list(pages.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        entries.add_items(CaseStudyPage, list(pages.filter(pk__in=ids[start : start + CHUNK])))
    rebuilder.finish()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def timed(question: Question, limit: float) -> tuple[float, float, bool]:
    """Seconds for ten pages and the counts of each dimension, as it is and without its ranking; whether the limit cut the
    first short."""
    start = 10 * (question.page - 1)
    began = time.perf_counter()
    stopped = _stopped(limit, lambda: list(_found(question, ranked=True)[start : start + 10]))
    ranked = time.perf_counter()
    list(_found(question, ranked=False)[start : start + 10])
    unranked = time.perf_counter()
    counts(question)
    counted = time.perf_counter() - unranked
    return ranked - began + counted, unranked - ranked + counted, stopped


def counts(question: Question) -> dict[str, dict[Any, int]]:
    """How many pages each value of each dimension has among those found."""
    found = CaseStudyPage.objects.filter(pk__in=_found(question, ranked=False).order_by().values("pk")).order_by()
    held = {name: _counted(found, column) for name, column in COUNTED.items()}
    return held | {"year": _counted(found.annotate(year=ExtractYear("as_at")), "year")}


def _stopped(limit: float, work: Callable[[], object]) -> bool:
    """Do the work, but only so long. Returns whether it was cut short."""
    connection.ensure_connection()
    until = time.perf_counter() + limit
    connection.connection.set_progress_handler(lambda: time.perf_counter() > until, 10_000)
    try:
        work()
    except OperationalError:
        if time.perf_counter() > until:
            return True
        raise
    finally:
        connection.connection.set_progress_handler(None, 0)
    return False


def _counted(found: QuerySet[Any], column: str) -> dict[Any, int]:
    return dict(found.values(column).annotate(pages=Count("pk", distinct=True)).values_list(column, "pages"))


def _found(question: Question, *, ranked: bool) -> QuerySet[Any]:
    chosen: dict[str, Any] = {f"{(TERMS | TERM)[name]}__slug": value for name, value in question.filters.items()}
    if question.year_from:
        chosen["as_at__year__gte"] = question.year_from
    pages = CaseStudyPage.objects.live().public().filter(**chosen)
    order = ORDERS.get(question.sort)
    by_rank = ranked and not order
    if order:
        pages = pages.order_by(order)
    if question.prefix:
        found = pages.autocomplete(question.prefix, order_by_relevance=by_rank, backend=BACKEND)
    elif question.phrase:
        found = pages.search(Phrase(question.phrase), order_by_relevance=by_rank, backend=BACKEND)
    elif question.words:
        words = " ".join(question.words)
        found = pages.search(words, operator="and", order_by_relevance=by_rank, backend=BACKEND)
    else:
        return pages.order_by("-as_at", "pk")
    matched: QuerySet[Any] = found.get_queryset()
    if question.excluded:  # this backend cannot rank a question that excludes words
        others = CaseStudyPage.objects.search(question.excluded, order_by_relevance=False, backend=BACKEND)
        matched = matched.exclude(pk__in=others.get_queryset().order_by().values("pk"))
    return matched
