"""The facts of notes and template contracts, as the CSV of a list has them."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from core.models import Licence
from practice.models import PracticeNotePage, TemplateContractPage
from practice.sourced import Sourced

Facts = tuple[int, Mapping[str, str]]


def facts_of_notes(pages: QuerySet[PracticeNotePage]) -> Iterator[Facts]:
    for page in pages.defer("how_to", "pitfalls"):
        yield page.pk, _source(page) | {"law_as_at": page.law_as_at.isoformat() if page.law_as_at else ""}


def facts_of_contracts(pages: QuerySet[TemplateContractPage]) -> Iterator[Facts]:
    for page in pages:
        own = {"status": page.standing.with_note(page.status_note), "service": page.service}
        yield page.pk, _source(page) | own | {"version": page.version, "link": page.link}


def _source(page: Sourced) -> dict[str, str]:
    licence = Licence(page.licence).label if page.licence else ""
    return {"source": page.source, "source_location": page.source_address, "licence": licence}
