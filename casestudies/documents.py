"""Case studies as the search index knows them.

A rebuild reads very many: they and what belongs to them are read as plain rows, because making objects of the rows took
more than half of the time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from wagtail.blocks import RichTextBlock, StreamValue

from casestudies.models import CaseStudyOrganisation, CaseStudyPage, CaseStudyTag, Outcome
from casestudies.queries import TERMS
from search.documents import Document, plain
from search.rich_text import plain_from_rich_text, texts_of_block
from taxonomy.fields import Known, known_terms, terms_of_many

Rows = Mapping[int, list[tuple[Any, ...]]]  # by page


class Row(NamedTuple):
    """What is read of the page itself."""

    pk: int
    title: str
    url_path: str
    summary: str
    body: StreamValue
    place: str
    period_note: str
    evidence_note: str
    cost_source: str
    source: str
    as_at: date | None
    evidence_level_id: int | None
    result_id: int | None
    contract_form_id: int | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """What belongs to the pages of a batch."""

    known: Mapping[int, Known]
    terms: Mapping[tuple[str, int], list[int]]
    roles: Rows  # an organisation's name and the term of its type
    tags: Rows  # name and slug
    outcomes: Rows  # measure, before, after, unit

    def of(self, page: Row, name: str) -> list[Known]:
        return [self.known[pk] for pk in self.terms.get((name, page.pk), ())]

    def one(self, pk: int | None) -> list[Known]:
        return [self.known[pk]] if pk is not None and pk in self.known else []


def documents_of(pages: QuerySet[CaseStudyPage]) -> Iterator[Document]:
    rows = [Row(*row) for row in pages.values_list(*Row._fields)]
    ids = [row.pk for row in rows]
    known = known_terms()
    held = CaseStudyOrganisation.objects.filter(page__in=ids, organisation__isnull=False)
    belonging = Belonging(
        known=known,
        terms=terms_of_many(CaseStudyPage, ids, TERMS, known),
        roles=_by_page(held, "page_id", "organisation__name", "organisation__organisation_type_id"),
        tags=_by_page(
            CaseStudyTag.objects.filter(content_object__in=ids).order_by("pk"),
            *("content_object_id", "tag__name", "tag__slug"),
        ),
        outcomes=_by_page(Outcome.objects.filter(page__in=ids), "page_id", "measure", "before", "after", "unit"),
    )
    addressed = CaseStudyPage()  # one page that says the address of each in turn
    for row in rows:
        addressed.url_path = row.url_path
        yield _document_for(row, addressed.get_url() or "", belonging)


def _by_page(found: QuerySet[Any], page: str, *columns: str) -> Rows:
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for pk, *values in found.values_list(page, *columns):
        rows.setdefault(pk, []).append(tuple(values))
    return rows


def _document_for(page: Row, url: str, belonging: Belonging) -> Document:
    one, known = belonging.one, belonging.known
    areas, themes, stages, beneficiaries, regions = (belonging.of(page, name) for name in TERMS)
    groups = [known[pk] for pk in dict.fromkeys(area.group for area in areas) if pk is not None and pk in known]
    roles, tags = belonging.roles.get(page.pk, []), belonging.tags.get(page.pk, [])
    facets = {
        "area": [*groups, *areas],
        "theme": themes,
        "stage": stages,
        "beneficiary": beneficiaries,
        "region": regions,
        "organisation": [term for _, kind in roles for term in one(kind)],
        "evidence": one(page.evidence_level_id),
        "result": one(page.result_id),
        "contract": one(page.contract_form_id),
    }
    organisations = list(dict.fromkeys(name for name, _ in roles))
    named = (term.label for name in ("area", "theme", "beneficiary") for term in facets[name])
    words = [*organisations, *(name for name, _ in tags), *named]
    slugs = {name: tuple(sorted({term.slug for term in values})) for name, values in facets.items()}
    return Document(
        page_id=page.pk,
        kind="case-study",
        title=plain(page.title),
        url=url,
        summary=plain(page.summary),
        body=_body(page, regions, belonging.outcomes.get(page.pk, [])),
        tags=tuple(plain(word) for word in dict.fromkeys(words)),
        organisations=tuple(plain(name) for name in organisations),
        facets=slugs | {"tag": tuple(sorted({slug for _, slug in tags}))},
        date=page.as_at,
    )


def _body(page: Row, regions: Sequence[Known], outcomes: Sequence[tuple[str, ...]]) -> str:
    """Everything that a reader of the page can read, as plain text."""
    measured = [" ".join(filter(None, row)) for row in outcomes]
    facts = [page.place, *(region.label for region in regions), page.period_note, page.evidence_note]
    facts += [page.cost_source, page.source]
    return " ".join(filter(None, [*_told(page.body), *map(plain, measured + facts)]))


def _told(body: StreamValue) -> Iterator[str]:
    """The texts of the blocks. Of nearly all blocks it is enough to look at what the database holds."""
    blocks = body.stream_block.child_blocks
    for place, raw in enumerate(body.raw_data):
        block, value = blocks[raw["type"]], raw["value"]
        if isinstance(block, RichTextBlock) and isinstance(value, str):
            yield plain_from_rich_text(value)
        else:
            yield from texts_of_block(block, body[place].value)
