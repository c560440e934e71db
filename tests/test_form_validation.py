"""What no browser sends to a form of the admin is refused, and never fails."""

from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from casestudies.models import CaseStudyIndexPage
from home.models import ContentPage, HomePage
from organisations.models import Organisation
from tests.factories import OrganisationFactory, case_study
from tests.forms import complete, edit_url, empty

pytestmark = pytest.mark.django_db
KEYS = ["abc", "\0", "9" * 24, str(2**31), "-1", "1.5", "١"]
ROW = {"featured-TOTAL_FORMS": 1, "featured-INITIAL_FORMS": 0, "featured-0-ORDER": 1}
DOCUMENT = {"body-count": 1, "body-0-type": "document", "body-0-deleted": "", "body-0-order": 0}
TABLE = {"body-count": 1, "body-0-type": "table", "body-0-deleted": "", "body-0-order": 0}
ONE_COLUMN = {
    "body-0-value-grid-caption": "C",
    "body-0-value-grid-column-count": 1,
    "body-0-value-grid-column-0-type": "text",
    "body-0-value-grid-column-0-order": 0,
    "body-0-value-grid-column-0-heading": "H",
    "body-0-value-grid-column-0-deleted": "",
    "body-0-value-grid-row-count": 0,
}


@pytest.mark.parametrize("key", KEYS)
def test_a_chooser_takes_only_numbers(
    key: str, home: HomePage, listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    front = {
        "title": "Home",
        "slug": "home",
        "heading": "Hello",
        "featured-TOTAL_FORMS": 0,
        "featured-INITIAL_FORMS": 0,
    }
    example = complete(case_study(listing, "An example"))
    settings = reverse("wagtailsettings:edit", args=["core", "sitesettings", home.get_site().pk])
    links = {"name": "A", "links-TOTAL_FORMS": 1, "links-INITIAL_FORMS": 0, "links-0-ORDER": 1, "links-0-page": key}
    asked = [
        (edit_url(home), front | {"lead": key}),
        (edit_url(home), front | ROW | {"featured-0-page": key}),
        (edit_url(listing.get_children().get()), example | {"picture": key}),
        (edit_url(listing.get_children().get()), example | {"organisations-0-organisation": key}),
        (edit_url(listing.get_children().get()), example | DOCUMENT | {"body-0-value": key}),
        (settings, links),
    ]
    assert [admin_client.post(url, data).status_code for url, data in asked] == [400] * len(asked)


def test_a_chooser_s_object_that_is_gone_is_an_error_of_the_form(home: HomePage, admin_client: Client) -> None:
    data = {"title": "Home", "slug": "home", "heading": "Hello", "featured-TOTAL_FORMS": 0, "featured-INITIAL_FORMS": 0}
    response = admin_client.post(
        edit_url(home), data | {"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0, "lead": 99999}
    )
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()


@pytest.mark.parametrize(
    "forged",
    [
        {"body-count": None},
        {"body-count": "many"},
        {"body-count": 1},
        {"body-count": 1, "body-0-deleted": "", "body-0-type": "quote", "body-0-order": "first"},
        TABLE,
        TABLE | {"body-0-value-grid-caption": "C", "body-0-value-grid-column-count": "many"},
        TABLE | ONE_COLUMN | {"body-0-value-grid-column-0-type": "unheard of"},
        TABLE | ONE_COLUMN | {"body-0-value-grid-row-count": 1},
        {"organisations-0-id": "abc"},
        {"organisations-0-id": None},
    ],
)
def test_rows_and_blocks_that_do_not_add_up_are_refused(
    forged: dict[str, object], listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "An example")
    data = {name: value for name, value in (complete(page) | forged).items() if value is not None}
    assert admin_client.post(edit_url(page), data).status_code == 400


@pytest.mark.parametrize("text", ["abc", "\0", "[1]", "1", '{"blocks": 1}'])
def test_rich_text_that_is_no_document_is_refused(text: str, home: HomePage, admin_client: Client) -> None:
    page = home.add_child(instance=ContentPage(title="About", slug="about"))
    data = empty(title="About", slug="about", body=text)
    assert admin_client.post(edit_url(page), data).status_code == 400


HUGE = "99999999999999999999"


def test_a_key_in_a_url_that_no_table_can_hold(home: HomePage, admin_client: Client) -> None:
    gone = ["images/chooser/chosen/abc/", "documents/chooser/chosen/abc/", f"pages/{HUGE}/edit/"]
    gone.append("snippets/choose/organisations/organisation/chosen/abc/")
    many = ["choose-page/chosen-multiple/", "images/chooser/chosen-multiple/", "documents/chooser/chosen-multiple/"]
    odd = [f"{path}?id={key}" for path in many for key in ("abc", "", HUGE, "9" * 5000)]
    odd += ["choose-email-link/?parent_page_id=abc", "api/main/pages/find/?id=abc"]
    lists = [f"{path}?user={HUGE}&owner={HUGE}&collection_id={HUGE}" for path in ("pages/", "images/", "bulletins/")]
    assert [admin_client.get(f"/admin/{url}").status_code for url in gone] == [404] * len(gone)
    assert [admin_client.get(f"/admin/{url}").status_code for url in odd] == [400] * len(odd)
    assert {admin_client.get(f"/admin/{url}").status_code for url in lists} <= {200, 400}
    acts = ("edit", "delete", "copy", "unpublish", "lock", "privacy")
    assert [admin_client.post(f"/admin/pages/{HUGE}/{act}/").status_code for act in acts] == [404] * len(acts)


@pytest.mark.dialect
def test_a_key_that_is_too_large_for_the_database(committed: None, home: HomePage, admin_client: Client) -> None:
    """Some databases find nothing, others object."""
    for url in (f"choose-page/chosen-multiple/?id={HUGE}", f"images/?collection_id={2**31}", f"pages/?owner={HUGE}"):
        assert admin_client.get(f"/admin/{url}").status_code in (200, 400), url
    assert admin_client.post(f"/admin/pages/{HUGE}/edit/").status_code in (302, 404)


def test_keys_that_can_be_are_not_refused(home: HomePage, admin_client: Client) -> None:
    found = admin_client.get(f"/admin/choose-page/chosen-multiple/?id={home.pk}&id=99999")
    assert (found.status_code, len(found.json()["result"])) == (200, 1)


def test_an_error_of_ours_stays_one(home: HomePage, admin_client: Client) -> None:
    broken = patch("wagtail.admin.views.home.HomeView.get_context_data", side_effect=ValueError("ours"))
    with broken, pytest.raises(ValueError, match="ours"):
        admin_client.get("/admin/?id=abc")


def test_what_is_still_used_is_not_deleted_and_the_page_says_by_what(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    used = OrganisationFactory(name="Provider")
    case_study(listing, "An example", organisation=used)  # the reference index does not know
    url = reverse("wagtailsnippets_organisations_organisation:delete", args=[used.pk])
    response = admin_client.post(url)
    assert (response.status_code, response["Location"]) == (302, url)
    assert "it is still used by “An example”." in admin_client.get(url).content.decode()
    assert Organisation.objects.filter(pk=used.pk).exists()
