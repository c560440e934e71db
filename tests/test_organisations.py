"""Organisations are added where they are chosen, and none twice."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from casestudies.models import CaseStudyIndexPage
from casestudies.presentation import key_facts
from casestudies.queries import shown_on
from casestudies.rows import CaseStudyOrganisation
from organisations.models import Organisation, name_key
from taxonomy.models import Facet, Term
from tests.factories import OrganisationFactory, case_study, term

pytestmark = pytest.mark.django_db
CREATE = "wagtailsnippetchoosers_organisations_organisation:create"


def create(client: Client, **values: Any) -> dict[str, Any]:
    response = client.post(reverse(CREATE), {"name": "", "description": "", "website": ""} | values)
    answer: dict[str, Any] = json.loads(response.content)
    return answer


@pytest.mark.parametrize(
    "name",
    [
        "st giles trust",
        "The St. Giles Trust",
        " St  Giles\u00a0Trust ",
        "ST-GILES TRUST",
        "the StGiles Trust!",
        "Ｓｔ Giles Trust",
    ],
)
def test_a_double_is_offered_the_one_that_is_there(name: str, admin_client: Client) -> None:
    there = OrganisationFactory(name="St Giles Trust")
    asked = create(admin_client, name=name, description="What it does.")
    assert asked["step"] == "reshow_creation_form"
    assert "“St Giles Trust” is already in the list." in asked["htmlFragment"]
    assert "Choose “St Giles Trust” from the list instead" in asked["htmlFragment"]
    assert "What it does." in asked["htmlFragment"]
    chosen = create(admin_client, name=name, website="no url", use_twin="on")
    assert (chosen["step"], chosen["result"]["id"]) == ("chosen", str(there.pk))
    # And where it is added by its own form, or renamed.
    url = reverse("wagtailsnippets_organisations_organisation:add")
    assert "is already in the list" in admin_client.post(url, {"name": name}).content.decode()
    other = OrganisationFactory(name="Another")
    url = reverse("wagtailsnippets_organisations_organisation:edit", args=[other.pk])
    assert "is already in the list" in admin_client.post(url, {"name": name}).content.decode()
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("name", ["St Giles Trust Lancashire", "Giles Trust", "Theatre St Giles Trust", "???"])
def test_another_one_is_added_and_chosen(name: str, admin_client: Client) -> None:
    OrganisationFactory(name="St Giles Trust")
    added = create(admin_client, name=name, organisation_type=term(Facet.ORGANISATION, "charity").pk)
    assert (added["step"], added["result"]["string"]) == ("chosen", name)
    assert Organisation.objects.get(name=name).organisation_type == term(Facet.ORGANISATION, "charity")


def test_the_form_to_add_one_stands_in_the_chooser(admin_client: Client) -> None:
    url = reverse("wagtailsnippetchoosers_organisations_organisation:choose")
    html = json.loads(admin_client.get(url).content)["html"]
    assert "Add a new one" in html
    assert 'name="organisation_type"' in html


def test_who_may_not_add_one_is_refused(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("member@example.org", "correct horse battery"))
    assert client.post(reverse(CREATE), {"name": "New"}).status_code in (302, 403)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("The", "the"),
        ("The The", "the"),
        ("Theatre Royal", "theatreroyal"),
        ("Children’s Society", "childrenssociety"),
        ("Straße & Söhne", "strassesöhne"),
        ("", ""),
        ("…", ""),
    ],
)
def test_what_is_left_of_a_name(name: str, key: str) -> None:
    assert name_key(name) == key


def test_two_that_were_doubles_before_can_be_changed(admin_client: Client) -> None:
    OrganisationFactory(name="St Giles Trust")
    double = OrganisationFactory(name="The St Giles Trust")
    double.description = "What it does."
    double.full_clean()
    double.name = "St. Giles Trust"
    double.full_clean()
    with pytest.raises(ValidationError, match="already in the list"):
        Organisation(name="St  Giles trust").full_clean()


def test_roles_stand_in_the_order_of_the_vocabulary_with_the_commissioner_first(listing: CaseStudyIndexPage) -> None:
    named = [("evaluator", "E"), ("provider", "B"), ("", "N"), ("commissioner", "C"), ("provider", "A")]
    for place, slug in enumerate(["provider", "evaluator", "commissioner"]):
        role = term(Facet.ROLE, slug)
        Term.objects.filter(pk=role.pk).update(sort_order=place)
    page = case_study(listing, "Ordered")
    page.organisations = [
        CaseStudyOrganisation(
            organisation=OrganisationFactory(name=name),
            role=term(Facet.ROLE, slug) if slug else None,
            sort_order=place,
        )
        for place, (slug, name) in enumerate(named)
    ]
    # As a draft is previewed, and as it is read.
    for found in (page, _saved(page)):
        shown = shown_on(found)
        assert [name for name, _ in shown.organisations] == ["C", "B", "A", "E", "N"]
        facts = [(fact.name, ", ".join(part.text for part in fact.parts)) for fact in key_facts(found, shown)][2:6]
        assert facts == [("Commissioner", "C"), ("Provider", "B, A"), ("Evaluator", "E"), ("Organisation", "N")]


def _saved(page: Any) -> Any:
    page.save()
    return type(page).objects.get(pk=page.pk)
