"""What the templates of a note and of a template contract are given."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from caching.version import cached_per_version
from core import dates
from core.detail_page import framed
from core.facts import Fact, Links, provenance, search_url, term_links
from core.glossary_link import glossary_url
from practice.models import ContractVersion, PracticeNotePage, TemplateContractPage
from practice.note_rows import PilotSite
from practice.rows import Label
from search.answers import hits
from search.documents import plain_from_html
from search.presentation import brief
from search.results import Hit
from taxonomy.fields import terms_of
from taxonomy.models import Term

ALWAYS = ("Themes", "Stages")  # also where a note has none
HEADINGS = {Label.BENEFIT: "Benefits", Label.BARRIER: "Barriers"}
MOST = 20  # notes that a template contract's page names


@dataclass(frozen=True, slots=True)
class Column:
    """Benefits or barriers: each text with who named it, where `by` does not say so for all of them."""

    label: str
    heading: str
    by: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Survey:
    source: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class NoteRows:
    """What belongs to a note and is held in other tables, in the editors' order."""

    columns: tuple[Column, ...]
    surveys: list[Survey]
    pilots: list[PilotSite]
    example_ids: list[int]
    contracts: list[TemplateContractPage]
    documents: list[Any]
    tags: list[tuple[str, str]]
    words: list[tuple[str, str]]


def rows_of(page: PracticeNotePage) -> NoteRows:
    """Kept until content changes, for a published note: there are far fewer notes than case studies, and building this SQL
    takes longer than all the rest of the page."""
    return cached_per_version(f"rows of note {page.pk}", lambda: _rows_of(page))


def _rows_of(page: PracticeNotePage) -> NoteRows:
    contracts = page.contracts.select_related("contract")
    documents = page.documents.select_related("document")
    glossary = glossary_url()
    words = [(entry.word, f"{glossary}#{entry.anchor}") for entry in page.words.all()] if glossary else []
    return NoteRows(
        columns=columns(page.points.all()),
        surveys=surveys(page.responses.all()),
        pilots=list(page.pilots.all()),
        example_ids=[row.example_id for row in page.examples.all() if row.example_id],
        contracts=[row.contract for row in contracts if row.contract_id],
        documents=[row.document for row in documents if row.document_id],
        tags=[(tag.name, search_url("tag", tag.slug)) for tag in page.tags.all()],
        words=words,
    )


def note_context(page: PracticeNotePage, request: HttpRequest) -> dict[str, Any]:
    terms, rows = terms_of(page, ("themes", "stages", "areas")), rows_of(page)
    # The index knows what is published and open to all.
    seen = {hit.page_id: hit for hit in hits([*rows.example_ids, *(contract.pk for contract in rows.contracts)])}
    has_law = bool(plain_from_html(page.law))
    subjects = [
        Fact("Themes", "", term_links(terms["themes"])),
        Fact("Stages", "", term_links(terms["stages"])),
        Fact("Service areas", "", term_links(terms["areas"])),
        Fact("Tags", "", tuple(rows.tags)),
        Fact("Words in the glossary", "", tuple(rows.words)),
    ]
    law = [Fact("Law as at", _month(page.law_as_at))] if has_law else []
    about = [row for row in subjects if row.is_reported or row.name in ALWAYS]
    shared = framed(
        page,
        page.get_full_url(request) or "",
        standfirst=page.summary,
        key_facts=[Fact("As at", _month(page.as_at)), *about, *law],
        provenance=provenance(page, published_at=page.source_address),
        areas=terms["areas"],
    )
    return shared | {
        "subjects": [row for row in subjects if row.is_reported],
        "stages": [stage.slug for stage in terms["stages"]],
        "group": _group(terms["areas"]),
        "says_what_it_is": bool(plain_from_html(page.about)),
        "columns": rows.columns,
        "surveys": rows.surveys,
        "has_law": has_law,
        "law_is_old": has_law and law_is_old(page),
        "pilots": rows.pilots,
        "examples": [brief(seen[pk]) for pk in rows.example_ids if pk in seen],
        "contracts": [(seen[contract.pk], contract) for contract in rows.contracts if contract.pk in seen],
        "documents": rows.documents,
    }


