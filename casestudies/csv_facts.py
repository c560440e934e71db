"""The facts of case studies, as the CSV of a list has them. A contact's name stays on the page: no list is to be made of them."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from casestudies.models import CaseStudyPage, Outcome
from casestudies.presentation import cost, period
from casestudies.queries import in_order
from core import dates
from core.models import Licence

Facts = tuple[int, Mapping[str, str]]


def facts_of(pages: QuerySet[CaseStudyPage]) -> Iterator[Facts]:
    related = ("organisations__organisation", "organisations__role", "outcomes")
    return map(_facts_of_one, pages.defer("body").select_related("status").prefetch_related(*related))


def _facts_of_one(page: CaseStudyPage) -> Facts:
    held = ((row.organisation.name, row.role) for row in page.organisations.all() if row.organisation_id)
    roles = (f"{role.label if role else 'Organisation'}: {name}" for name, role in in_order(held))
    return page.pk, {
        "roles": "; ".join(roles),
        "place": page.place,
        "period": period(page),
        "started": page.period_start.isoformat() if page.period_start else "",
        "ended": page.period_end.isoformat() if page.period_end else "",
        "status": page.status.label if page.status else "",
        "cost": cost(page),
        "cost_in_pounds": "" if page.cost_amount is None else str(page.cost_amount),
        "outcomes": "; ".join(map(_outcome, page.outcomes.all())),
        "evidence_note": page.evidence_note,
        "source": page.source,
        "source_location": page.source_url,
        "licence": Licence(page.licence).label if page.licence else "",
    }


def _outcome(row: Outcome) -> str:
    """One measured change in a line, with what is reported of it."""
    told = {
        "before": row.before,
        "after": row.after,
        "unit": row.unit,
        "measured": dates.month(row.date) if row.date else "",
        "source": row.source,
        "who says so": row.get_verification_display(),
    }
    said = ", ".join(f"{name}: {value}" for name, value in told.items() if value)
    return f"{row.measure} ({said})" if said else row.measure
