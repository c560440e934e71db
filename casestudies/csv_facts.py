"""The facts of case studies, as the CSV of a list has them. A contact's name stays on the page: no list is to be made of them."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from casestudies import wording
from casestudies.models import CaseStudyPage
from casestudies.queries import in_order
from casestudies.rows import Contract, PeopleKind
from core import dates
from core.models import Licence

Facts = tuple[int, Mapping[str, str]]


def facts_of(pages: QuerySet[CaseStudyPage]) -> Iterator[Facts]:
    related = ["organisations__organisation", "organisations__role", "outcomes", "places", "periods", "costs", "people"]
    related += ["contracts__contract_form", "contracts__commissioner", "milestones", "sources", "links__document"]
    return map(_facts_of_one, pages.defer("body").select_related("status").prefetch_related(*related))


def _facts_of_one(page: CaseStudyPage) -> Facts:
    held = ((row.organisation.name, row.role) for row in page.organisations.all() if row.organisation_id)
    roles = (f"{role.label if role else 'Organisation'}: {name}" for name, role in in_order(held))
    periods, costs, people = page.periods.all(), page.costs.all(), page.people.all()
    starts, ends = [row.start for row in periods if row.start], [row.end for row in periods if row.end]
    # Where one phase still runs, the whole has not ended.
    ended = max(ends).isoformat() if ends and len(ends) == len(periods) else ""
    cost = wording.compared(costs)
    reached = next((row for row in people if row.kind == PeopleKind.REACHED and row.number is not None), None)
    return page.pk, {
        "roles": "; ".join(roles),
        "place": "; ".join(row.name for row in page.places.all()),
        "period": "; ".join(map(wording.period, periods)),
        "started": min(starts).isoformat() if starts else "",
        "ended": ended,
        "status": page.status.label if page.status else "",
        "cost": "; ".join(map(wording.cost, costs)),
        "cost_in_pounds": str(cost.amount) if cost else "",
        "cost_up_to": str(cost.amount_to) if cost and cost.amount_to is not None else "",
        "people": "; ".join(map(wording.people, people)),
        "people_reached": str(reached.number) if reached else "",
        "people_up_to": str(reached.number_to) if reached and reached.number_to is not None else "",
        "contracts": "; ".join(map(_contract, page.contracts.all())),
        "timeline": "; ".join(f"{dates.month(row.date)}: {row.text}" for row in page.milestones.all() if row.date),
        "outcomes": "; ".join(map(wording.outcome, page.outcomes.all())),
        "evidence_note": page.evidence_note,
        "source": "; ".join(row.citation for row in page.sources.all() if row.citation),
        "source_location": " ".join(row.url for row in page.sources.all() if row.url),
        "links": "; ".join(f"{row.title}: {row.location}" for row in page.links.all()),
        "licence": Licence(page.licence).label if page.licence else "",
    }


def _contract(row: Contract) -> str:
    form, commissioner = row.contract_form, row.commissioner
    return wording.contract(row, form.label if form else "", commissioner.name if commissioner else "")
