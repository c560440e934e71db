"""What the case study's template is given."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe

from casestudies.citing import citations, publisher
from home.models import Licence
from search.answers import similar
from taxonomy.fields import all_terms, terms_of
from taxonomy.models import Facet, Term

if TYPE_CHECKING:
    from casestudies.models import CaseStudyPage


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One key fact: links into search, or plain text; neither where it is not reported."""

    name: str
    links: tuple[Link, ...] = ()
    text: str = ""

    @property
    def reported(self) -> bool:
        return bool(self.links or self.text)


def case_study_context(page: "CaseStudyPage") -> dict[str, Any]:
    roles = [role for role in page.organisations.select_related("organisation", "role") if role.organisation_id]
    terms = terms_of(page, ("areas", "themes", "stages", "beneficiaries", "regions"))
    blocks = {block.block_type for block in page.body}
    licence = Licence(page.licence) if page.licence else None
    return {
        "roles": [(role.organisation, role.role) for role in roles],
        "facts": key_facts(page, roles, terms["regions"]),
        "finding": [
            fact
            for fact in (
                Fact("Service areas", _links("area", terms["areas"])),
                Fact("Themes", _links("theme", terms["themes"])),
                Fact("Stages of commissioning", _links("stage", terms["stages"])),
                Fact("Who it is for", _links("beneficiary", terms["beneficiaries"])),
                Fact("Tags", tuple(Link(tag.name, _search("tag", tag.slug)) for tag in page.tags.all())),
            )
            if fact.reported
        ],
        "stages": [stage.slug for stage in terms["stages"]],
        "region_slugs": [region.slug for region in terms["regions"]],
        "group": min((area.parent.slug for area in terms["areas"] if area.parent), default=""),
        "outcomes": list(page.outcomes.all()),
        "evidence_levels": [term for term in all_terms().values() if term.facet == Facet.EVIDENCE],
        "says_what_did_not_work": "did_not_work" in blocks,
        "similar": similar(page.pk, kind="case-study") if page.pk else (),
        "licence": licence,
        "citations": citations(page),
        "address": page.full_url or "",
        "ask_url": ask_url(page),
        "json_ld": json_ld(page, [role.organisation.name for role in roles], terms["areas"]),
    }


def key_facts(page: "CaseStudyPage", roles: list[Any], regions: list[Term]) -> list[Fact]:
    by_role: dict[str, list[str]] = {}
    for role in roles:
        by_role.setdefault(role.role.label if role.role else "Organisation", []).append(role.organisation.name)
    commissioners = by_role.pop("Commissioner", [])
    return [
        Fact("Evidence", _evidence(page)),
        Fact("As at", text=formats.date_format(page.as_at, "F Y") if page.as_at else ""),
        Fact("Commissioner", text=", ".join(commissioners)),
        *(Fact(role, text=", ".join(names)) for role, names in by_role.items()),
        Fact("Place", text=page.place),
        Fact("Region", _links("region", regions)),
        Fact("Period", text=period(page)),
        Fact("Status", text=page.status.label if page.status else ""),
        Fact("Result", _links("result", [page.result])),
        Fact("Contract form", _links("contract", [page.contract_form])),
        Fact("Cost", text=cost(page)),
        Fact("Contact", text=", ".join(filter(None, [page.contact_name, page.contact_role]))),
    ]


def _evidence(page: "CaseStudyPage") -> tuple[Link, ...]:
    level = page.evidence_level
    return (Link(f"Level {level.slug} of 5: {level.label.lower()}", _search("evidence", level.slug)),) if level else ()


def period(page: "CaseStudyPage") -> str:
    start, end = (formats.date_format(day, "F Y") if day else "" for day in (page.period_start, page.period_end))
    span = f"{start} to {end}" if start and end else f"from {start}" if start else f"until {end}" if end else ""
    words = "; ".join(filter(None, [span, page.period_note]))
    return words[:1].upper() + words[1:]


def cost(page: "CaseStudyPage") -> str:
    if page.cost_amount is None:
        return ""
    digits = 0 if page.cost_amount == page.cost_amount.to_integral() else 2
    amount = f"£{page.cost_amount:,.{digits}f}"
    return " ".join(
        filter(None, [amount, page.get_cost_basis_display(), f"({page.cost_source})" if page.cost_source else ""])
    )


def ask_url(page: "CaseStudyPage") -> str:
    """The address at which readers ask the page's contact; empty where they cannot."""
    if not (page.contact_email and page.pk and page.live) or page.get_view_restrictions().exists():
        return ""
    return reverse("ask-contact", args=[page.slug])


def json_ld(page: "CaseStudyPage", organisations: list[str], areas: list[Term]) -> SafeString:
    """schema.org/Article. Escaped so that no title can end the script element."""
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": page.summary,
        "url": page.full_url,
        "about": [{"@type": "Organization", "name": name} for name in dict.fromkeys(organisations)],
        "keywords": ", ".join(area.label for area in areas),
        "publisher": {"@type": "Organization", "name": publisher(page)},
        "datePublished": page.first_published_at.date().isoformat() if page.first_published_at else None,
        "dateModified": page.last_published_at.date().isoformat() if page.last_published_at else None,
        "isBasedOn": page.source or None,
        "license": Licence(page.licence).url or None if page.licence else None,
    }
    text = json.dumps({name: value for name, value in data.items() if value})
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return mark_safe(text)  # noqa: S308 (escaped on the line above)


def _search(name: str, value: str) -> str:
    return f"{reverse('search')}?{urlencode({name: value})}"


def _links(name: str, terms: Any) -> tuple[Link, ...]:
    return tuple(Link(term.label, _search(name, term.slug), term.scope_note) for term in terms if term)
