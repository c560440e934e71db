"""The starter content: complete, faithful to its data files, and never over an editor's change."""

import tomllib

import pytest
from django.test import Client

import casestudies.starter
from casestudies.models import CaseStudyPage
from cop_site.starter import load_starter
from taxonomy.models import Term

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
SLUGS = [
    "break",
    "st-giles-trust-sos",
    "st-giles-trust-peer-advice",
    "disc-lancashire",
    "neurological-commissioning-support",
]


def test_the_five_case_studies_are_served_and_found(client: Client) -> None:
    for slug in SLUGS:
        assert client.get(f"/case-studies/{slug}/").status_code == 200
    answer = client.get("/search/", {"format": "json", "region": "north-west"}).json()
    assert [hit["url"] for hit in answer["results"]] == ["/case-studies/disc-lancashire/"]
    answer = client.get("/search/", {"format": "json", "area": "justice-and-safety"}).json()
    assert {hit["url"].split("/")[2] for hit in answer["results"]} == set(SLUGS[1:3])
    answer = client.get("/search/", {"format": "json", "q": "help people leave gangs"}).json()
    assert answer["results"][0]["url"] == "/case-studies/st-giles-trust-sos/"


def test_every_fact_of_the_data_file_is_on_its_page() -> None:
    rows = tomllib.loads(casestudies.starter.FILE.read_text())["case_study"]
    assert [row["slug"] for row in rows] == SLUGS
    for row in rows:
        page = CaseStudyPage.objects.get(slug=row["slug"])
        for name in ("areas", "themes", "stages", "beneficiaries", "regions"):
            assert sorted(term.slug for term in getattr(page, name).all()) == sorted(row[name])
        roles = [(role.organisation.name, role.role.slug) for role in page.organisations.all() if role.role]
        assert roles == [(role["name"], role["role"]) for role in row["organisations"]]
        assert [place.name for place in page.places.all()] == row.get("places", [])
        assert [(period.start, period.note) for period in page.periods.all()] == [
            (period["start"], period["note"]) for period in row.get("periods", [])
        ]
        assert [contract.contract_form.slug for contract in page.contracts.all()] == [
            contract["form"] for contract in row.get("contracts", [])
        ]
        assert not page.costs.exists()
        assert not page.people.exists()
        assert not page.outcomes.exists()
        assert page.contact_name == ""
        assert "Office of the Third Sector" in page.source
        assert page.live
        page.full_clean()


def test_a_second_load_changes_nothing() -> None:
    page = CaseStudyPage.objects.get(slug="break")
    page.title = "Mine now"
    page.save()
    Term.objects.filter(slug="innovation").update(label="New ideas")
    CaseStudyPage.objects.get(slug="disc-lancashire").delete()
    assert not load_starter()
    assert CaseStudyPage.objects.get(slug="break").title == "Mine now"
    assert not CaseStudyPage.objects.filter(slug="disc-lancashire").exists()
    assert Term.objects.get(slug="innovation").label == "New ideas"
