"""Which organisations case studies name, and as what."""

from collections.abc import Iterator

from casestudies import wording
from casestudies.models import CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, Contract
from core.findable import indexable
from organisations.mentions import Mention
from taxonomy.models import COMMISSIONER


def mentioned() -> set[int]:
    """The organisations that examples which everybody may read name."""
    pages = indexable(CaseStudyPage.objects.all()).values("pk")
    roles = CaseStudyOrganisation.objects.filter(page__in=pages, organisation__isnull=False)
    contracts = Contract.objects.filter(page__in=pages, commissioner__isnull=False)
    return {*roles.values_list("organisation", flat=True), *contracts.values_list("commissioner", flat=True)}


def mentions(organisation: int) -> Iterator[Mention]:
    """The examples that name an organisation, in its role and with what it bought there."""
    roles = CaseStudyOrganisation.objects.filter(organisation=organisation).select_related("role")
    roles_of: dict[int, list[CaseStudyOrganisation]] = {}
    for row in roles:
        roles_of.setdefault(row.page_id, []).append(row)
    bought: dict[int, list[Contract]] = {}
    for contract in Contract.objects.filter(commissioner=organisation).select_related("contract_form"):
        bought.setdefault(contract.page_id, []).append(contract)
    pages = indexable(CaseStudyPage.objects.filter(pk__in={*roles_of, *bought}))
    for page in pages.defer("body"):
        said = tuple(
            wording.contract(row, row.contract_form.label if row.contract_form else "")
            for row in bought.get(page.pk, ())
        )
        for number, role in enumerate(roles_of.get(page.pk) or [None]):
            term = role.role if role else None
            label, place = (term.label, 1 + (term.sort_order or 0)) if term else ("Organisation", 10_000)
            if role is None or (term and term.slug == COMMISSIONER):
                label, place = term.label if term else "Commissioner", 0
            contracts = said if number == 0 else ()
            yield Mention(page.pk, label, page.title, page.get_url() or "", page.summary, place, contracts)
