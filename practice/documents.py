"""A note and a template contract as the search index knows them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from practice.models import PracticeNotePage, TemplateContractPage
from search.documents import Document, plain, plain_from_html
from search.rich_text import texts_of_block
from taxonomy.models import Term

NOTE = ("areas__parent", "themes", "stages", "tagged_items__tag", "points", "responses", "pilots")
CONTRACT = ("areas__parent", "themes", "jurisdictions", "kept_by__organisation_type", "versions")


def note_entries(pages: QuerySet[PracticeNotePage]) -> Iterator[Document]:
    return map(_note_entry, pages.prefetch_related(*NOTE))


def contract_entries(pages: QuerySet[TemplateContractPage]) -> Iterator[Document]:
    return map(_contract_entry, pages.prefetch_related(*CONTRACT))


def _note_entry(page: PracticeNotePage) -> Document:
    terms = {"area": _with_groups(page), "theme": list(page.themes.all()), "stage": list(page.stages.all())}
    tags = [item.tag for item in page.tagged_items.all()]
    words = [*(tag.name for tag in tags), *(term.label for name in ("area", "theme") for term in terms[name])]
    return Document(
        page_id=page.pk,
        kind="practice-note",
        title=plain(page.title),
        url=page.get_url() or "",
        summary=plain(page.summary),
        body=_note_body(page),
        tags=_unique(words),
        facets=_slugs(terms) | {"tag": tuple(sorted({tag.slug for tag in tags}))},
        date=page.as_at,
    )


def _contract_entry(page: TemplateContractPage) -> Document:
    owner = page.kept_by
    terms: dict[str, list[Any]] = {
        "area": _with_groups(page),
        "theme": list(page.themes.all()),
        "region": list(page.jurisdictions.all()),
        "organisation": [owner.organisation_type] if owner and owner.organisation_type else [],
    }
    names = [owner.name] if owner else []
    labels = [term.label for name in ("area", "theme") for term in terms[name]]
    status = page.standing.with_note(page.status_note)
    history = [text for row in page.versions.all() for text in (row.version, row.when, row.change)]
    regions = [term.label for term in terms["region"]]
    return Document(
        page_id=page.pk,
        kind="template-contract",
        title=plain(page.title),
        url=page.get_url() or "",
        summary=plain(f"{status}. For: {page.service}." if page.service else f"{status}."),
        body=_joined([plain_from_html(page.about), page.version, *history, *regions, page.source]),
        tags=_unique([page.service, *names, *labels]),
        organisations=_unique(names),
        facets=_slugs(terms) | {"organisation_name": (owner.slug,) if owner else ()},
        date=page.as_at,
    )


def _note_body(page: PracticeNotePage) -> str:
    """Everything that a reader of the page can read, as plain text."""
    blocks = [*page.how_to, *page.pitfalls]
    told = [text for one in blocks for text in texts_of_block(one.block, one.value)]
    points = [row.text for row in page.points.all()]
    answers = [text for row in page.responses.all() for text in (row.text, row.respondent)]
    sources = dict.fromkeys(row.source for row in page.responses.all())
    pilots = [text for row in page.pilots.all() for text in (row.place, row.service)]
    law = plain_from_html(page.law)
    return _joined([plain_from_html(page.about), *told, law, *points, *answers, *sources, *pilots, page.source])


def _with_groups(page: Any) -> list[Term]:
    areas = list(page.areas.all())
    groups = {area.parent.pk: area.parent for area in areas if area.parent}
    return [*groups.values(), *areas]


def _slugs(terms: Mapping[str, Iterable[Term]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted({term.slug for term in values})) for name, values in terms.items()}


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain(word) for word in dict.fromkeys(words) if word)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(filter(None, map(plain, texts)))
