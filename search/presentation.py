"""What the search page's templates are given: everything decided here, so that templates only print."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from heapq import nlargest
from html import escape
from typing import Any

from django.utils.html import format_html_join
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
    number: int
    url: str
    current: bool = False
    gap_before: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One result as a list shows it."""

    hit: Hit
    kind: str
    title: SafeString
    snippet: SafeString
    organisations: str
    region: str
    group: str  # of its service areas the first that is a group
    evidence: str
    evidence_label: str
    stages: str  # in words
    begins_partial: bool = False  # the first that has only some of the words


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
        rows = [replace(item, begins_partial=_begins_partial(rows, place)) for place, item in enumerate(rows)]
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
        "years": years(results.facets.get(YEAR, ())),
        "kept_filters": hidden(pair for pair in first.to_params() if pair[0] not in (*fixed, "q")),
        "kept": hidden(pair for pair in first.to_params() if pair[0] not in (*fixed, "sort")),
        "first_number": (results.page - 1) * PER_PAGE + 1,
        "sorts": sorts(query.sort, ranked=question.positive),
        "links": page_links(_links(path, answer)),
        "previous_url": replace(query, page=results.page - 1).to_url(path, fixed) if results.page > 1 else "",
        "next_url": replace(query, page=results.page + 1).to_url(path, fixed) if results.page < results.pages else "",
        "formats": formats((label, first.to_url(path, fixed, format=label.lower())) for label in FORMATS),
        "feed_url": first.to_url(path, fixed, format="atom"),
        "relax": [_relaxed(path, answer, row.param, row.value, row.total) for row in results.relax if row.total],
        "did_you_mean": replace(first, text=results.suggestion).to_url(path, fixed) if results.suggestion else "",
        "words_alone": [(word, total, Query(word).to_url("/search/")) for word, total in words_alone],
        "without_text_url": query.without("q", "").to_url(path, fixed) if query.text else "",
    }


def row(hit: Hit, answer: Answer) -> Row:
    level = next(iter(hit.facets.get("evidence", [])), "")
    return Row(
        hit=hit,
        kind=answer.label("kind", hit.kind),
        title=mark_safe(hit.title_html),  # noqa: S308 (escaped by the engine, tests hold it)
        snippet=mark_safe(hit.snippet_html),  # noqa: S308
        organisations=_few(hit.organisations),
        region=", ".join(answer.label("region", slug) for slug in hit.facets.get("region", [])),
        group=next((slug for slug in hit.facets.get("area", []) if _is_group(answer, slug)), ""),
        evidence=level,
        evidence_label=answer.label("evidence", level) if level else "",
        stages=", ".join(answer.label("stage", slug) for slug in hit.facets.get("stage", [])),
    )


def _few(names: list[str]) -> str:
    """The first name, and how many more there are: one line has no room for a consortium."""
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else "".join(names)


def _is_group(answer: Answer, area: str) -> bool:
    value = answer.vocabulary["area"].get(area)
    return value is not None and value.parent is None


def _begins_partial(rows: list[Row], place: int) -> bool:
    return not rows[place].hit.exact and (place == 0 or rows[place - 1].hit.exact)


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
) -> SafeString:
    """The filters by dimension, each with its checkboxes; open are the first two, those with a choice and those in `whole`.
    Of a long one the largest values are shown, and a link to what `switch` says shows all of them or fewer again."""
    printed = []
    for place, name in enumerate(name for name in DIMENSIONS if values.get(name)):
        every = tuple(values[name])
        shown = every if name in whole else largest(every)
        more = _switch(name, len(every), switch(name), name in whole) if len(largest(every)) < len(every) else ""
        printed.append(f"{_facet(name, shown, place < 2 or name in whole)}{more}</fieldset></details>")
    return mark_safe("\n".join(printed))  # noqa: S308 (escaped below)


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


def _switch(name: str, total: int, url: str, is_whole: bool) -> str:
    """The link between a dimension's largest values and all of them, and what the form must send so that it stays."""
    kept = f'<input type="hidden" name="{WHOLE}" value="{name}">' if is_whole else ""
    return (
        f'{kept}<a class="switch" id="switch-{name}" href="{escape(url)}#facet-{name}" rel="nofollow" data-hx-boost="false">'
        f"{'Show fewer' if is_whole else f'Show all {total:,}'}"
        f'<span class="visually-hidden"> of {escape(DIMENSIONS[name])}</span></a>'
    )


