"""From the list of notes by a theme to a note, to its example, and back; and from a note to its template contracts."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.places import NOTE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_from_a_theme_to_a_note_to_its_example_and_back(open_page: Opener, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Best practice").click()
    expect(page.locator("h1")).to_have_text("Best practice")
    page.locator("label[for=theme-sub-contracting]").click()
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**theme=sub-contracting**")
    page.get_by_role("link", name="Consortia and sub-contracting").click()
    expect(page.locator("h1")).to_have_text("Consortia and sub-contracting")
    page.get_by_role("region", name="Examples").get_by_role("link").first.click()
    expect(page.locator("dl.key-facts")).to_contain_text("Lancashire County Council")
    page.get_by_role("region", name="Notes on its themes").get_by_role("link", name="Consortia").first.click()
    expect(page.locator("h1")).to_have_text("Consortia and sub-contracting")


def test_from_the_note_to_a_template_contract_and_its_list(reader: Page) -> None:
    reader.goto("/practice/using-template-contracts/")
    contracts = reader.get_by_role("region", name="Template contracts")
    expect(contracts.get_by_role("listitem")).to_have_count(5)
    contracts.get_by_role("link", name="independent fostering agencies").click()
    expect(reader.locator(".standfirst")).to_contain_text("In development")
    reader.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Template contracts").click()
    expect(reader.get_by_role("heading", name="How far they have come")).to_be_visible()
    reader.locator("label[for=area-fostering]").click()
    reader.get_by_role("button", name="Show results").click()
    expect(reader.locator("ol.results > li")).to_have_count(1)


@pytest.mark.parametrize(("width", "side_by_side"), [(1280, True), (320, False)])
def test_benefits_and_barriers_have_equal_weight(open_page: Opener, width: int, side_by_side: bool) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto("/practice/social-clauses/")
    first, second = (page.locator(f"#answer-1-{label}").bounding_box() for label in ("benefit", "barrier"))
    assert first
    assert second
    assert abs(first["width"] - second["width"]) < 1
    assert (first["y"] == second["y"]) is side_by_side
    assert first["y"] <= second["y"]
    page.goto(f"/practice/{NOTE}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
