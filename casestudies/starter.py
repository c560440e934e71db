import tomllib
from pathlib import Path
from typing import Any

from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, CaseStudyPlace, Contract, Period, Source
from organisations.models import Organisation
from taxonomy.models import Facet, Term

FILE = Path(__file__).with_name("starter.toml")
# Key of the data file -> field and facet.
MANY = {
    "areas": Facet.AREA,
    "themes": Facet.THEME,
    "stages": Facet.STAGE,
    "beneficiaries": Facet.BENEFICIARY,
    "regions": Facet.REGION,
}
ONE = {
    "status": ("status", Facet.STATUS),
    "result": ("result", Facet.RESULT),
    "evidence": ("evidence_level", Facet.EVIDENCE),
}
PLAIN = ("slug", "title", "summary", "evidence_note", "as_at")


def load(home: Page) -> None:
    """The list of case studies and the five of the data file, published."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    listing = CaseStudyIndexPage(
        title="Case studies",
        slug="case-studies",
        introduction="Who did what, with whom and for whom, and what is known of what came of it.",
        show_in_menus=True,
        live=False,
    )
    home.add_child(instance=listing)
    listing.save_revision().publish()
    terms = {(term.facet, term.slug): term for term in Term.objects.all()}
    organisations = {row["name"]: _organisation(row, terms) for row in data["organisation"]}
    for row in data["case_study"]:
        page = _case_study(row, data, terms, organisations)
        listing.add_child(instance=page)
        page.save_revision().publish()


def _organisation(row: dict[str, Any], terms: dict[tuple[str, str], Term]) -> Organisation:
    there = Organisation.named(row["name"])
    if there:
        return there
    kind = terms[Facet.ORGANISATION, row["type"]]
    return Organisation.objects.create(name=row["name"], organisation_type=kind, description=row.get("description", ""))


def _case_study(
    row: dict[str, Any],
    data: dict[str, Any],
    terms: dict[tuple[str, str], Term],
    organisations: dict[str, Organisation],
) -> CaseStudyPage:
    page = CaseStudyPage(live=False, licence=data["licence"])
    for name in PLAIN:
        if row.get(name):
            setattr(page, name, row[name])
    for name, facet in MANY.items():
        setattr(page, name, [terms[facet, slug] for slug in row.get(name, [])])
    for key, (name, facet) in ONE.items():
        if row.get(key):
            setattr(page, name, terms[facet, row[key]])
    page.body = [(block["type"], block["text"]) for block in row["body"]]
    page.search_description = row["summary"]
    page.organisations = [
        CaseStudyOrganisation(
            organisation=organisations[role["name"]], role=terms[Facet.ROLE, role["role"]], sort_order=place
        )
        for place, role in enumerate(row["organisations"])
    ]
    page.sources = [Source(citation=data["source"])]
    page.places = [CaseStudyPlace(name=name, sort_order=place) for place, name in enumerate(row.get("places", []))]
    page.periods = [Period(sort_order=place, **period) for place, period in enumerate(row.get("periods", []))]
    page.contracts = [
        Contract(
            contract_form=terms[Facet.CONTRACT, contract["form"]],
            commissioner=organisations[contract["commissioner"]],
            start=contract["start"],
            words=contract["words"],
            sort_order=place,
        )
        for place, contract in enumerate(row.get("contracts", []))
    ]
    return page
