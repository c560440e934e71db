"""The starter content: complete, faithful to its data files, loaded once, never half."""

import tomllib

import pytest
from django.test import Client
from wagtail.models import Page

import casestudies.starter
import cop_site.starter
from casestudies.models import CaseStudyPage
from cop_site.starter import load_starter
from home.models import HomePage
from search.engine import engine
from taxonomy.models import Facet, Term
from taxonomy.vocabulary import FILE, load_vocabulary

pytestmark = pytest.mark.django_db
SLUGS = [
    "break",
    "st-giles-trust-sos",
    "st-giles-trust-peer-advice",
    "disc-lancashire",
    "neurological-commissioning-support",
]


def test_the_five_case_studies_are_served_and_found(client: Client) -> None:
    assert load_starter()
    engine().sync()
    for slug in SLUGS:
        assert client.get(f"/case-studies/{slug}/").status_code == 200
    answer = client.get("/search/", {"format": "json", "region": "north-west"}).json()
    assert [hit["url"] for hit in answer["results"]] == ["/case-studies/disc-lancashire/"]
    answer = client.get("/search/", {"format": "json", "area": "justice-and-safety"}).json()
    assert {hit["url"].split("/")[2] for hit in answer["results"]} == set(SLUGS[1:3])
    answer = client.get("/search/", {"format": "json", "q": "help people leave gangs"}).json()
    assert answer["results"][0]["url"] == "/case-studies/st-giles-trust-sos/"


def test_every_fact_of_the_data_file_is_on_its_page() -> None:
    load_starter()
    rows = tomllib.loads(casestudies.starter.FILE.read_text())["case_study"]
    assert [row["slug"] for row in rows] == SLUGS
    for row in rows:
        page = CaseStudyPage.objects.get(slug=row["slug"])
        for name in ("areas", "themes", "stages", "beneficiaries", "regions"):
            assert sorted(term.slug for term in getattr(page, name).all()) == sorted(row[name])
        roles = [(role.organisation.name, role.role.slug) for role in page.organisations.all() if role.role]
        assert roles == [(role["name"], role["role"]) for role in row["organisations"]]
        assert page.cost_amount is None
        assert not page.outcomes.exists()
        assert page.contact_name == ""
        assert "Office of the Third Sector" in page.source
        assert page.live
        page.full_clean()


def test_a_second_load_changes_nothing() -> None:
    assert load_starter()
    page = CaseStudyPage.objects.get(slug="break")
    page.title = "Mine now"
    page.save()
    Term.objects.filter(slug="innovation").update(label="New ideas")
    CaseStudyPage.objects.get(slug="disc-lancashire").delete()
    assert not load_starter()
    assert CaseStudyPage.objects.get(slug="break").title == "Mine now"
    assert not CaseStudyPage.objects.filter(slug="disc-lancashire").exists()
    assert Term.objects.get(slug="innovation").label == "New ideas"


def test_an_interrupted_load_leaves_nothing_and_the_next_completes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, terms = Page.objects.count(), Term.objects.count()

    def interrupted(home: Page) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(casestudies.starter, "load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_starter()
    assert (Page.objects.count(), Term.objects.count(), HomePage.objects.count()) == (pages, terms, 0)
    assert cop_site.starter.load_starter()
    assert CaseStudyPage.objects.live().count() == len(SLUGS)


def test_the_vocabulary_is_loaded_once_and_never_over_an_editor_s_change() -> None:
    rows = tomllib.loads(FILE.read_text())["term"]
    assert load_vocabulary() == len(rows)
    changed = Term.objects.get(facet=Facet.AREA, slug="fostering")
    changed.label, changed.synonyms, changed.parent = "Foster care", "mine", Term.objects.get(slug="health")
    changed.save()
    Term.objects.get(facet=Facet.AREA, slug="volunteering").delete()
    assert load_vocabulary() == 1
    changed.refresh_from_db()
    assert (changed.label, changed.synonyms) == ("Foster care", "mine")
    assert Term.objects.filter(facet=Facet.AREA, slug="volunteering").exists()
    assert {row["facet"] for row in rows} == set(Facet.values)
    assert sorted(Term.objects.filter(facet=Facet.EVIDENCE).values_list("slug", flat=True)) == list("012345")
