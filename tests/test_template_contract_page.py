"""Template contracts: their pages, their list, what is found of them."""

import re

import pytest
from django.db.models import ProtectedError
from django.test import Client
from wagtail.models import Page

from core.models import SiteDocument
from home.models import HomePage
from practice.models import ContractVersion, TemplateContractIndexPage, TemplateContractPage
from practice.note_rows import NoteContract
from search.embedded.engine import EmbeddedEngine
from search.engine import engine
from taxonomy.models import Facet
from tests.browser import fill_practice
from tests.factories import OrganisationFactory, contract, contract_index, note, practice_index, refer, term

pytestmark = pytest.mark.django_db


@pytest.fixture
def contracts(home: HomePage, index: EmbeddedEngine) -> TemplateContractIndexPage:
    return contract_index(practice_index(home))


def html_of(client: Client, page: Page) -> str:
    engine().sync()  # as after a commit
    response = client.get(page.url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def facts(html: str) -> dict[str, str]:
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html.split('class="key-facts">')[1].split("</aside>")[0])
    return {name: words(value) for name, value in pairs}


def test_what_is_not_known_is_not_reported(contracts: TemplateContractIndexPage, client: Client) -> None:
    html = html_of(client, contract(contracts, "Bare"))
    shown = facts(html)
    assert {shown[name] for name in ("Owner", "Jurisdiction", "Version")} == {"not reported"}
    assert (shown["Service"], shown["As at"]) == ("Fostering", "December 2007")
    assert "We do not have this contract or a link to it." in html
    assert "A report, 2007" in html


def document() -> SiteDocument:
    return SiteDocument.objects.create(title="The contract", file="documents/contract.pdf")


def test_nothing_is_called_available_that_we_do_not_hold(contracts: TemplateContractIndexPage, client: Client) -> None:
    page = contract(contracts, "Bare", status_note="from April 2007")
    one = note(contracts.get_parent(), "Note")
    one.contracts = [NoteContract(contract=page)]
    one.save()

    def told() -> str:
        shown = (html_of(client, page), html_of(client, one), html_of(client, contracts))
        hit = client.get("/search/?format=json&kind=template-contract")
        return words(" ".join([hit.json()["results"][0]["summary"], *shown]))

    said = "Reported complete: from April 2007; we do not hold a copy"
    assert "available" not in told().lower()
    assert facts(html_of(client, page))["Status"] == said
    assert f"{said}. For: Fostering." in told()
    page.link = "https://www.example.org/contract"
    page.save()
    assert "available" not in told().lower()
    assert facts(html_of(client, page))["Status"] == "Reported complete: from April 2007; we link to a copy"
    page.document = document()
    page.save()
    refer(page)
    assert facts(html_of(client, page))["Status"] == "Available: from April 2007"
    assert "Available: from April 2007. For: Fostering." in told()
    # Search hears of it when the document goes, though nobody saves the page.
    SiteDocument.objects.get().delete()
    assert "available" not in told().lower()


def test_what_is_known_is_shown(contracts: TemplateContractIndexPage, client: Client) -> None:
    OrganisationFactory(name="A department")
    fill_practice.everything(contracts.get_parent().get_parent())
    html = html_of(client, TemplateContractPage.objects.get())
    shown = facts(html)
    assert shown["Status"] == "In development: due in 2008"
    assert shown["Owner"] == "A department"
    assert shown["Jurisdiction"] == "England wide , Wales"
    table = words(html.split('<table class="versions">')[1].split("</table>")[0])
    assert table == (
        "Version Date What changed 2.1 April 2008 The clauses on staff were rewritten."
        " not reported not reported The first version."
    )
    assert "A note with everything" in words(html.split('id="notes"')[1])
    assert 'href="/practice/template-contracts/">Template contracts</a>' in html


def test_only_public_notes_are_named(contracts: TemplateContractIndexPage, client: Client) -> None:
    page = contract(contracts, "Contract")
    for title, live in (("Open", True), ("Draft", False)):
        one = note(contracts.get_parent(), title, live=live)
        one.contracts = [NoteContract(contract=page)]
        one.save()
    html = html_of(client, page)
    assert "Open: a summary." in html
    assert "Draft: a summary." not in html


