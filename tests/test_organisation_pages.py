"""The page of an organisation, where it leads and what leads to it; merging two, and what may be doubles."""

import datetime
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageViewRestriction

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, Contract
from organisations.doubles import doubles, doubles_of
from organisations.merging import merge, references
from organisations.models import Organisation, free_slug
from search.embedded.engine import EmbeddedEngine
from taxonomy.models import Facet
from tests.factories import OrganisationFactory, case_study, contract, contract_index, practice_index, term
from tests.forms import edit_url

pytestmark = pytest.mark.django_db


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return " ".join(response.content.decode().split())


def named(page: CaseStudyPage, organisation: Organisation, role: str) -> None:
    CaseStudyOrganisation.objects.create(page=page, organisation=organisation, role=term(Facet.ROLE, role))


@pytest.fixture
def council() -> Organisation:
    kind = term(Facet.ORGANISATION, "county-council", "County council")
    made: Organisation = OrganisationFactory(
        name="Essex County Council",
        organisation_type=kind,
        place="Essex",
        website="https://www.example.org/",
        description="It buys services for children.",
        other_names="ECC",
        former_names="Essex Shire",
    )
    return made


@pytest.fixture
def bond(listing: CaseStudyIndexPage, council: Organisation) -> CaseStudyPage:
    page = case_study(listing, "Bond", organisation=OrganisationFactory(name="Action"))
    named(page, council, "commissioner")
    form = term(Facet.CONTRACT, "payment-by-results")
    day = datetime.date(2012, 11, 1)
    Contract.objects.create(page=page, contract_form=form, commissioner=council, start=day, reference="ocds-1")
    return page


def test_it_says_what_it_is_and_where_it_is_named(
    bond: CaseStudyPage, council: Organisation, index: EmbeddedEngine, client: Client
) -> None:
    funded = case_study(bond.get_parent(), "Funded", organisation=OrganisationFactory(name="Other"))
    named(funded, council, "funder")
    html = text_of(client, "/organisations/essex-county-council/")
    for said in ("County council", "ECC", "Essex Shire", "https://www.example.org/", "It buys services for children."):
        assert said in html
    assert (
        html.index(">Commissioner</h2>") < html.index(">Bond</a>") < html.index(">Funder</h2>") < html.index("Funded")
    )
    assert "Payment by results, from November 2012, reference ocds-1 (<a" in html
    assert 'href="/search/?organisation_name=essex-county-council">2 pages' in html
    # Pages that name it lead to it.
    assert '<a href="/organisations/essex-county-council/">Essex County Council</a>' in text_of(client, bond.url)
    assert "/organisations/essex-county-council/" in client.get("/sitemap.xml").content.decode()


def test_who_keeps_a_template_contract_has_a_page_too(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, council: Organisation, client: Client
) -> None:
    form = contract(contract_index(practice_index(listing.get_parent())), "A form", kept_by=council)
    html = text_of(client, "/organisations/essex-county-council/")
    assert html.index(">Owner of template contracts</h2>") < html.index(">A form</a>")
    assert '<a href="/organisations/essex-county-council/">Essex County Council</a>' in text_of(client, form.url)
    found = client.get("/search/?organisation_name=essex-county-council&format=json").json()
    assert [row["id"] for row in found["results"]] == [form.pk]


def test_search_and_suggestions_know_each_of_its_names(
    bond: CaseStudyPage, council: Organisation, index: EmbeddedEngine, client: Client
) -> None:
    for words in ("essex+county+council", "ECC", "essex+shire"):
        found = client.get(f"/search/?q={words}&format=json").json()
        assert [row["id"] for row in found["results"]] == [bond.pk], words
    found = client.get("/search/?organisation_name=essex-county-council&format=json").json()
    assert [row["id"] for row in found["results"]] == [bond.pk]
    held = {row["value"]: row["label"] for row in found["facets"]["organisation_name"]}
    assert held == {"action": "Action", "essex-county-council": "Essex County Council"}
    said = {"text": "Essex County Council", "url": "/organisations/essex-county-council/", "kind": "organisation"}
    for typed in ("essex c", "ecc", "essex sh"):
        assert said in client.get(f"/search/suggest?q={typed}").json()["suggestions"]


def test_one_that_no_published_page_names_has_no_page(
    bond: CaseStudyPage, council: Organisation, index: EmbeddedEngine, client: Client
) -> None:
    hidden = [
        case_study(bond.get_parent(), "Draft", live=False, organisation=OrganisationFactory(name="Of a draft")),
        case_study(bond.get_parent(), "Private", organisation=OrganisationFactory(name="Of a closed page")),
    ]
    PageViewRestriction.objects.create(page=hidden[1], restriction_type="login")
    OrganisationFactory(name="Of nothing")
    for slug in ("of-a-draft", "of-a-closed-page", "of-nothing", "none"):
        assert client.get(f"/organisations/{slug}/").status_code == 404
    assert "Of a" not in json.dumps(client.get("/search/?format=json").json())
    assert "/organisations/of-" not in client.get("/sitemap.xml").content.decode()
    assert client.post("/organisations/action/").status_code == 405


