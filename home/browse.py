"""Ways in without words: every service area, theme, stage and region with the number of pages that it has."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.regions import tiles
from home.front_page import groups
from search.answers import answer_or_none
from search.facets import FacetCount
from taxonomy.models import Facet, Term


@dataclass(frozen=True, slots=True)
class BrowseList:
    """One list of terms: the name of its address, what it is called, and one sentence on what it is for."""

    name: str
    facet: Facet
    title: str
    introduction: str


BROWSE_LISTS = {
    "browse_areas": BrowseList("browse_areas", Facet.AREA, "Service areas", "What the service is for, in groups."),
    "browse_themes": BrowseList(
        "browse_themes", Facet.THEME, "Themes", "How it was commissioned, and what that raises."
    ),
    "browse_stages": BrowseList(
        "browse_stages", Facet.STAGE, "Stages of commissioning", "Where in the cycle you are now."
    ),
    "browse_regions": BrowseList("browse_regions", Facet.REGION, "Regions", "Where it was done."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with the number of pages that carry it."""

    label: str
    url: str
    note: str
    count: int


@require_safe
def browse(request: HttpRequest, name: str) -> HttpResponse:
    way = BROWSE_LISTS[name]
    found = answer_or_none({})
    rows = found.results.facets.get(way.facet.value, ()) if found else ()
    counts = {row.value: row.count for row in rows}
    listed = Term.objects.filter(facet=way.facet).select_related("parent").order_by("sort_order", "pk")
    # A retired term is shown as long as a page has it.
    terms = [term for term in listed if not term.retired or counts.get(term.slug)]
    context: dict[str, Any] = {
        "way": way,
        "ways": [(other.title, reverse(other.name), other.name == name) for other in BROWSE_LISTS.values()],
        "entries": [Entry(term.label, term.url, term.scope_note, counts.get(term.slug, 0)) for term in terms],
    }
    if way.facet == Facet.AREA:
        context["groups"] = groups(_areas(terms, counts))
    if way.facet == Facet.REGION:
        context["tiles"] = tiles(counts=counts)
    return render(request, "home/browse.html", context)


def _areas(terms: list[Term], counts: dict[str, int]) -> list[FacetCount]:
    """Every area below its group, those without any page too."""
    ordered: list[Term] = []
    for group in (term for term in terms if not term.parent_id):
        ordered += [group, *(term for term in terms if term.parent_id == group.pk)]
    return [
        FacetCount(term.slug, term.label, counts.get(term.slug, 0), selected=False, level=1 if term.parent_id else 0)
        for term in ordered
    ]
