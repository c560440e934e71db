"""Finding with a script and without: filters in place, suggestions below the search box."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, Opener
from tests.browser.test_accessibility import LOOKS, check

pytestmark = pytest.mark.browser
STAY = "() => { window.stayed = true; }"
STAYED = "() => window.stayed === true"
SAID = "[role=status]"


@pytest.mark.parametrize("path", ["/search/", "/case-studies/"])
def test_a_filter_changes_the_results_in_place(reader: Page, path: str) -> None:
    reader.goto(path)
    reader.evaluate(STAY)
    before = int(reader.locator("[data-total]").get_attribute("data-total") or 0)
    box = reader.locator("[data-facet=region] input").first
    reader.locator("details:has([data-facet=region]) summary").click()
    # A facet that the reader opened stays open.
    reader.locator("details:has([data-facet=evidence]) summary").click()
    name = box.get_attribute("id")
    value = box.get_attribute("value")
    box.focus()
    reader.keyboard.press("Space")
    expect(reader.locator("a[data-remove]")).to_have_count(1)
    assert reader.evaluate(STAYED)
    expect(reader).to_have_url(re.compile(re.escape(f"{path}?region={value}") + "$"))
    expect(reader.locator(f"#{name}")).to_be_focused()
    after = int(reader.locator("[data-total]").get_attribute("data-total") or 0)
    assert 0 < after < before
    expect(reader.locator(f"body > {SAID}")).to_have_text(re.compile(rf"^{after} results?$"))
    assert reader.locator("details:has([data-facet=evidence])").get_attribute("open") is not None
    # Unchosen again, the focus stays although the facet would be closed on a page of its own.
    reader.keyboard.press("Space")
    expect(reader.locator("a[data-remove]")).to_have_count(0)
    expect(reader.locator(f"#{name}")).to_be_focused()
    expect(reader).to_have_url(re.compile(re.escape(path) + "$"))
    reader.go_back()
    expect(reader.locator("a[data-remove]")).to_have_count(1)
    expect(reader.locator("[data-total]")).to_have_attribute("data-total", str(after))
    expect(reader.locator(f"#{name}")).to_be_checked()
    reader.go_back()
    expect(reader.locator("[data-total]")).to_have_attribute("data-total", str(before))
    reader.go_forward()
    expect(reader.locator("a[data-remove]")).to_have_count(1)


def test_chips_and_order_change_the_results_in_place(reader: Page) -> None:
    reader.goto("/search/?kind=case-study&year_from=1990")
    reader.evaluate(STAY)
    reader.locator("#sort").select_option("title")
    reader.wait_for_url("**sort=title*")
    expect(reader.locator("#sort")).to_have_value("title")
    reader.locator("a[data-remove]").first.click()
    expect(reader.locator("a[data-remove]")).to_have_count(1)
    expect(reader.locator("#total")).to_be_focused()
    assert reader.evaluate(STAYED)
    assert "year_to" not in reader.url
    expect(reader).to_have_title(re.compile("^Search"))


def test_results_themselves_are_pages_of_their_own(reader: Page) -> None:
    reader.goto("/search/")
    reader.evaluate(STAY)
    reader.locator("ol.results a").first.click()
    reader.wait_for_load_state()
    assert not reader.evaluate(STAYED)


def test_on_a_small_screen_the_button_asks(open_page: Opener) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto("/search/")
    page.locator(".to-filters a").click()
    page.locator("[data-facet=kind] input, [data-facet=area] input").first.check()
    expect(page.locator("form.filters")).to_be_visible()
    page.locator(".apply button").click()
    expect(page.locator("a[data-remove]")).to_have_count(1)
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.locator("#total")).to_be_focused()


def test_without_a_script_a_form_does_it(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/search/")
    page.locator("[data-facet=area] input").first.check()
    page.locator(".apply button").click()
    page.wait_for_url("**area=*")
    assert page.locator("a[data-remove]").count() == 1
    assert page.locator("[role=combobox]").count() == 0
    page.locator("#q").fill("charity")
    page.locator(".search-row button").click()
    page.wait_for_url("**q=charity*")


@pytest.mark.parametrize(("path", "box"), [("/", "#home-q"), ("/search/", "#q"), ("/case-studies/", "#q")])
def test_suggestions_by_keyboard(reader: Page, path: str, box: str) -> None:
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.clock.install()
    reader.goto(path)
    field = reader.locator(box)
    options = reader.locator("[role=option]")
    field.focus()
    expect(field).to_have_attribute("role", "combobox")
    field.press_sequentially("b")
    reader.clock.fast_forward(10_000)  # longer than anybody waits before asking
    field.press_sequentially("reak")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_be_visible()
    expect(reader.locator(f".search-row {SAID}")).to_contain_text("suggestion")
    assert not [url for url in asked if url.endswith("/search/suggest?q=b")]
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    field.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    field.press("ArrowDown")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("break")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("Enter")  # nothing chosen: what was typed is searched
    reader.wait_for_url("**q=break*")


def test_a_suggestion_is_chosen_by_keyboard_and_by_pointer(reader: Page) -> None:
    for by_pointer in (False, True):
        reader.goto("/")
        field = reader.locator("#home-q")
        field.press_sequentially("break")
        option = reader.locator("[role=option][data-url='/case-studies/break/']")
        expect(option).to_be_visible()
        if by_pointer:
            option.click()
        else:
            while field.get_attribute("aria-activedescendant") != option.get_attribute("id"):
                field.press("ArrowDown")
            field.press("Enter")
        reader.wait_for_url("**/case-studies/break/")


def test_late_answers_are_dropped_and_failures_are_quiet(open_page: Opener) -> None:
    page = open_page()
    page.goto("/search/")
    late: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.url.endswith("q=br"):
            late.append(route)
        else:
            route.fulfill(body="no JSON at all")

    page.route("**/search/suggest*", answer)
    field = page.locator("#q")
    with page.expect_request("**/search/suggest?q=br"):
        field.press_sequentially("br")
    with page.expect_response("**/search/suggest?q=brea"):
        field.press_sequentially("ea")
    late[0].fulfill(json={"suggestions": [{"text": "LATE", "url": "/", "kind": "page"}]})
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.locator("[role=option]").count() == 0
    expect(field).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("path", "box"), [("/", "#home-q"), ("/search/", "#q")])
def test_axe_finds_nothing_with_the_list_open(open_page: Opener, look: str, path: str, box: str) -> None:
    page = open_page(**LOOKS[look])
    page.goto(path)
    page.locator(box).press_sequentially("ch")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    check(page)


def test_the_list_is_seen_in_forced_colours(open_page: Opener) -> None:
    page = open_page(forced_colors="active", viewport=DESKTOP)
    page.goto("/search/")
    page.locator("#q").press_sequentially("ch")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    style = page.locator("[aria-selected=true]").evaluate("one => getComputedStyle(one).outlineStyle")
    assert style == "solid"


def test_all_of_a_long_filter_in_its_place_keeps_what_is_ticked(open_page: Opener) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto("/search/?q=the#filters")
    boxes = page.locator("[data-facet=area] input[type=checkbox]")
    few = boxes.count()
    ticked = boxes.nth(3).get_attribute("id")
    boxes.nth(3).check()
    page.locator("#switch-area").click()
    expect(page.locator("#switch-area")).to_contain_text("Show fewer")
    assert boxes.count() > few
    expect(page.locator(f"#{ticked}")).to_be_checked()
    expect(page.locator("[data-facet=area] :focus")).to_have_count(1)
    expect(page.locator("form.filters")).to_be_visible()
    page.locator("#switch-area").click()
    expect(page.locator("#switch-area")).to_contain_text("Show all")
    expect(page.locator("#switch-area")).to_be_focused()
    assert boxes.count() == few
    page.locator(".apply button").click()
    expect(page.locator("a[data-remove]")).to_have_count(1)


def test_all_of_a_long_filter_without_a_script(open_page: Opener) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page.goto("/search/?q=the#filters")
    few = page.locator("[data-facet=area] input").count()
    page.locator("#switch-area").click()
    page.wait_for_url("**q=the&all=area#facet-area")
    assert page.locator("[data-facet=area] input[type=checkbox]").count() > few
    expect(page.locator("form.filters")).to_be_visible()
    expect(page.locator(".to-filters")).to_be_hidden()
