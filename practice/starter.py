"""The starter notes and template contracts. What is there already is left as it is."""

import tomllib
from pathlib import Path
from typing import Any

from django.apps import apps
from wagtail.models import Page

from practice.models import (
    ContractVersion,
    PracticeIndexPage,
    PracticeNotePage,
    TemplateContractIndexPage,
    TemplateContractPage,
)
from practice.note_rows import NoteContract, NoteExample, NotePoint, PilotSite, SurveyResponse
from taxonomy.glossary import GlossaryEntry
from taxonomy.models import Facet, Term

FILE = Path(__file__).with_name("starter.toml")
MANY = {"areas": Facet.AREA, "themes": Facet.THEME, "stages": Facet.STAGE}
THEME = "template-contracts"  # of every template contract

Terms = dict[tuple[str, str], Term]


def load(home: Page) -> None:
    """The list of notes with the notes of the data file, and below it the list of template contracts with theirs."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    terms = {(term.facet, term.slug): term for term in Term.objects.all()}
    notes = PracticeIndexPage.objects.first() or _list(
        home,
        PracticeIndexPage(
            title="Best practice",
            slug="practice",
            introduction="How it is done, with its benefits and barriers as far as they are reported.",
        ),
    )
    contracts = TemplateContractIndexPage.objects.first() or _list(
        notes,
        TemplateContractIndexPage(
            title="Template contracts",
            slug="template-contracts",
            introduction="Contracts made once for a service, for many to use.",
        ),
    )
    for row in _new(contracts, data["contract"]):
        _publish(contracts, _contract(row, data, terms))
    for row in _new(notes, data["note"]):
        _publish(notes, _note(row, data, terms))


def _list(parent: Page, page: Page) -> Page:
    page.live, page.show_in_menus = False, True
    _publish(parent, page)
    return page


def _new(parent: Page, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    there = set(parent.get_children().values_list("slug", flat=True))
    return [row for row in rows if row["slug"] not in there]


def _publish(parent: Page, page: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision().publish()


def _contract(row: dict[str, Any], data: dict[str, Any], terms: Terms) -> TemplateContractPage:
    names = ("slug", "title", "service", "status", "status_note", "about")
    page = TemplateContractPage(live=False, **{name: row[name] for name in names}, **_provenance(data))
    page.areas = [terms[Facet.AREA, slug] for slug in row["areas"]]
    page.themes = [terms[Facet.THEME, THEME]]
    page.versions = _rows(ContractVersion, row["versions"])
    standing = page.standing.with_note(page.status_note)
    page.search_description = f"{row['service']}: {standing[0].lower()}{standing[1:]}."
    return page


def _note(row: dict[str, Any], data: dict[str, Any], terms: Terms) -> PracticeNotePage:
    names = [name for name in ("slug", "title", "summary", "about", "law", "law_as_at") if name in row]
    page = PracticeNotePage(live=False, **{name: row[name] for name in names}, **_provenance(data))
    for name, facet in MANY.items():
        setattr(page, name, [terms[facet, slug] for slug in row[name]])
    page.words = list(GlossaryEntry.objects.filter(slug__in=row.get("words", [])))
    page.search_description = row["summary"]
    page.points = _rows(NotePoint, row.get("points", []))
    page.responses = _rows(SurveyResponse, row.get("responses", []), source=row.get("survey", ""))
    page.pilots = _rows(PilotSite, row.get("pilots", []), as_at=data["as_at"])
    case_studies = Page.objects.exact_type(apps.get_model("casestudies.CaseStudyPage"))
    page.examples = _named(NoteExample, "example", case_studies, row.get("examples", []))
    contracts = TemplateContractPage.objects.all()
    page.contracts = _named(NoteContract, "contract", contracts, row.get("contracts", []))
    return page


def _provenance(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("as_at", "source", "licence")}


def _rows(model: Any, rows: list[dict[str, Any]], **values: Any) -> list[Any]:
    return [model(sort_order=place, **values, **row) for place, row in enumerate(rows)]


def _named(model: Any, field: str, pages: Any, slugs: list[str]) -> list[Any]:
    """Rows that name those of these pages that are there, in this order."""
    found = {page.slug: page for page in pages.filter(slug__in=slugs)}
    return _rows(model, [{field: found[slug]} for slug in slugs if slug in found])
