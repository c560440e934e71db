"""From a subject to an example, and what a reader says of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import LOOKS, check

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_from_a_group_to_an_example_and_its_theme(open_page: Opener, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/service-areas/")
    page.get_by_role("link", name="Housing", exact=True).click()
    expect(page.locator("h1")).to_have_text("Housing")
    page.get_by_label("Related subjects").get_by_role("link", name="Homelessness").click()
    expect(page.locator("h1")).to_have_text("Homelessness")
    page.locator("ul.results").get_by_role("link", name="DISC").click()
    page.locator(".subjects").get_by_role("link", name="Consortia").click()
    expect(page.locator("h1")).to_have_text("Consortia")
    page.get_by_label("Search within this subject").fill("bid")
    page.get_by_role("button", name="Search").click()
    assert "theme=consortia" in page.url
    assert "q=bid" in page.url


@pytest.mark.parametrize("look", LOOKS)
def test_a_reader_says_whether_it_was_useful(open_page: Opener, look: str) -> None:
    page = open_page(**LOOKS[look])
    page.goto("/case-studies/disc-lancashire/")
    page.get_by_text("Add a line to the editors").click()
    page.get_by_label("What helped, or what was missing?").fill("x" * 501)
    page.get_by_role("button", name="No it was not useful").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_focused()
    check(page)
    page.get_by_label("A line to the editors (optional)").fill("The length of the contracts helped.")
    page.get_by_role("button", name="Yes, it was useful").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    check(page)
    assert page.context.cookies() == []
