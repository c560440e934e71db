"""What the search page's templates are given: everything decided here, so that templates only print."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from heapq import nlargest
from typing import Any, TypedDict

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from search import analysis
from search.answers import Answer
from search.facets import DIMENSIONS, YEAR, FacetCount
from search.query import PER_PAGE, SORTS, Query
from search.results import Hit

YEAR_HEADINGS = {"year_from": "From", "year_to": "To"}
FORMATS = ("CSV", "JSON")
MOST = 10  # values of a dimension that are shown unasked
WHOLE = "all"  # the parameter that names dimensions whose values are all to be shown


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the address without it."""

    heading: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to a page of results."""

    number: str
    url: str
    current: bool = False
    gap_before: bool = False


class Row(TypedDict):
    """One result as a list shows it. A dictionary, with numbers as text: templates read both fastest."""

    page_id: str
    url: str
    kind: str
    kind_label: str
    title: SafeString
    snippet: SafeString
    summary: str
    organisations: str
    region: str
    group: str  # of its service areas the first that is a group
    date: datetime.date | None
    day: str  # the date for machines
    evidence: str  # level and label
    stages: str  # in words
    stage_slugs: Sequence[str]
    begins_partial: bool  # the first that has only some of the words


def page(
    path: str, answer: Answer, words_alone: Sequence[tuple[str, int]] = (), whole: Collection[str] = ()
) -> dict[str, Any]:
    """The context of a page of results at this path; `words_alone` would find that many pages each, without filters, and
    of the dimensions in `whole` every value is shown."""
    query, results, fixed = answer.query, answer.results, answer.fixed
    question = analysis.parse(query.text)
    first = replace(query, page=1)
    rows = [row(hit, answer) for hit in results.hits]
    if query.sort == "relevance" and results.total > 0 and results.exact < results.total:
        first_partial = next((place for place, hit in enumerate(results.hits) if not hit.exact), None)
        if first_partial is not None:
            rows[first_partial]["begins_partial"] = True
    open_filters = [pair for pair in query.filters() if pair[0] not in fixed]

    def switch(name: str) -> str:
        shown = {*whole} ^ {name}
        return query.to_url(path, fixed, **{WHOLE: [other for other in DIMENSIONS if other in shown]})

    return {
        "query": query,
        "question": question,
        "results": results,
        "counted": {"total": f"{results.total:,}", "page": f"{results.page:,}", "pages": f"{results.pages:,}"},
        "rows": rows,
        "action": path,
        "chips": [_chip(path, answer, name, value) for name, value in open_filters],
        "clear_url": replace(first, facets={}, year_from=None, year_to=None).to_url(path, fixed),
        "facets": facets({name: held for name, held in results.facets.items() if name not in fixed}, switch, whole),
        "years": years(tuple(results.facets.get(YEAR, ()))),
        "kept_filters": [pair for pair in first.to_params() if pair[0] not in (*fixed, "q")],
        "kept": [pair for pair in first.to_params() if pair[0] not in (*fixed, "sort")],
        "first_number": (results.page - 1) * PER_PAGE + 1,
        "sorts": sorts(query.sort, ranked=question.positive),
        "links": _links(path, answer),
        "previous_url": replace(query, page=results.page - 1).to_url(path, fixed) if results.page > 1 else "",
        "next_url": replace(query, page=results.page + 1).to_url(path, fixed) if results.page < results.pages else "",
        "formats": [(label, first.to_url(path, fixed, format=label.lower())) for label in FORMATS],
        "feed_url": first.to_url(path, fixed, format="atom"),
        "relax": [_relaxed(path, answer, row.param, row.value, row.total) for row in results.relax if row.total],
        "did_you_mean": replace(first, text=results.suggestion).to_url(path, fixed) if results.suggestion else "",
        "words_alone": [(word, total, Query(word).to_url("/search/")) for word, total in words_alone],
        "without_text_url": query.without("q", "").to_url(path, fixed) if query.text else "",
    }


def row(hit: Hit, answer: Answer) -> Row:
    level, stages = next(iter(hit.facets.get("evidence", [])), ""), hit.facets.get("stage", [])
    return Row(
        page_id=str(hit.page_id),
        url=hit.url,
        kind=hit.kind,
        kind_label=answer.label("kind", hit.kind),
        title=mark_safe(hit.title_html),  # noqa: S308 (escaped by the engine, tests hold it)
        snippet=mark_safe(hit.snippet_html),  # noqa: S308
        summary=hit.summary,
        organisations=_few(hit.organisations),
        region=", ".join(answer.label("region", slug) for slug in hit.facets.get("region", [])),
        group=next((slug for slug in hit.facets.get("area", []) if _is_group(answer, slug)), ""),
        date=hit.date,
        day=hit.date.isoformat() if hit.date else "",
        evidence=f"{level}, {answer.label('evidence', level).lower()}" if level else "",
        stages=", ".join(answer.label("stage", slug) for slug in stages),
        stage_slugs=stages,
        begins_partial=False,
    )


class Brief(TypedDict):
    """A page of a short list, with its summary alone."""

    page_id: str
    url: str
    title: str
    summary: str


def brief(hit: Hit) -> Brief:
    return Brief(page_id=str(hit.page_id), url=hit.url, title=hit.title, summary=hit.summary)


def _few(names: list[str]) -> str:
    """The first name, and how many more there are: one line has no room for a consortium."""
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else "".join(names)


def _is_group(answer: Answer, area: str) -> bool:
    value = answer.vocabulary["area"].get(area)
    return value is not None and value.parent is None


def _label(answer: Answer, name: str, value: str) -> tuple[str, str]:
    if name in YEAR_HEADINGS:
        return YEAR_HEADINGS[name], value
    return DIMENSIONS[name], answer.label(name, value)


def _chip(path: str, answer: Answer, name: str, value: str) -> Chip:
    return Chip(*_label(answer, name, value), answer.query.without(name, value).to_url(path, answer.fixed))


def _relaxed(path: str, answer: Answer, name: str, value: str, total: int) -> tuple[Chip, int]:
    return _chip(path, answer, name, value), total


def facets(
    values: Mapping[str, Sequence[FacetCount]], switch: Callable[[str], str], whole: Collection[str] = ()
) -> list[SafeString]:
    """The filters by dimension; open are the first two, those with a choice and those in `whole`. Of a long one the
    largest values are shown, and a link to what `switch` says shows all of them or fewer again."""
    found = []
    for place, name in enumerate(name for name in DIMENSIONS if values.get(name)):
        every = tuple(values[name])
        few, is_whole = largest(every), name in whole
        shown = every if is_whole else few
        url = switch(name) if len(few) < len(every) else ""
        found.append(_facet(name, shown, place < 2 or is_whole, url, 0 if is_whole else len(every)))
    return found


@lru_cache(maxsize=500)
def _facet(name: str, values: tuple[FacetCount, ...], is_open: bool, switch: str, total: int) -> SafeString:
    """One filter. Behind `switch` are `total` values, or fewer where it is 0. Rendered once for the same counts, as its
    checkboxes are: a page has a hundred of them."""
    chosen = sum(value.selected for value in values)
    context = {
        "name": name,
        "heading": DIMENSIONS[name],
        "chosen": chosen,
        "is_open": is_open or chosen,
        "checkboxes": checkboxes(name, values),
        "switch": switch,
        "total": f"{total:,}" if total else "",
    }
    return render_to_string("components/facet.html", context)


@lru_cache(maxsize=500)
def largest(values: tuple[FacetCount, ...]) -> tuple[FacetCount, ...]:
    """The largest of a dimension's values, the chosen ones and the groups of both, in the order of the vocabulary."""
    if len(values) <= MOST:
        return values
    shown = set(nlargest(MOST, range(len(values)), key=lambda place: values[place].count))
    group = None
    for place, value in enumerate(values):
        if not value.level:
            group = place
        if value.selected or place in shown:
            shown |= {place} if group is None else {place, group}
    return tuple(value for place, value in enumerate(values) if place in shown)


