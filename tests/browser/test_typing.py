"""Dates and amounts that an editor types: nothing in the browser changes them, with the date picker and without it."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_admin import number_of, tab, visit
from tests.browser.waits import next_page

pytestmark = pytest.mark.browser
TYPED = [
    "1 April 2005",
    "01/04/2017",
    "1/4/2017",
    "01.04.2017",
    "April 2017",
    "1 Apr 2005",
    "2005-04-01",
    "last spring",
]
NO_PICKER = """
jQuery.fn.datetimepicker = () => {};
jQuery.fn.datetimepicker.defaults = { i18n: {} };
jQuery.datetimepicker = { setLocale() {} };
"""


def open_dates(editor: Page, slug: str) -> None:
    """The form of an example, on the tab with the dates."""
    visit(editor, f"/admin/pages/{number_of(editor, slug)}/edit/")
    tab(editor, "Dates and source")


def type_over(page: Page, field: str, text: str) -> None:
    """Types into a field as a person does, and leaves it."""
    page.locator(field).fill("")
    page.locator(field).press_sequentially(text)
    page.locator(field).press("Tab")


def save(page: Page) -> None:
    with next_page(page):
        page.keyboard.press("ControlOrMeta+s")  # the next date's picker may stand in front of the button


def check_saved(editor: Page) -> None:
    """Fills in the rest, saves, and looks at what has become of it; then at what cannot be read."""
    type_over(editor, "#id_as_at", "01.04.2017")
    tab(editor, "Facts")
    editor.locator("#id_periods-ADD").click()
    type_over(editor, "#id_periods-0-start", "April 2016")
    editor.locator("#id_costs-ADD").click()
    type_over(editor, "#id_costs-0-amount", "£1.8m")
    expect(editor.locator("#id_costs-0-amount")).to_have_value("£1.8m")
    editor.locator("#id_costs-0-kind").select_option("total")
    editor.locator("#id_costs-0-source").fill("The council’s accounts")
    save(editor)
    editor.reload()
    expect(editor.locator("#id_as_at")).to_have_value("1 April 2017")
    expect(editor.locator("#id_periods-0-start")).to_have_value("1 April 2016")
    expect(editor.locator("#id_costs-0-amount")).to_have_value("1,800,000")
    tab(editor, "Dates and source")
    type_over(editor, "#id_as_at", "April 2017")
    tab(editor, "Facts")
    editor.locator("#inline_child_costs-0 [data-panel-toggle]").click()
    type_over(editor, "#id_costs-0-amount", "£2m or so")
    save(editor)
    expect(editor.locator("main")).to_contain_text("“April 2017” has no day.")
    expect(editor.locator("main")).to_contain_text("“£2m or so” cannot be read as an amount of money.")
    expect(editor.locator("#id_as_at")).to_have_value("April 2017")
    expect(editor.locator("#id_costs-0-amount")).to_have_value("£2m or so")


def test_the_picker_leaves_what_is_typed_and_shows_it(editor: Page) -> None:
    open_dates(editor, "break")
    field, picker = editor.locator("#id_as_at"), editor.locator(".xdsoft_datetimepicker:visible")
    for typed in TYPED:
        field.click()
        expect(picker).to_have_count(1)
        type_over(editor, "#id_as_at", typed)
        expect(picker).to_have_count(0)
        expect(field).to_have_value(typed)
    type_over(editor, "#id_as_at", "1 April 2005")
    field.click()
    expect(picker.locator(".xdsoft_month span")).to_have_text("April")
    expect(picker.locator(".xdsoft_year span")).to_have_text("2005")
    picker.locator("td[data-date='9'][data-month='3']").click()
    expect(field).to_have_value("9 April 2005")
    check_saved(editor)


def test_without_the_picker_it_is_the_same(editor: Page) -> None:
    def nothing(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=NO_PICKER)

    editor.route("**/jquery.datetimepicker*.js*", nothing)
    open_dates(editor, "neurological-commissioning-support")
    editor.locator("#id_as_at").click()
    expect(editor.locator(".xdsoft_datetimepicker")).to_have_count(0)
    check_saved(editor)
