"""What the case study's template is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from caching.version import cached_per_version
from casestudies import pictures, wording
from casestudies.models import CaseStudyPage
from casestudies.queries import Shown, is_draft, shown_on
from casestudies.rows import Contact, Contract, Source
from casestudies.vocabulary import place_slug
from core import dates
from core.detail_page import framed
from core.drawings import evidence_scale, region_map
from core.facts import Fact, provenance, search_url, term_links
from search.answers import similar
from search.presentation import brief
from taxonomy.fields import all_terms
from taxonomy.models import COMMISSIONER, Facet, Term


@dataclass(frozen=True, slots=True)
class Words:
    """A part of a fact, and where it leads."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A fact of the rail; nothing is reported where it has no parts."""

    name: str
    parts: Sequence[Words] = ()
    drawing: SafeString | str = ""
    in_lines: bool = False  # a part to a line, where the parts are long


def case_study_context(page: CaseStudyPage, request: HttpRequest) -> dict[str, Any]:
    shown = rows_of(page)
    rows = shown.rows
    page.source = citations(rows["sources"])
    facts = facts_of(page, shown)
    shared = framed(
        page,
        page.get_full_url(request) or "",
        standfirst=page.summary,
        key_facts=facts["key_facts"],
        provenance=provenance(page, urls=tuple(row.url for row in rows["sources"] if row.url)),
        about=[name for name, _ in shown.organisations],
        areas=shown.terms["areas"],
    )
    return (
        facts
        | shared
        | {
            "evidence_levels": evidence_levels(page.evidence_level),
            "says_what_did_not_work": any(block["type"] == "did_not_work" for block in page.body.raw_data),
            "similar": [brief(hit) for hit in similar(page.pk, kind="case-study")] if page.pk else [],
            "ask_url": ask_url(page, rows["contacts"]),
        }
    )


def rows_of(page: CaseStudyPage) -> Shown:
    """The rows that belong to a page, those of a published one kept until content changes."""
    if is_draft(page):
        return shown_on(page)
    return cached_per_version(f"rows of case study {page.pk}", lambda: shown_on(page))


def facts_of(page: CaseStudyPage, shown: Shown) -> dict[str, Any]:
    """What the template is told of the rows, likewise kept."""
    if is_draft(page):
        return _facts_of(page, shown)
    return cached_per_version(f"facts of case study {page.pk}", lambda: _facts_of(page, shown))


def _facts_of(page: CaseStudyPage, shown: Shown) -> dict[str, Any]:
    terms, rows = shown.terms, shown.rows
    told = key_facts(page, shown)
    return {
        "key_facts": [fact for fact in told if fact.parts],
        "not_reported": ", ".join(lowered(fact.name) for fact in told if not fact.parts),
        "subjects": subjects(shown),
        "stages": [stage.slug for stage in terms["stages"]],
        "themes": terms["themes"],
        "group": min((area.parent.slug for area in terms["areas"] if area.parent), default=""),
        "places": ", ".join(row.name for row in rows["places"]),
        "cost_figures": pictures.costs(rows["costs"]),
        "people_figures": pictures.people(rows["people"]),
        "milestones": pictures.timeline(rows["milestones"]),
        "outcomes": pictures.outcomes(rows["outcomes"]),
        "links": [(row.title, row.location) for row in rows["links"] if row.location],
    }