@lru_cache(maxsize=500)
def _facet(name: str, values: tuple[FacetCount, ...], is_open: bool) -> str:
    """One filter up to the end of its checkboxes."""
    heading, chosen = escape(DIMENSIONS[name]), sum(value.selected for value in values)
    note = f' <span class="chosen">{chosen} chosen</span>' if chosen else ""
    return (
        f'<details class="facet" id="facet-{name}"{" open" if is_open or chosen else ""}><summary>{heading}{note}</summary>'
        f'<fieldset data-facet="{name}"><legend class="visually-hidden">{heading}</legend>{options(name, values)}'
    )


def options(name: str, values: Sequence[FacetCount]) -> SafeString:
    """The checkboxes of one facet, each with its count and a bar beside the largest. Not a template: a page prints
    hundreds of them, and there they took most of its time."""
    largest = max((value.count for value in values), default=0) or 1
    return mark_safe("\n".join(_option(name, row, largest) for row in values))  # noqa: S308 (escaped below)


def _option(name: str, row: FacetCount, largest: int) -> str:
    box, label = _words(name, row.value, row.label, row.level)
    return (
        f'{box}{" checked" if row.selected else ""}{label}<span class="count" data-count="{row.count}">{row.count:,}'
        '<span class="visually-hidden"> found</span></span><svg class="bar" viewBox="0 0 100 1"'
        ' preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<path d="M0 .5H{round(100 * row.count / largest)}"/></svg></div>'
    )


@lru_cache(maxsize=5000)
def _words(name: str, value: str, label: str, level: int) -> tuple[str, str]:
    """What stands around the "checked" of a checkbox: the same on every page."""
    key = f"{name}-{escape(value)}"
    box = f'<div class="option level-{level}"><input type="checkbox" id="{key}" name="{name}" value="{escape(value)}"'
    return box, f'><label for="{key}">{escape(label)}</label>'


@cache
def sorts(chosen: str, *, ranked: bool) -> SafeString:
    """The orders to choose from. Without words to rank by the newest come first, so that is what it is called."""
    offered = {slug: label for slug, label in SORTS.items() if ranked or slug != "relevance"}
    chosen = chosen if chosen in offered else "newest"
    marked = ((mark_safe(" selected") if slug == chosen else "", slug, label) for slug, label in offered.items())
    return format_html_join("", '<option{} value="{}">{}</option>', marked)


def years(values: Sequence[FacetCount]) -> SafeString:
    """Every year with its count, in one line; empty where nothing has a date."""
    found = (f'{escape(row.label)} <span data-count="{row.count}">({row.count:,})</span>' for row in values)
    return mark_safe(", ".join(found))  # noqa: S308 (escaped above)


def hidden(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """Parameters that a form sends along."""
    fields = (f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in pairs)
    return mark_safe("".join(fields))  # noqa: S308 (escaped)


def formats(links: Iterable[tuple[str, str]]) -> SafeString:
    """Links to the same results in other formats."""
    printed = (f'<a href="{escape(url)}" rel="nofollow">{escape(label)}</a>' for label, url in links)
    return mark_safe(" or ".join(printed))  # noqa: S308 (escaped)


def page_links(links: Iterable[PageLink]) -> SafeString:
    """Links to pages of results, as the items of a list."""
    gap = '<span class="gap" aria-hidden="true">…</span> '
    here = ' aria-current="page"'
    printed = (
        f'<li>{gap if link.gap_before else ""}<a href="{escape(link.url)}"{here if link.current else ""}>'
        f'<span class="visually-hidden">Page </span>{link.number:,}</a></li>'
        for link in links
    )
    return mark_safe("\n".join(printed))  # noqa: S308 (escaped)


def _links(path: str, answer: Answer) -> list[PageLink]:
    """First, last and the pages around this one."""
    results = answer.results
    near = range(max(1, results.page - 2), min(results.pages, results.page + 2) + 1)
    numbers = sorted({1, results.pages, *near})
    return [
        PageLink(
            number,
            replace(answer.query, page=number).to_url(path, answer.fixed),
            current=number == results.page,
            gap_before=bool(place) and number != numbers[place - 1] + 1,
        )
        for place, number in enumerate(numbers)
    ]
