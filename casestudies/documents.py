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

from casestudies.bands import cost_bands, people_bands
from casestudies.models import CaseStudyPage, CaseStudyTag
from casestudies.queries import ROWS, TERMS, kinds_there
from casestudies.rows import CaseStudyOrganisation
from casestudies.vocabulary import place_slug
from search.documents import Document, plain
from search.rich_text import plain_from_rich_text, texts_of_block
from taxonomy.fields import Known, known_terms, terms_of_many

Rows = Mapping[int, list[tuple[Any, ...]]]  # by page
# What is read of each row. Bands are made of the first three columns of costs and people.
READ: dict[str, tuple[str, ...]] = {
    "places": ("name",),
    "periods": ("phase", "note"),
    "contracts": ("contract_form_id", "commissioner__slug", "commissioner__name", "words", "reference"),
    "costs": ("kind", "amount", "amount_to", "paid_for", "words", "period", "source"),
    "people": ("kind", "number", "number_to", "unit", "words", "period", "source"),
    "sources": ("citation",),
    "links": ("title",),
    "milestones": ("text",),
    "outcomes": ("measure", "before", "after", "unit"),
}


class Row(NamedTuple):
    """What is read of the page itself."""

    pk: int
    title: str
    url_path: str
    summary: str
    body: StreamValue
    evidence_note: str
    as_at: date | None
    evidence_level_id: int | None
    result_id: int | None


# So many columns of a row are no words.
NOT_TOLD = {"contracts": 2, "costs": 3, "people": 3}


@dataclass(frozen=True, slots=True)
class Belonging:
    """What belongs to the pages of a batch."""

    known: Mapping[int, Known]
    terms: Mapping[tuple[str, int], list[int]]
    roles: Rows  # an organisation's name, the term of its type and its slug
    tags: Rows  # name and slug
    rows: Mapping[str, Rows]  # those of casestudies.queries by their name on the page

    def of(self, page: Row, name: str) -> list[Known]:
        return [self.known[pk] for pk in self.terms.get((name, page.pk), ())]

    def one(self, pk: int | None) -> list[Known]:
        return [self.known[pk]] if pk is not None and pk in self.known else []


def documents_of(pages: QuerySet[CaseStudyPage]) -> Iterator[Document]:
    rows = [Row(*row) for row in pages.values_list(*Row._fields)]
    ids = [row.pk for row in rows]
    known = known_terms()
    there = kinds_there(ids)
    held = CaseStudyOrganisation.objects.filter(page__in=ids, organisation__isnull=False)
    belonging = Belonging(
        known=known,
        terms=terms_of_many(CaseStudyPage, ids, TERMS, known),
        roles=_by_page(
            held, "page_id", "organisation__name", "organisation__organisation_type_id", "organisation__slug"
        ),
        tags=_by_page(
            CaseStudyTag.objects.filter(content_object__in=ids).order_by("pk"),
            *("content_object_id", "tag__name", "tag__slug"),
        ),
        rows={
            name: _by_page(ROWS[name].objects.filter(page__in=ids), "page_id", *columns) if name in there else {}
            for name, columns in READ.items()
        },
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
    rows = {name: held.get(page.pk, []) for name, held in belonging.rows.items()}
    facets = {
        "area": [*groups, *areas],
        "theme": themes,
        "stage": stages,
        "beneficiary": beneficiaries,
        "region": regions,
        "organisation": [term for _, kind, _ in roles for term in one(kind)],
        "evidence": one(page.evidence_level_id),
        "result": one(page.result_id),
        "contract": [term for form, *_ in rows["contracts"] for term in one(form)],
    }
    organisations = list(dict.fromkeys(name for name, *_ in roles))
    named = (term.label for name in ("area", "theme", "beneficiary") for term in facets[name])
    words = [*organisations, *(name for name, _ in tags), *named]
    found = {name: {term.slug for term in values} for name, values in facets.items()}
    found["tag"] = {slug for _, slug in tags}
    found["cost"] = cost_bands((kind, amount, upper) for kind, amount, upper, *_ in rows["costs"])
    found["people"] = people_bands((kind, lower, upper) for kind, lower, upper, *_ in rows["people"])
    found["organisation_name"] = {slug for *_, slug in roles} | {buyer[1] for buyer in rows["contracts"] if buyer[1]}
    found["place"] = set(filter(None, (place_slug(name) for name, *_ in rows["places"])))
    return Document(
        page_id=page.pk,
        kind="case-study",
        title=plain(page.title),
        url=url,
        summary=plain(page.summary),
        body=_body(page, regions, rows),
        tags=tuple(plain(word) for word in dict.fromkeys(words)),
        organisations=tuple(plain(name) for name in organisations),
        facets={name: tuple(sorted(slugs)) for name, slugs in found.items()},
        date=page.as_at,
    )


def _body(page: Row, regions: Sequence[Known], rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> str:
    """Everything that a reader of the page can read, as plain text. Figures are found by the words of their source."""
    texts = [" ".join(_words_of(name, row)) for name, held in rows.items() for row in held]
    facts = [*(region.label for region in regions), page.evidence_note, *texts]
    return " ".join(filter(None, [*_told(page.body), *map(plain, facts)]))


def _words_of(name: str, row: Sequence[Any]) -> Iterator[str]:
    """The texts of a row that readers see."""
    told = row[NOT_TOLD.get(name, 0) :]
    return (text for text in told if text and isinstance(text, str))


def _told(body: StreamValue) -> Iterator[str]:
    """The texts of the blocks. Of nearly all blocks it is enough to look at what the database holds."""
    blocks = body.stream_block.child_blocks
    for place, raw in enumerate(body.raw_data):
        block, value = blocks[raw["type"]], raw["value"]
        if isinstance(block, RichTextBlock) and isinstance(value, str):
            yield plain_from_rich_text(value)
        else:
            yield from texts_of_block(block, body[place].value)