@pytest.mark.dialect
def test_a_merge_takes_names_roles_contracts_and_the_address_along(
    bond: CaseStudyPage, council: Organisation, index: EmbeddedEngine, client: Client, admin_client: Client
) -> None:
    other = OrganisationFactory(name="The Council of Essex", other_names="CoE\nECC", former_names="Old Essex")
    second = case_study(bond.get_parent(), "Second", organisation=other)
    named(bond, other, "commissioner")  # once more in the same role
    Contract.objects.create(page=second, commissioner=other)
    merge_url = reverse("wagtailsnippets_organisations_organisation:merge", args=[other.pk])
    asked = admin_client.get(f"{merge_url}?into={council.pk}").content.decode()
    assert "2 pages that name" in asked
    assert "The Council of Essex, CoE" in asked
    assert Organisation.objects.filter(pk=other.pk).exists(), "and nothing has happened"
    said = admin_client.post(merge_url, {"into": council.pk}, follow=True).content.decode()
    assert "2 pages followed" in said
    council.refresh_from_db()
    assert council.also_called() == ["ECC", "The Council of Essex", "CoE"]
    assert council.formerly() == ["Essex Shire", "Old Essex"]
    assert not Organisation.objects.filter(pk=other.pk).exists()
    roles = CaseStudyOrganisation.objects.filter(organisation=council)
    assert sorted(roles.values_list("page__title", "role__slug")) == [("Bond", "commissioner"), ("Second", "provider")]
    assert Contract.objects.filter(commissioner=council).count() == 2
    old = client.get("/organisations/the-council-of-essex/")
    assert (old.status_code, old["Location"]) == (301, "/organisations/essex-county-council/")
    old = client.get("/search/?organisation_name=the-council-of-essex")
    assert (old.status_code, old["Location"]) == (301, "/search/?organisation_name=essex-county-council")
    for words in ("old+essex", "CoE"):
        found = client.get(f"/search/?q={words}&format=json").json()
        assert sorted(row["id"] for row in found["results"]) == sorted([bond.pk, second.pk]), words
    assert ModelLogEntry.objects.filter(action="organisations.merge").count() == 1
    # Its name is taken for good, by the one that it is now.
    with pytest.raises(ValidationError, match="Essex County Council” is already in the list"):
        Organisation(name="Council of Essex").full_clean()
    with pytest.raises(ValidationError, match="cannot be merged"):
        merge(other, council)


def test_a_draft_that_names_one_that_was_merged_or_deleted_opens_and_is_published(
    bond: CaseStudyPage, council: Organisation, admin_client: Client
) -> None:
    other, gone = OrganisationFactory(name="Merged"), OrganisationFactory(name="Gone")
    draft = CaseStudyPage.objects.get(pk=bond.pk)
    draft.organisations = [CaseStudyOrganisation(organisation=other, role=term(Facet.ROLE, "funder"))]
    draft.contracts = [Contract(commissioner=other), Contract(commissioner=gone, words="two")]
    revision = draft.save_revision()
    merge(other, council)
    Contract.objects.filter(commissioner=gone).delete()
    gone.delete()
    assert admin_client.get(edit_url(bond)).status_code == 200
    revision.refresh_from_db()
    revision.publish()
    published = CaseStudyPage.objects.get(pk=bond.pk)
    assert [row.organisation for row in published.organisations.all()] == [council]
    assert [row.commissioner for row in published.contracts.all()] == [council, None]


def test_every_column_that_names_one_is_known() -> None:
    assert {f"{field.model._meta.model_name}.{field.name}" for field in references()} == {
        "casestudyorganisation.organisation",
        "contract.commissioner",
        "templatecontractpage.kept_by",
    }


def test_what_may_be_doubles_is_suggested(admin_client: Client) -> None:
    names = (
        "DISC",
        "DISC (Developing Initiatives)",
        "Barnardo’s Ltd",
        "Barnardos",
        "Leeds City Council",
        "Charity Ltd",
    )
    made = {name: OrganisationFactory(name=name) for name in names}
    site = OrganisationFactory(name="Developing Things", website="https://www.example.org/them/")
    OrganisationFactory(name="Another of theirs", website="http://example.org/them")
    OrganisationFactory(name="Beside them", website="http://example.org/beside")
    found = {(double.first.name, double.second.name): double.why for double in doubles()}
    assert found == {
        ("Another of theirs", "Developing Things"): "They have the same website.",
        ("Barnardos", "Barnardo’s Ltd"): "The names are alike.",
        ("DISC", "DISC (Developing Initiatives)"): "The names are alike.",
    }
    assert doubles_of(made["Barnardos"]) == [made["Barnardo’s Ltd"]]
    assert doubles_of(made["Leeds City Council"]) == []
    html = admin_client.get(reverse("wagtailsnippets_organisations_organisation:doubles")).content.decode()
    assert "Barnardo’s Ltd" in html
    assert f"?into={site.pk}" in html
    merging = reverse("wagtailsnippets_organisations_organisation:merge", args=[made["DISC"].pk])
    assert f'?into={made["DISC (Developing Initiatives)"].pk}"' in admin_client.get(merging).content.decode()
    assert admin_client.get(f"{merging}?into={made['DISC'].pk}").status_code == 200
    assert admin_client.get(f"{merging}?into=no").status_code == 200


def test_who_may_not_delete_organisations_merges_none(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("member@example.org", "correct horse battery"))
    first, second = OrganisationFactory(), OrganisationFactory()
    url = reverse("wagtailsnippets_organisations_organisation:merge", args=[first.pk])
    assert client.post(url, {"into": second.pk}).status_code in (302, 403)
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "slug"), [("A & B", "a-b"), ("???", "organisation"), ("Ärzte", "ärzte"), ("x" * 200, "x" * 72)]
)
def test_a_slug_is_made_once_and_is_free(name: str, slug: str) -> None:
    assert free_slug(name, set()) == slug
    assert free_slug(name, {slug, f"{slug}-2"}) == f"{slug}-3"
    one = Organisation(name=name)
    one.save()
    one.name = "Another"
    one.save()
    assert (one.slug, Organisation.find(one.slug)) == (slug, one)
