"""What the case study's template is given."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from caching.version import cached_per_version
from casestudies import printing
from casestudies.models import CaseStudyPage
from casestudies.queries import Shown, shown_on
from core import dates, facts
from core.citing import ways_to_cite
from core.drawings import evidence_scale, region_map
from core.facts import UNSAID, Fact, links, search_address, text
from core.facts import terms as term_links
from core.models import Licence, SiteSettings
from search.answers import similar
from taxonomy.fields import all_terms
from taxonomy.models import COMMISSIONER, Facet, Term


def case_study_context(page: CaseStudyPage, request: HttpRequest) -> dict[str, Any]:
    shown = shown_on(page)
    terms = shown.terms
    address = page.get_full_url(request) or ""
    return {
        "key_facts": facts.printed(key_facts(page, shown.organisations, terms["regions"])),
        "subjects": facts.printed(subjects(shown)),
        "provenance": facts.printed(facts.provenance(page, _where(page))),
        "stages": [stage.slug for stage in terms["stages"]],
        "themes": terms["themes"],
        "group": min((area.parent.slug for area in terms["areas"] if area.parent), default=""),
        "outcomes": printing.outcomes(shown.outcomes),
        "evidence_level": page.evidence_level and _level(page.evidence_level),
        "evidence_levels": evidence_levels(page.evidence_level),
        "says_what_did_not_work": any(block["type"] == "did_not_work" for block in page.body.raw_data),
        "similar": printing.similar(similar(page.pk, kind="case-study") if page.pk else ()),
        "ways_to_cite": ways_to_cite(page, address),
        "ask_url": ask_url(page),
        "json_ld": json_ld(page, address, [name for name, _ in shown.organisations], terms["areas"]),
    }


def key_facts(page: CaseStudyPage, organisations: Sequence[tuple[str, Term | None]], regions: list[Term]) -> list[Fact]:
    commissioner = cached_per_version("commissioner", _commissioner)
    by_role: dict[str, list[str]] = {commissioner: []}  # said also where nobody knows who it was
    for name, role in organisations:
        by_role.setdefault(role.label if role else "Organisation", []).append(name)
    return [
        Fact("Evidence", _evidence(page.evidence_level)),
        Fact("As at", text(dates.month(page.as_at) if page.as_at else "")),
        *(Fact(role, text(", ".join(names))) for role, names in by_role.items()),
        Fact("Place", text(page.place)),
        Fact("Region", term_links(regions) + region_map(region.slug for region in regions) if regions else UNSAID),
        Fact("Period", text(period(page))),
        Fact("Status", text(page.status.label if page.status else "")),
        Fact("Result", term_links([page.result])),
        Fact("Contract form", term_links([page.contract_form])),
        Fact("Cost", text(cost(page))),
        Fact("Contact", text(", ".join(filter(None, [page.contact_name, page.contact_role])))),
    ]


def _commissioner() -> str:
    """What the vocabulary calls the role of who buys the service."""
    known = all_terms().values()
    return next((term.label for term in known if (term.facet, term.slug) == (Facet.ROLE, COMMISSIONER)), "Commissioner")


def subjects(shown: Shown) -> list[Fact]:
    """Where pages like this one are found."""
    rows = [
        Fact("Service areas", term_links(shown.terms["areas"])),
        Fact("Themes", term_links(shown.terms["themes"])),
        Fact("Stages of commissioning", term_links(shown.terms["stages"])),
        Fact("Who it is for", term_links(shown.terms["beneficiaries"])),
        Fact("Tags", links((name, search_address("tag", slug)) for name, slug in shown.tags)),
    ]
    return [row for row in rows if row.value]


def _where(page: CaseStudyPage) -> SafeString:
    return format_html('<a href="{0}" rel="noopener">{0}</a>', page.source_url) if page.source_url else UNSAID


def _evidence(level: Term | None) -> SafeString:
    if level is None:
        return UNSAID
    label = f"Level {level.slug} of 5: {level.label.lower()}"
    return links([(label, search_address("evidence", level.slug))]) + evidence_scale(level.slug)


def _level(level: Term) -> SafeString:
    return format_html(
        '{}<p class="level"><strong>Level {} of 5: {}.</strong> {}</p>',
        *(evidence_scale(level.slug), level.slug, level.label.lower(), level.scope_note),
    )


def evidence_levels(reached: Term | None) -> SafeString:
    """What each level means, this one marked."""
    pk = reached.pk if reached else None
    return cached_per_version(f"evidence levels, {pk} marked", lambda: _levels(pk))


def _levels(reached: int | None) -> SafeString:
    levels = [term for term in all_terms().values() if term.facet == Facet.EVIDENCE]
    marks = {reached: mark_safe(' aria-current="true"')}
    rows = ((marks.get(level.pk, ""), level.slug, level.label, level.scope_note) for level in levels)
    return format_html_join("\n", "<li{}><strong>{} {}.</strong> {}</li>", rows)


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


def json_ld(page: CaseStudyPage, address: str, organisations: list[str], areas: list[Term]) -> SafeString:
    """schema.org/Article. Escaped so that no title can end the script element."""
    site = SiteSettings.current()
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": page.summary,
        "url": address,
        "about": [{"@type": "Organization", "name": name} for name in dict.fromkeys(organisations)],
        "keywords": ", ".join(area.label for area in areas),
        "publisher": {"@type": "Organization", "name": site.publisher},
        "datePublished": dates.iso_day(page.first_published_at),
        "dateModified": dates.iso_day(page.last_published_at),
        "isBasedOn": page.source or None,
        "license": Licence(page.licence).url if page.licence else site.licence_url,
    }
    text = json.dumps({name: value for name, value in data.items() if value})
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return mark_safe(text)  # noqa: S308 (escaped on the line above)