def key_facts(page: CaseStudyPage, shown: Shown) -> list[KeyFact]:
    rows, regions = shown.rows, shown.terms["regions"]
    commissioner = cached_per_version("commissioner", _commissioner)
    by_role: dict[str, list[Words]] = {commissioner: []}  # said also where nobody knows who it was
    for name, role in shown.organisations:
        by_role.setdefault(role.label if role else "Organisation", []).append(
            Words(name, organisation_url(shown.slugs[name]))
        )
    return [
        _evidence(page.evidence_level),
        KeyFact("As at", _words(dates.month(page.as_at) if page.as_at else "")),
        *(KeyFact(role, names) for role, names in by_role.items()),
        KeyFact("Place", [Words(row.name, _found_by("place", row.name)) for row in rows["places"]]),
        KeyFact("Region", _terms(regions), region_map(region.slug for region in regions) if regions else ""),
        KeyFact("Period", _words(*map(wording.period, rows["periods"])), in_lines=True),
        KeyFact("Stage reached", _words(page.status.label if page.status else "")),
        KeyFact("Result", _terms([page.result])),
        KeyFact("Contract", [part for row in rows["contracts"] for part in _contract(row, shown)], in_lines=True),
        KeyFact("Cost", _words(*map(wording.cost, rows["costs"])), in_lines=True),
        KeyFact("People", _words(*map(wording.people, rows["people"])), in_lines=True),
        KeyFact("Contact", _words(*(", ".join(filter(None, [row.name, row.role])) for row in rows["contacts"]))),
    ]


@lru_cache(maxsize=2000)
def organisation_url(slug: str) -> str:
    return reverse("organisation", args=[slug])


def lowered(name: str) -> str:
    """The name of a fact within a sentence."""
    return name[:1].lower() + name[1:]


def citations(sources: Sequence[Source]) -> str:
    return "\n".join(row.citation for row in sources if row.citation)


def _words(*texts: str) -> list[Words]:
    return [Words(text) for text in texts if text]


def _terms(found: Sequence[Term | None]) -> list[Words]:
    """The terms, each leading to what else has it."""
    return [Words(term.label, term.url) for term in found if term]


def _found_by(name: str, text: str) -> str:
    slug = place_slug(text)
    return search_url(name, slug) if slug else ""


def _contract(row: Contract, shown: Shown) -> list[Words]:
    """The form, which leads to others of it, and then what else is known."""
    form = all_terms().get(row.contract_form_id or 0)
    told = wording.contract(row, commissioner=shown.commissioners.get(row.commissioner_id or 0, ""))
    return [*_terms([form]), *_words(told)]


def _commissioner() -> str:
    """What the vocabulary calls the role of who buys the service."""
    known = all_terms().values()
    return next((term.label for term in known if (term.facet, term.slug) == (Facet.ROLE, COMMISSIONER)), "Commissioner")


def subjects(shown: Shown) -> list[Fact]:
    """Where pages like this one are found."""
    rows = [
        Fact("Service areas", "", term_links(shown.terms["areas"])),
        Fact("Themes", "", term_links(shown.terms["themes"])),
        Fact("Stages of commissioning", "", term_links(shown.terms["stages"])),
        Fact("Who it is for", "", term_links(shown.terms["beneficiaries"])),
        Fact("Tags", "", tuple((name, search_url("tag", slug)) for name, slug in shown.tags)),
    ]
    return [row for row in rows if row.is_reported]


def _evidence(level: Term | None) -> KeyFact:
    if level is None:
        return KeyFact("Evidence")
    said = Words(f"Level {level.slug} of 5: {level.label.lower()}", search_url("evidence", level.slug))
    return KeyFact("Evidence", [said], evidence_scale(level.slug))


def evidence_levels(reached: Term | None) -> SafeString:
    """What each level means, this one marked."""

    def rendered() -> SafeString:
        levels = [term for term in all_terms().values() if term.facet == Facet.EVIDENCE]
        return render_to_string("casestudies/evidence_levels.html", {"levels": levels, "reached": reached})

    return cached_per_version(f"evidence levels, {reached and reached.pk} marked", rendered)


def ask_url(page: CaseStudyPage, contacts: Sequence[Contact]) -> str:
    """Where readers ask the page's contact; empty where they cannot."""
    can_be_asked = any(row.email for row in contacts)
    if not (can_be_asked and page.pk and page.live) or page.get_view_restrictions().exists():
        return ""
    return reverse("ask-contact", args=[page.slug])
