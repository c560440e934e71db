"""What the templates of a note and of a template contract are given."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from core import dates, facts
from core.citing import ways_to_cite
from core.facts import UNSAID, Fact, links, search_address, text
from core.facts import terms as term_links
from core.glossary_link import glossary_url
from practice.models import PracticeNotePage, TemplateContractPage
from practice.rows import Label
from search.answers import hits
from search.documents import plain_from_html
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


def note_context(page: PracticeNotePage, request: HttpRequest) -> dict[str, Any]:
    terms = terms_of(page, ("themes", "stages", "areas"))
    contracts = [row.contract for row in page.contracts.select_related("contract") if row.contract_id]
    named = [row.example_id for row in page.examples.all() if row.example_id]
    # The index knows what is published and open to all.
    seen = {hit.page_id: hit for hit in hits([*named, *(contract.pk for contract in contracts)])}
    has_law = bool(plain_from_html(page.law))
    tags = links((tag.name, search_address("tag", tag.slug)) for tag in page.tags.all())
    glossary = glossary_url()
    words = links((entry.word, f"{glossary}#{entry.anchor}") for entry in page.words.all()) if glossary else UNSAID
    subjects = [
        Fact("Themes", term_links(terms["themes"])),
        Fact("Stages", term_links(terms["stages"])),
        Fact("Service areas", term_links(terms["areas"])),
        Fact("Tags", tags),
        Fact("Words in the glossary", words),
    ]
    told = [row for row in subjects if row.value]
    law = [Fact("Law as at", _month(page.law_as_at))] if has_law else []
    key_facts = [Fact("As at", _month(page.as_at)), *(row for row in subjects if row.value or row.name in ALWAYS), *law]
    return {
        "key_facts": facts.printed(key_facts),
        "subjects": facts.printed(told),
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
        "provenance": facts.printed(facts.provenance(page, text(page.source_address))),
        "ways_to_cite": ways_to_cite(page, page.get_full_url(request) or ""),
    }


def contract_context(page: TemplateContractPage, request: HttpRequest) -> dict[str, Any]:
    terms = terms_of(page, ("areas", "themes", "jurisdictions"))
    key_facts = [
        Fact("Status", text(page.standing.with_note(page.status_note))),
        Fact("Service", text(page.service)),
        Fact("Owner", links([(page.kept_by.name, page.kept_by.get_absolute_url())]) if page.kept_by else UNSAID),
        Fact("Jurisdiction", term_links(terms["jurisdictions"])),
        Fact("Version", text(page.version)),
        Fact("As at", _month(page.as_at)),
    ]
    subjects = [Fact("Service areas", term_links(terms["areas"])), Fact("Themes", term_links(terms["themes"]))]
    return {
        "key_facts": facts.printed([*key_facts, *(row for row in subjects if row.value)]),
        "says_what_it_is": bool(plain_from_html(page.about)),
        "versions": list(page.versions.all()),
        "notes": _notes_naming(page),
        "provenance": facts.printed(facts.provenance(page, text(page.source_address))),
        "ways_to_cite": ways_to_cite(page, page.get_full_url(request) or ""),
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


def _month(day: datetime.date | None) -> SafeString:
    return text(dates.month(day) if day else "")
