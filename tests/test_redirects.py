"""Old URLs lead to where things are now, with all that was asked for."""

from typing import Any

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from casestudies.models import CaseStudyIndexPage
from core.redirects import LONGEST
from home.models import HomePage

pytestmark = pytest.mark.django_db


def test_a_list_that_moved_is_found_with_its_filters(
    listing: CaseStudyIndexPage, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    listing.slug = "examples"
    with django_capture_on_commit_callbacks(execute=True):
        listing.save_revision().publish()
    asked = "?format=atom&q=caf%C3%A9+care&area=advice&area=housing"
    response = client.get(f"/case-studies/{asked}")
    assert (response.status_code, response["Location"]) == (301, f"/examples/{asked}")
    assert client.get("/case-studies/")["Location"] == "/examples/"


@pytest.mark.parametrize("typed", ["/old page/", "/old%20page", "/“old page”/x y"])
def test_paths_with_spaces(typed: str, home: HomePage, client: Client) -> None:
    Redirect.add_redirect(typed, "/new/", is_permanent=False)
    response = client.get(typed.replace("%20", " ").rstrip("/") + "/?a=1")
    assert (response.status_code, response["Location"]) == (302, "/new/?a=1")


@pytest.mark.parametrize(
    ("link", "asked", "leads_to"),
    [
        ("/new/?a=1#part", "?a=2&b=3&b=4", "/new/?a=1&b=3&b=4#part"),
        ("https://elsewhere.example/x", "?b=%26%3D", "https://elsewhere.example/x?b=%26%3D"),
        ("/new/", f"?q={'a' * LONGEST}", "/new/"),
        ("/new/", "?", "/new/"),
    ],
)
def test_a_query_of_the_target_s_own_stays(
    link: str, asked: str, leads_to: str, home: HomePage, client: Client
) -> None:
    Redirect.add_redirect("/old", link)
    assert client.get(f"/old/{asked}")["Location"] == leads_to


def test_a_redirect_for_one_query_says_itself_where_it_leads(home: HomePage, client: Client) -> None:
    Redirect.add_redirect("/old?page=1", "/first/")
    Redirect.add_redirect("/old", "/rest/")
    assert client.get("/old/?page=1")["Location"] == "/first/"
    assert client.get("/old/?page=2")["Location"] == "/rest/?page=2"
    assert client.get("/older/?page=2").status_code == 404
