"""A case study as the search index knows it."""

from typing import TYPE_CHECKING

from search.entries import Entry, plain, plain_from_html

if TYPE_CHECKING:
    from casestudies.models import CaseStudyPage
    from taxonomy.models import Term


def entry_for(page: "CaseStudyPage") -> Entry:
    areas = list(page.areas.all())
    groups = {area.parent.pk: area.parent for area in areas if area.parent}
    roles = [role for role in page.organisations.all() if role.organisation_id]
    kinds = [role.organisation.organisation_type for role in roles]
    facets: dict[str, list[Term | None]] = {
        "area": [*groups.values(), *areas],
        "theme": list(page.themes.all()),
        "stage": list(page.stages.all()),
        "beneficiary": list(page.beneficiaries.all()),
        "region": list(page.regions.all()),
        "organisation": kinds,
        "evidence": [page.evidence_level],
        "result": [page.result],
        "contract": [page.contract_form],
    }
    tags = [item.tag for item in page.tagged_items.all()]
    named = [*tags, *(term for name in ("area", "theme", "beneficiary") for term in facets[name] if term)]
    organisations = list(dict.fromkeys(role.organisation.name for role in roles))
    words = [*organisations, *(tag.name if hasattr(tag, "name") else tag.label for tag in named)]
    slugs = {name: tuple(sorted({term.slug for term in values if term})) for name, values in facets.items()}
    return Entry(
        page_id=page.pk,
        kind="case-study",
        title=plain(page.title),
        url=page.get_url() or "",
        summary=plain(page.summary),
        body=_body(page),
        tags=tuple(plain(word) for word in dict.fromkeys(words)),
        organisations=tuple(plain(name) for name in organisations),
        facets=slugs | {"tag": tuple(sorted({tag.slug for tag in tags}))},
        date=page.as_at,
    )


def _body(page: "CaseStudyPage") -> str:
    """Everything that a reader of the page can read, as plain text."""
    blocks = [text for block in page.body for text in block.block.get_searchable_content(block.value)]
    outcomes = [" ".join(filter(None, (row.measure, row.before, row.after, row.unit))) for row in page.outcomes.all()]
    regions = [region.label for region in page.regions.all()]
    facts = [page.place, *regions, page.period_note, page.evidence_note, page.cost_source, page.source]
    return " ".join(filter(None, [*map(plain_from_html, blocks), *map(plain, outcomes + facts)]))