@lru_cache(maxsize=500)
def checkboxes(name: str, values: tuple[FacetCount, ...]) -> SafeString:
    """The checkboxes of one filter, each with its count and a bar beside the largest count."""
    most = max((value.count for value in values), default=0) or 1
    # Numbers as text: a template takes long to write a number as the language would.
    rows = [
        (
            row.value,
            row.label,
            str(row.level),
            row.selected,
            str(row.count),
            f"{row.count:,}",
            str(round(100 * row.count / most)),
        )
        for row in values
    ]
    return render_to_string("components/checkboxes.html", {"name": name, "rows": rows})


@cache
def sorts(chosen: str, *, ranked: bool) -> list[tuple[str, str, bool]]:
    """Slug and label of the orders to choose from, and whether it is chosen. Without words to rank by the newest come
    first, so that is what it is called."""
    offered = {slug: label for slug, label in SORTS.items() if ranked or slug != "relevance"}
    chosen = chosen if chosen in offered else "newest"
    return [(slug, label, slug == chosen) for slug, label in offered.items()]


@lru_cache(maxsize=50)
def years(values: tuple[FacetCount, ...]) -> SafeString:
    """Every year with its count, in one line."""
    rows = [(row.label, str(row.count), f"{row.count:,}") for row in values]
    return render_to_string("components/years.html", {"years": rows})


def _links(path: str, answer: Answer) -> list[PageLink]:
    """First, last and the pages around this one."""
    results = answer.results
    near = range(max(1, results.page - 2), min(results.pages, results.page + 2) + 1)
    numbers = sorted({1, results.pages, *near})
    return [
        PageLink(
            f"{number:,}",
            replace(answer.query, page=number).to_url(path, answer.fixed),
            current=number == results.page,
            gap_before=bool(place) and number != numbers[place - 1] + 1,
        )
        for place, number in enumerate(numbers)
    ]