@dataclass(frozen=True, slots=True)
class ContractRows:
    """What belongs to a template contract and is held in other tables."""

    owner: Links  # its name and the URL of its page
    document: Any
    versions: list[ContractVersion]


def contract_rows_of(page: TemplateContractPage) -> ContractRows:
    """Kept until content changes, for a published one."""

    def found() -> ContractRows:
        owner = ((page.kept_by.name, page.kept_by.get_absolute_url()),) if page.kept_by else ()
        return ContractRows(owner, page.document, list(page.versions.all()))

    return cached_per_version(f"rows of contract {page.pk}", found)


def contract_context(page: TemplateContractPage, request: HttpRequest) -> dict[str, Any]:
    terms, rows = terms_of(page, ("areas", "themes", "jurisdictions")), contract_rows_of(page)
    standing = page.standing.with_note(page.status_note)
    key_facts = [
        Fact("Status", standing),
        Fact("Service", page.service),
        Fact("Owner", "", rows.owner),
        Fact("Jurisdiction", "", term_links(terms["jurisdictions"])),
        Fact("Version", page.version),
        Fact("As at", _month(page.as_at)),
    ]
    subjects = [Fact("Service areas", "", term_links(terms["areas"])), Fact("Themes", "", term_links(terms["themes"]))]
    shared = framed(
        page,
        page.get_full_url(request) or "",
        standfirst=standing,
        key_facts=[*key_facts, *(row for row in subjects if row.is_reported)],
        provenance=provenance(page, published_at=page.source_address),
        areas=terms["areas"],
    )
    return shared | {
        "says_what_it_is": bool(plain_from_html(page.about)),
        "document": rows.document,
        "versions": rows.versions,
        "notes": [brief(hit) for hit in _notes_naming(page)],
    }


def _notes_naming(page: TemplateContractPage) -> tuple[Hit, ...]:
    if not page.pk:
        return ()
    return hits(list(page.named_in.order_by("page_id").values_list("page_id", flat=True).distinct()[:MOST]))


def columns(rows: Iterable[Any]) -> tuple[Column, ...]:
    """The benefits and the barriers, side by side; both are there as soon as one has a row."""
    sorted_rows: dict[str, list[Any]] = {label: [] for label in HEADINGS}
    for row in rows:
        sorted_rows.setdefault(row.label, []).append(row)
    if not any(sorted_rows.values()):
        return ()
    return tuple(_column(label, sorted_rows[label]) for label in HEADINGS)


def _column(label: Label, rows: Sequence[Any]) -> Column:
    named = [_named_by(row.respondent) if hasattr(row, "respondent") else "" for row in rows]
    same = len(set(named)) == 1
    told = tuple((row.text, "" if same else by) for row, by in zip(rows, named, strict=True))
    return Column(label.value, HEADINGS[label], named[0] if same else "", told)


def _named_by(respondent: str) -> str:
    return f"Named by {respondent}" if respondent else "Kind of respondent not reported"


def surveys(responses: Iterable[Any]) -> list[Survey]:
    """The responses of each survey, in the order of the first response of each."""
    found: dict[str, list[Any]] = {}
    for row in responses:
        found.setdefault(row.source.strip(), []).append(row)
    return [Survey(source, columns(rows)) for source, rows in found.items()]


def law_is_old(page: PracticeNotePage) -> bool:
    """Whether more than a year has gone by since the day for which the law is true, or nobody says which day that is."""
    day = page.law_as_at
    if day is None:
        return True
    try:
        a_year_on = day.replace(year=day.year + 1)
    except ValueError:  # 29 February, or the last year that there is
        a_year_on = day + datetime.timedelta(days=366) if day.year < datetime.MAXYEAR else day
    return timezone.localdate() > a_year_on


def _group(areas: Sequence[Term]) -> str:
    """The group of the service areas that decides how the cover is drawn."""
    return min((area.parent.slug for area in areas if area.parent), default="")


def _month(day: datetime.date | None) -> str:
    return dates.month(day) if day else ""
