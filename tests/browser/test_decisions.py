"""Decisions over a slow line: what the editor sends at the same time comes to the server at the same time, 3 seconds late."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_admin import visit
from tests.browser.test_bulletins import mail_sink, site  # noqa: F401  (a site of its own)
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser
LATE = 3_000  # milliseconds
FORM = re.compile(r"/admin/pages/(\d+/edit|add/\w+/\w+/\d+)/$")


@contextmanager
def slow(page: Page) -> Iterator[list[Route]]:
    """Holds the forms that leave the editor, and lets them all go at once."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "POST" else route.continue_()

    page.route(FORM, hold)
    yield held
    page.wait_for_timeout(LATE)
    page.unroute(FORM)
    for route in held:
        route.continue_()


def press(button: Locator) -> None:
    """Without waiting for the page after it."""
    button.evaluate("one => one.click()")


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_500)  # the editor takes what is there until then for what it was given


def button(page: Page, name: str) -> Locator:
    return page.locator("footer").get_by_role("button", name=name, exact=True)


def told(page: Page) -> Locator:
    return page.locator(".messages")


def new_issue(page: Page, title: str, year: int) -> None:
    visit(page, "/admin/bulletins/")
    page.get_by_role("link", name=re.compile("Add e-bulletin")).first.click()
    settle(page)
    page.get_by_role("textbox", name="Title").first.fill(title)
    page.locator("#id_year").fill(str(year))


def submit(page: Page) -> None:
    visit(page, page.url)
    press(button(page, "Submit to Editorial approval"))
    expect(told(page)).to_contain_text("has been submitted for moderation")


def open_again(page: Page, title: str) -> None:
    visit(page, "/admin/bulletins/")
    page.get_by_role("link", name=title, exact=True).first.click()
    settle(page)


def statuses(page: Page, title: str) -> str:
    visit(page, "/admin/bulletins/")
    return page.get_by_role("row").filter(has_text=title).inner_text().lower()


def test_each_decision_is_carried_out_once_on_a_slow_line(editor: Page) -> None:
    title = "Decided slowly"
    new_issue(editor, title, 2011)
    with slow(editor) as sent:
        editor.wait_for_timeout(800)  # its autosave begins
        press(button(editor, "Save draft"))
    expect(told(editor)).to_contain_text(re.compile("created|updated"))
    assert len(sent) == 1
    expect(editor.get_by_role("textbox", name="Title").first).to_have_value(title)
    assert statuses(editor, title).count(title.lower()) == 1

    open_again(editor, title)
    submit(editor)
    open_again(editor, title)
    press(button(editor, "Request changes"))
    dialogue = editor.locator(".modal-body")
    dialogue.get_by_role("button", name="Request changes").click()
    expect(dialogue).to_contain_text("Say what should change, so that the author can do it.")
    dialogue.get_by_label("What should change").fill("Say who paid.")
    with slow(editor) as sent:
        press(dialogue.get_by_role("button", name="Request changes"))
    expect(told(editor)).to_contain_text("has been updated")
    assert len(sent) == 1

    open_again(editor, title)
    press(button(editor, "Resubmit to Moderators approval"))
    expect(told(editor)).to_contain_text("has been submitted for moderation")
    open_again(editor, title)
    editor.get_by_role("textbox", name="Title").first.fill(f"{title} and well")
    with slow(editor) as sent:
        press(button(editor, "Approve and Publish"))
    expect(told(editor)).to_contain_text("has been updated")
    assert len(sent) == 1
    assert re.search(r"\blive\b(?! \+)", statuses(editor, f"{title} and well"))


def test_the_server_decides_once_whatever_the_editor_sends(editor: Page, watches: list[Watch]) -> None:
    """With Wagtail's own script alone, which sends the form once more."""
    title = "Decided by the server"
    new_issue(editor, title, 2012)
    press(button(editor, "Save draft"))
    expect(told(editor)).to_contain_text(re.compile("created|updated"))
    submit(editor)
    editor.route("**/js/editing*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    open_again(editor, title)
    with slow(editor) as sent:
        press(button(editor, "Approve and Publish"))
    expect(told(editor)).to_contain_text("has been updated")
    assert len(sent) > 1
    assert re.search(r"\blive\b(?! \+)", statuses(editor, title))
    (watch,) = watches
    assert all(re.match(r"400 from .*/edit/$", fault) for fault in watch.faults)
    watch.faults.clear()
