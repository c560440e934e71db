"""Which notes go with a case study, and which template contracts there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Value, When
from wagtail.models import Page

from caching.version import cached_per_version
from practice.models import PracticeNotePage, TemplateContractPage
from practice.note_rows import NoteExample
from practice.standing import STANDINGS, ContractStatus, Standing, standing
from search.answers import hits
from search.presentation import Brief, brief
from search.results import Hit
from taxonomy.models import Term

NOTES = 6
LISTED = 60  # template contracts at most in the overview


@dataclass(frozen=True, slots=True)
class NoteKeys:
    """What decides which case studies a note goes with."""

    pk: int
    themes: frozenset[int]
    examples: frozenset[int]


def notes_for(case_study: Page, themes: Sequence[Term]) -> list[tuple[Brief, bool]]:
    """The notes that name this case study, then those that share most of these themes, each with whether it names it.
    No query as long as content does not change; what is open to all the index knows."""
    if not case_study.pk:
        return []
    its_themes = {term.pk for term in themes}
    ranked = []
    notes = cached_per_version("notes and what they name", _notes)
    for place, note in enumerate(notes):
        named, shared = case_study.pk in note.examples, len(its_themes & note.themes)
        if named or shared:
            ranked.append((not named, -shared, place, note.pk))
    names_it = {pk: not unnamed for unnamed, _, _, pk in sorted(ranked)[:NOTES]}
    known = _briefs(notes)
    return [(known[pk], named) for pk, named in names_it.items() if pk in known]


def _briefs(notes: Sequence[NoteKeys]) -> dict[int, Brief]:
    """Every note as the index knows it. Kept, because the same few notes go with very many case studies; not where the
    index has none of them, for it may be away."""

    def found() -> dict[int, Brief]:
        held = {hit.page_id: brief(hit) for hit in hits([note.pk for note in notes])}
        if not held:
            raise LookupError
        return held

    try:
        return cached_per_version("notes in brief", found)
    except LookupError:
        return {}


def _notes() -> list[NoteKeys]:
    """Every published note by title; there are far fewer than case studies, and each page of one asks."""
    themes: dict[int, set[int]] = {}
    for note, theme in PracticeNotePage.themes.through.objects.values_list("practicenotepage_id", "term_id"):
        themes.setdefault(note, set()).add(theme)
    examples: dict[int, set[int]] = {}
    for note, example in NoteExample.objects.exclude(example=None).values_list("page_id", "example_id"):
        examples.setdefault(note, set()).add(example)
    ids = PracticeNotePage.objects.filter(live=True).order_by("title", "pk").values_list("pk", flat=True)
    return [NoteKeys(pk, frozenset(themes.get(pk, ())), frozenset(examples.get(pk, ()))) for pk in ids]


def by_status(listing: Page) -> list[tuple[str, list[Hit]]]:
    """The template contracts of a list by how far they have come: what can be had here first. One query."""
    order = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(ContractStatus)))
    rows: Any = TemplateContractPage.objects.child_of(listing).filter(live=True).order_by(order, "service", "pk")
    standing_of = {
        pk: standing(status, held=document is not None, linked=bool(link))
        for pk, status, document, link in rows.values_list("pk", "status", "document_id", "link")[:LISTED]
    }
    found: dict[Standing, list[Hit]] = {one: [] for one in STANDINGS}
    for hit in hits(list(standing_of)):
        found[standing_of[hit.page_id]].append(hit)
    return [(str(one), listed) for one, listed in found.items() if listed]
