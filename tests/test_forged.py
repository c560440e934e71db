"""What no browser sends to a form of the admin is refused, and never fails."""

import pytest
from django.test import Client
from django.urls import reverse

from casestudies.models import CaseStudyIndexPage
from home.models import ContentPage, HomePage
from tests.factories import case_study
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
    settings = reverse("wagtailsettings:edit", args=["home", "sitesettings", home.get_site().pk])
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
