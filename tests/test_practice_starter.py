"""The starter notes and template contracts: all of the source's, cited, none invented, and loaded once."""

import tomllib

import pytest
from django.test import Client
from wagtail.models import Page

import practice.starter
from home.models import HomePage
from practice.models import PracticeIndexPage, PracticeNotePage, TemplateContractPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
NOTES = {
    "social-clauses",
    "using-template-contracts",
    "administrative-burdens",
    "evidence-of-impact",
    "consortia-and-sub-contracting",
    "community-anchors-and-asset-transfer",
    "independent-living-and-individual-budgets",
}
CONTRACTS = {
    "independent-and-non-maintained-special-schools": "available",
    "childrens-residential-care": "available",
    "independent-fostering-agencies": "in-development",
    "nhs-acute-services": "available",
    "nhs-mental-health-and-community-services": "planned",
}


def test_every_note_and_contract_is_served_and_cited(client: Client) -> None:
    paths = [f"/practice/{slug}/" for slug in NOTES] + [f"/practice/template-contracts/{slug}/" for slug in CONTRACTS]
    for path in ["/practice/", "/practice/template-contracts/", *paths]:
        response = client.get(path)
        assert response.status_code == 200, path
        if path in paths:
            assert "Office of the Third Sector (Cabinet Office), 2007" in response.content.decode()
            assert "December 2007" in response.content.decode()
    assert not Page.objects.filter(live=False).exists()
    for page in [*PracticeNotePage.objects.all(), *TemplateContractPage.objects.all()]:
        page.full_clean()
    assert set(PracticeNotePage.objects.values_list("slug", flat=True)) == NOTES
    assert dict(TemplateContractPage.objects.values_list("slug", "status")) == CONTRACTS
    found = client.get("/search/", {"format": "json", "kind": ["practice-note", "template-contract"]}).json()
    assert found["total"] == len(NOTES) + len(CONTRACTS)
    menu = client.get("/").content.decode().split('aria-label="Main"')[1].split("</nav>")[0]
    assert 'href="/practice/"' in menu


def test_what_the_source_does_not_say_is_empty() -> None:
    for page in PracticeNotePage.objects.all():
        assert not page.how_to
        assert not page.pitfalls
        assert bool(page.law) is (page.slug == "administrative-burdens")
        assert page.review_date is None
    for contract in TemplateContractPage.objects.all():
        assert (contract.kept_by, contract.version, contract.link, contract.document) == (None, "", "", None)
        assert not contract.jurisdictions.exists()


def test_the_survey_and_the_pilots_of_social_clauses() -> None:
    page = PracticeNotePage.objects.get(slug="social-clauses")
    labels = list(page.responses.values_list("label", flat=True))
    assert (labels.count("benefit"), labels.count("barrier")) == (4, 5)
    assert set(page.responses.filter(label="benefit").values_list("respondent", flat=True)) == {
        "public-sector respondents"
    }
    assert list(page.pilots.values_list("place", flat=True)) == ["Medway", "Braintree", "Leeds", "Bury"]


def test_examples_and_notes_lead_to_one_another(client: Client) -> None:
    note, example = "/practice/consortia-and-sub-contracting/", "/case-studies/disc-lancashire/"
    assert f'href="{example}"' in client.get(note).content.decode()
    assert f'href="{note}"' in client.get(example).content.decode()
    listed = client.get("/practice/using-template-contracts/").content.decode()
    for slug in CONTRACTS:
        assert f'href="/practice/template-contracts/{slug}/"' in listed


def test_every_word_of_the_data_file_arrives() -> None:
    data = tomllib.loads(practice.starter.FILE.read_text())
    for row in data["note"]:
        page = PracticeNotePage.objects.get(slug=row["slug"])
        assert [point.text for point in page.points.all()] == [point["text"] for point in row.get("points", [])]
        assert [one.text for one in page.responses.all()] == [one["text"] for one in row.get("responses", [])]
        for name in ("areas", "themes", "stages"):
            assert sorted(term.slug for term in getattr(page, name).all()) == sorted(row[name])
        assert (page.summary, page.about) == (row["summary"], row["about"])
    for row in data["contract"]:
        assert TemplateContractPage.objects.get(slug=row["slug"]).versions.count() == len(row["versions"])


def test_a_second_load_leaves_what_is_there_and_adds_what_is_missing() -> None:
    page = PracticeNotePage.objects.get(slug="social-clauses")
    page.title = "Mine now"
    page.save()
    PracticeNotePage.objects.get(slug="evidence-of-impact").delete()
    pages = Page.objects.count()
    practice.starter.load(HomePage.objects.get())
    assert Page.objects.count() == pages + 1
    assert PracticeNotePage.objects.get(slug="social-clauses").title == "Mine now"
    assert PracticeIndexPage.objects.count() == 1
