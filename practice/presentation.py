"""What the templates of a note and of a template contract are given."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats, timezone

from home.glossary import glossary_url
from home.models import Licence
from practice.rows import Label
from search.answers import hits
from search.entries import plain_from_html
from search.results import Hit
from taxonomy.fields import terms_of
from taxonomy.models import Term

if TYPE_CHECKING:
    from practice.models import PracticeNotePage, TemplateContractPage

HEADINGS = {Label.BENEFIT: "Benefits", Label.BARRIER: "Barriers"}
MOST = 20  # notes that a template contract's page names


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Links into search, or plain text; neither where it is not reported."""

    name: str
    links: tuple[Link, ...] = ()
    text: str = ""


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


def note_context(page: "PracticeNotePage") -> dict[str, Any]:
    terms = terms_of(page, ("themes", "stages", "areas"))
    tags = [Link(tag.name, _search("tag", tag.slug)) for tag in page.tags.all()]
    contracts = [row.contract for row in page.contracts.select_related("contract") if row.contract_id]
    named = [row.example_id for row in page.examples.all() if row.example_id]
    # The index knows what is published and open to all.
    seen = {hit.page_id: hit for hit in hits([*named, *(contract.pk for contract in contracts)])}
    has_law = bool(plain_from_html(page.law))
    facts = [
        Fact("As at", text=_month(page.as_at)),
        Fact("Themes", _links(terms["themes"])),
        Fact("Stages", _links(terms["stages"])),
    ]
    facts += [Fact("Service areas", _links(terms["areas"]))] if terms["areas"] else []
    facts += [Fact("Tags", tuple(tags))] if tags else []
    facts += [Fact("Law as at", text=_month(page.law_as_at))] if has_law else []
    glossary = glossary_url()
    words = [Link(entry.word, f"{glossary}#{entry.anchor}") for entry in page.words.all()] if glossary else []
    facts += [Fact("Words in the glossary", tuple(words))] if words else []
    return {
        "facts": facts,
        "stages": [stage.slug for stage in terms["stages"]],
        "group": _group(terms["areas"]),
        "says_what_it_is": bool(plain_from_html(page.about)),
        "columns": columns(page.points.all()),
        "surveys": surveys(page.responses.all()),
        "has_law": has_law,
        "law_is_old": has_law and law_is_old(page),
        "pilots": list(page.pilots.all()),
        "examples": [seen[pk] for pk in named if pk in seen],
        "contracts": [(seen[contract.pk], contract) for contract in contracts if contract.pk in seen],
        "documents": [row.document for row in page.documents.select_related("document") if row.document_id],
        "licence": Licence(page.licence) if page.licence else None,
    }


def contract_context(page: "TemplateContractPage") -> dict[str, Any]:
    terms = terms_of(page, ("areas", "themes", "jurisdictions"))
    status = ": ".join(filter(None, [page.get_status_display(), page.status_note]))
    facts = [
        Fact("Status", text=status),
        Fact("Service", text=page.service),
        Fact("Owner", text=page.kept_by.name if page.kept_by else ""),
        Fact("Jurisdiction", _links(terms["jurisdictions"])),
        Fact("Version", text=page.version),
        Fact("As at", text=_month(page.as_at)),
    ]
    facts += [Fact("Service areas", _links(terms["areas"]))] if terms["areas"] else []
    facts += [Fact("Themes", _links(terms["themes"]))] if terms["themes"] else []
    return {
        "facts": facts,
        "says_what_it_is": bool(plain_from_html(page.about)),
        "versions": list(page.versions.all()),
        "notes": _notes_naming(page),
        "licence": Licence(page.licence) if page.licence else None,
    }


def _notes_naming(page: "TemplateContractPage") -> tuple[Hit, ...]:
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


def law_is_old(page: "PracticeNotePage") -> bool:
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
    return formats.date_format(day, "F Y") if day else ""


def _search(name: str, value: str) -> str:
    return f"{reverse('search')}?{urlencode({name: value})}"


def _links(terms: Sequence[Term]) -> tuple[Link, ...]:
    return tuple(Link(term.label, term.url) for term in terms)