NASTY = "</title><script>alert(1)</script>"


def test_no_text_of_an_editor_becomes_markup(contracts: TemplateContractIndexPage, client: Client) -> None:
    page = contract(contracts, NASTY, slug="nasty", service=NASTY, status_note=NASTY, version=NASTY, source=NASTY)
    page.kept_by = OrganisationFactory(name=NASTY)
    page.versions = [ContractVersion(version=NASTY, when=NASTY, change=NASTY)]
    page.save()
    for shown in (page, contracts):
        assert "<script>alert" not in html_of(client, shown)


# The list


def found(client: Client, **parameters: str) -> list[str]:
    engine().sync()
    answer = client.get("/practice/template-contracts/", {"format": "json", **parameters}).json()
    return [hit["title"] for hit in answer["results"]]


def test_the_list_is_filtered_by_what_search_knows(contracts: TemplateContractIndexPage, client: Client) -> None:
    council = OrganisationFactory(organisation_type=term(Facet.ORGANISATION, "county-council"), name="Norfolk")
    contract(contracts, "One", areas=("fostering",), jurisdictions=("wales",))
    contract(contracts, "Two", areas=("respite",), kept_by=council)
    note(contracts.get_parent(), "Note", areas=("fostering",))
    assert sorted(found(client)) == ["One", "Two"]
    assert found(client, area="fostering") == ["One"]
    assert found(client, region="wales") == ["One"]
    assert found(client, organisation="county-council") == ["Two"]
    assert found(client, q="norfolk") == ["Two"]
    council.name = "Suffolk"
    council.save()
    assert (found(client, q="norfolk", area="respite"), found(client, q="suffolk")) == ([], ["Two"])


def test_what_a_reader_can_read_is_found(contracts: TemplateContractIndexPage, client: Client) -> None:
    page = contract(contracts, "Plain", status="planned", status_note="walnut", version="hazel", about="<p>pecan</p>")
    page.versions = [ContractVersion(version="almond", when="cashew", change="peanut")]
    page.save()
    for word in ("planned", "walnut", "hazel", "pecan", "almond", "cashew", "peanut", "fostering"):
        assert found(client, q=word) == ["Plain"], word
    hit = client.get("/search/", {"format": "json", "q": "walnut"}).json()["results"][0]
    assert (hit["kind"], hit["url"]) == ("template-contract", "/practice/template-contracts/plain/")
    assert hit["summary"] == "Planned: walnut. For: Fostering."


def groups(html: str) -> list[str]:
    part = html.split('id="by-status"')[1].split("</section>")[0] if 'id="by-status"' in html else ""
    return [words(row) for row in re.findall(r"<div>(.*?)</div>", part)]


def test_the_list_begins_with_how_far_they_have_come(contracts: TemplateContractIndexPage, client: Client) -> None:
    assert groups(html_of(client, contracts)) == []
    for title, status in (("Later", "planned"), ("Now", "available"), ("Soon", "in-development"), ("Too", "available")):
        contract(contracts, title, status=status, service=title)
    contract(contracts, "Draft", live=False)
    html = html_of(client, contracts)
    missing = "Reported complete; we do not hold a copy"
    assert groups(html) == [f"{missing} Now Too", "In development Soon", "Planned Later"]
    Page.objects.get(title="Too").specific.delete()
    contract(contracts, "Linked", status="available", link="https://www.example.org/")
    contract(contracts, "Held", status="available", document=document())
    shown = groups(html_of(client, contracts))
    assert shown[:3] == ["Available Held", "Reported complete; we link to a copy Linked", f"{missing} Now"]
    assert 'id="by-status"' not in client.get(f"{contracts.url}?q=now").content.decode()
    assert 'id="by-status"' not in client.get(f"{contracts.url}?area=fostering&q=now").content.decode()


def test_an_owner_in_use_stays(contracts: TemplateContractIndexPage) -> None:
    owner = OrganisationFactory()
    contract(contracts, "Owned", kept_by=owner)
    with pytest.raises(ProtectedError):
        owner.delete()
