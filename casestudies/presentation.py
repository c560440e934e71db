"""What the case study's template is given."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from caching.version import cached_per_version
from casestudies.models import CaseStudyPage
from casestudies.queries import Shown, shown_on
from core import dates
from core.detail_page import framed
from core.drawings import evidence_scale, region_map
from core.facts import Fact, provenance, search_url, term_links
from search.answers import similar
from search.presentation import brief
from taxonomy.fields import all_terms
from taxonomy.models import COMMISSIONER, Facet, Term


def case_study_context(page: CaseStudyPage, request: HttpRequest) -> dict[str, Any]:
    shown = shown_on(page)
    terms = shown.terms
    shared = framed(
        page,
        page.get_full_url(request) or "",
        standfirst=page.summary,
        key_facts=key_facts(page, shown.organisations, terms["regions"]),
        provenance=provenance(page, url=page.source_url),
        about=[name for name, _ in shown.organisations],
        areas=terms["areas"],
    )
    return shared | {
        "subjects": subjects(shown),
        "stages": [stage.slug for stage in terms["stages"]],
        "themes": terms["themes"],
        "group": min((area.parent.slug for area in terms["areas"] if area.parent), default=""),
        "outcomes": [(row, dates.month(row.date) if row.date else "") for row in shown.outcomes],
        "evidence_levels": evidence_levels(page.evidence_level),
        "says_what_did_not_work": any(block["type"] == "did_not_work" for block in page.body.raw_data),
        "similar": [brief(hit) for hit in similar(page.pk, kind="case-study")] if page.pk else [],
        "ask_url": ask_url(page),
    }


def key_facts(page: CaseStudyPage, organisations: Sequence[tuple[str, Term | None]], regions: list[Term]) -> list[Fact]:
    commissioner = cached_per_version("commissioner", _commissioner)
    by_role: dict[str, list[str]] = {commissioner: []}  # said also where nobody knows who it was
    for name, role in organisations:
        by_role.setdefault(role.label if role else "Organisation", []).append(name)
    return [
        _evidence(page.evidence_level),
        Fact("As at", dates.month(page.as_at) if page.as_at else ""),
        *(Fact(role, ", ".join(names)) for role, names in by_role.items()),
        Fact("Place", page.place),
        Fact("Region", "", term_links(regions), region_map(region.slug for region in regions) if regions else ""),
        Fact("Period", period(page)),
        Fact("Stage reached", page.status.label if page.status else ""),
        Fact("Result", "", term_links([page.result])),
        Fact("Type of contract", "", term_links([page.contract_form])),
        Fact("Cost", cost(page)),
        Fact("Contact", ", ".join(filter(None, [page.contact_name, page.contact_role]))),
    ]


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


def _evidence(level: Term | None) -> Fact:
    if level is None:
        return Fact("Evidence")
    label = f"Level {level.slug} of 5: {level.label.lower()}"
    return Fact("Evidence", "", ((label, search_url("evidence", level.slug)),), evidence_scale(level.slug))


def evidence_levels(reached: Term | None) -> SafeString:
    """What each level means, this one marked."""

    def rendered() -> SafeString:
        levels = [term for term in all_terms().values() if term.facet == Facet.EVIDENCE]
        return render_to_string("casestudies/evidence_levels.html", {"levels": levels, "reached": reached})

    return cached_per_version(f"evidence levels, {reached and reached.pk} marked", rendered)


def period(page: CaseStudyPage) -> str:
    start, end = (dates.month(day) if day else "" for day in (page.period_start, page.period_end))
    span = f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}" if end else ""
    words = "; ".join(filter(None, [span, page.period_note]))
    return words[:1].upper() + words[1:]


def cost(page: CaseStudyPage) -> str:
    if page.cost_amount is None:
        return ""
    digits = 0 if page.cost_amount == page.cost_amount.to_integral() else 2
    amount = f"£{page.cost_amount:,.{digits}f}"
    return " ".join(
        filter(None, [amount, page.get_cost_basis_display(), f"({page.cost_source})" if page.cost_source else ""])
    )


def ask_url(page: CaseStudyPage) -> str:
    """The address at which readers ask the page's contact; empty where they cannot."""
    if not (page.contact_email and page.pk and page.live) or page.get_view_restrictions().exists():
        return ""
    return reverse("ask-contact", args=[page.slug])
