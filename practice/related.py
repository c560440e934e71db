"""Which notes go with a case study, and which template contracts there are."""

from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from wagtail.models import Page

from practice.models import ContractStatus, NoteExample, PracticeNotePage, TemplateContractPage
from search.answers import hits
from search.results import Hit
from taxonomy.models import Term

NOTES = 6
LISTED = 60  # template contracts at most in the overview


def notes_for(case_study: Page) -> list[tuple[Hit, bool]]:
    """The notes that name this case study, then those that share most themes with it, each with whether it names it.
    One query; what is open to all the index knows."""
    if not case_study.pk:
        return []
    names_it = Exists(NoteExample.objects.filter(page=OuterRef("pk"), example=case_study.pk))
    # A subquery: a join would lead over every case study of each theme.
    its_themes = Term.objects.filter(case_studies_by_theme=case_study.pk).values("pk")
    shared = Count("themes", filter=Q(themes__in=its_themes), distinct=True)
    found = PracticeNotePage.objects.filter(live=True).annotate(names_it=names_it, shared=shared)
    found = found.filter(Q(names_it=True) | Q(shared__gt=0)).order_by("-names_it", "-shared", "title", "pk")
    named = dict(found.values_list("pk", "names_it")[:NOTES])
    return [(hit, named[hit.page_id]) for hit in hits(list(named))]


def by_status(listing: Page) -> list[tuple[str, list[Hit]]]:
    """The template contracts of a list by how far they have come: available first. One query."""
    order = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(ContractStatus)))
    rows: Any = TemplateContractPage.objects.child_of(listing).filter(live=True).order_by(order, "service", "pk")
    status_of = dict(rows.values_list("pk", "status")[:LISTED])
    found: dict[str, list[Hit]] = {status: [] for status in ContractStatus.values}
    for hit in hits(list(status_of)):
        found[status_of[hit.page_id]].append(hit)
    return [(ContractStatus(status).label, listed) for status, listed in found.items() if listed]
