"""The page of one service area, theme or stage: what it means, and everything that is tagged with it, by kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from home.browse import BROWSE_LISTS, BrowseList
from search.answers import Answer, QueryParams, answer
from search.facets import FacetCount
from search.presentation import Row, hidden, row
from search.protocols import Unavailable
from search.sources import kinds
from search.views import unavailable
from taxonomy.fields import all_terms
from taxonomy.models import Facet, Term

IN_SECTION = 6
READ_AT_ONCE = 50
TOGETHER = 8
FIRST = {Facet.AREA: "case-study"}  # an area is looked up for who did it, a theme or a stage for how it is done
FIRST_ELSE = "practice-note"


@dataclass(frozen=True, slots=True)
class Section:
    """The newest pages of one kind, and where all of them are."""

    kind: str
    heading: str
    total: int
    rows: list[Row]
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Another subject, with the number of pages that it leads to."""

    label: str
    url: str
    count: int


@require_safe
def term_page(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    way = BROWSE_LISTS[name]
    term = Term.find(way.facet, slug)
    if term is None:
        raise Http404
    if term.slug != slug:
        response = HttpResponsePermanentRedirect(term.url)
        response["Cache-Control"] = "no-cache"  # a term may take its old slug back
        return response
    try:
        found = _ask(way, term, READ_AT_ONCE)
        sections = _sections(way, term, found)
    except Unavailable:
        return unavailable(request, "html")
    counts = {value.value: value for value in found.results.facets.get(way.facet.value, ())}
    context: dict[str, Any] = {
        "way": way,
        "term": term,
        "parents": [(reverse(name), way.title)] + ([(term.parent.url, term.parent.label)] if term.parent else []),
        "also_called": term.also_called(),
        "total": found.results.total,
        "sections": sections,
        "below": _areas(counts, [other for other in all_terms().values() if other.parent_id == term.pk]),
        "beside": _areas(counts, _siblings(term)),
        "together": _together(way, term, found),
        "kept_filters": hidden([(way.facet.value, term.slug)]),
        "feed_url": _search(way, term, format="atom"),
        "all_url": _search(way, term),
    }
    return render(request, "home/term_page.html", context)


def _ask(way: BrowseList, term: Term, per_page: int, **more: str) -> Answer:
    values = {way.facet.value: [term.slug], "sort": ["newest"]} | {name: [value] for name, value in more.items()}
    return answer(QueryParams(values), per_page=per_page)


def _sections(way: BrowseList, term: Term, found: Answer) -> list[Section]:
    """A section for each kind that has pages; one more question to the index for each kind where there are many."""
    totals = {value.value: value.count for value in found.results.facets.get("kind", ())}
    everything = found.results.total <= READ_AT_ONCE
    first = FIRST.get(way.facet, FIRST_ELSE)
    sections = []
    for kind in sorted((kind for kind in kinds() if totals.get(kind)), key=lambda kind: kind != first):
        part = found if everything else _ask(way, term, IN_SECTION, kind=kind)
        hits = [hit for hit in part.results.hits if hit.kind == kind][:IN_SECTION]
        rows = [row(hit, found) for hit in hits]
        sections.append(Section(kind, kinds()[kind].plural, totals[kind], rows, _search(way, term, kind=kind)))
    return sections


def _siblings(term: Term) -> list[Term]:
    if not term.parent_id:
        return []
    return [other for other in all_terms().values() if other.parent_id == term.parent_id and other.pk != term.pk]


def _areas(counts: Mapping[str, FacetCount], terms: list[Term]) -> list[Choice]:
    """A retired term is shown as long as a page has it."""
    held = {term: counts[term.slug].count if term.slug in counts else 0 for term in terms}
    return [Choice(term.label, term.url, count) for term, count in held.items() if count or not term.retired]


def _together(way: BrowseList, term: Term, found: Answer) -> list[tuple[str, list[Choice]]]:
    """The other subjects of these pages, those of most pages first."""
    lists = []
    for other in BROWSE_LISTS.values():
        values = [value for value in found.results.facets.get(other.facet.value, ()) if value.count]
        if other.facet == Facet.AREA:
            values = [value for value in values if value.level]  # a group says no more than its areas
        if other.facet == way.facet or not values:
            continue
        most = sorted(values, key=lambda value: -value.count)[:TOGETHER]
        links = [
            Choice(value.label, _search(way, term, **{other.facet.value: value.value}), value.count) for value in most
        ]
        lists.append((other.title, links))
    return lists


def _search(way: BrowseList, term: Term, **more: str) -> str:
    return f"{reverse('search')}?{urlencode({way.facet.value: term.slug} | more)}"
