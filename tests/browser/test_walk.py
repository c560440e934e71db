"""From the home page to a case study and back, by mouse and by keyboard, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser
with_and_without_javascript = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
STOPS = 150  # more tab stops than any page has before what a walk looks for


def is_focused(target: Locator) -> bool:
    return bool(target.evaluate("element => element === document.activeElement"))


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if is_focused(target):
            return
    raise AssertionError(f"no way by keyboard to {target}")


def area(page: Page) -> Locator:
    return page.locator(".index").get_by_role("link", name="Respite", exact=True)


def with_filters(page: Page) -> Locator:
    return page.get_by_role("link", name="Everything on Respite, with filters")


def region(page: Page) -> Locator:
    return page.locator("fieldset[data-facet=region] input[value=east-of-england]")


def found(page: Page) -> int:
    return int(page.locator("[data-total]").get_attribute("data-total") or -1)


def check_filtered(page: Page) -> None:
    expect(page).to_have_url(re.compile("area=respite.*region=east-of-england"))
    expect(region(page)).to_be_checked()
    expect(page.locator("a[data-remove]")).to_have_count(2)
    expect(page.locator("ol.results > li")).to_have_count(found(page))


@with_and_without_javascript
def test_by_mouse(open_page: Opener, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    area(page).click()
    expect(page.locator("h1")).to_have_text("Respite")
    with_filters(page).click()
    expect(page.locator("h1")).to_have_text("Search")
    everything = found(page)
    assert everything > 0
    facet = page.locator("details.facet", has=page.locator("[data-facet=region]"))
    if facet.get_attribute("open") is None:
        facet.locator("summary").click()
    page.locator("label[for=region-east-of-england]").click()
    page.get_by_role("button", name="Show results").click()
    check_filtered(page)
    assert 0 < found(page) <= everything
    filtered = page.url
    title = page.locator("ol.results a").first
    name = title.inner_text()
    title.click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("dl.key-facts")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(filtered)
    check_filtered(page)
    page.locator("a[data-remove]", has_text="Region").click()
    expect(page.locator("[data-total]")).to_have_attribute("data-total", str(everything))
    expect(region(page)).not_to_be_checked()


@with_and_without_javascript
def test_by_keyboard(open_page: Opener, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip-link")
    assert is_focused(skip)
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1, "what was skipped is not walked through"
    tab_to(page, area(page))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Respite")
    tab_to(page, with_filters(page))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Search")
    facet = page.locator("details.facet", has=page.locator("[data-facet=region]"))
    if facet.get_attribute("open") is None:
        tab_to(page, facet.locator("summary"))
        page.keyboard.press("Enter")
    tab_to(page, region(page))
    page.keyboard.press("Space")
    expect(region(page)).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Show results"))
    page.keyboard.press("Enter")
    page.wait_for_url("**region=east-of-england**")
    check_filtered(page)
    title = page.locator("ol.results a").first
    name = title.inner_text()
    tab_to(page, title)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    check_filtered(page)
    tab_to(page, page.locator("a[data-remove]").first)
    page.keyboard.press("Enter")
    expect(page.locator("a[data-remove]")).to_have_count(1)


@with_and_without_javascript
def test_the_search_box_of_the_home_page_finds(open_page: Opener, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/")
    page.get_by_label("Describe the service or the problem").fill("help to leave gangs")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="SOS Project").first).to_be_visible()
    expect(page.get_by_label("Describe the service or the problem")).to_have_value("help to leave gangs")
    page.get_by_label("Sort by").select_option("title")
    page.get_by_role("button", name="Sort", exact=True).click()
    expect(page.get_by_label("Sort by")).to_have_value("title")
    expect(page).to_have_url(re.compile("q=help"))


def test_nothing_found_shows_ways_on(reader: Page) -> None:
    reader.goto("/search/?q=gangs&region=east-of-england")
    expect(reader.locator("[data-total]")).to_have_attribute("data-total", "0")
    reader.get_by_role("link", name="without Region").click()
    assert found(reader) > 0
