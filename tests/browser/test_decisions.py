"""Decisions over a slow line: what the editor sends at the same time comes to the server at the same time, 3 seconds late."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from tests.browser.served import Served
from tests.browser.test_admin import visit
from tests.browser.waits import editor_knows_what_was_saved, until
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser
LATE = 3_000  # milliseconds
PATIENCE = 60_000  # for a machine that has more to do
FORM = re.compile(r"/admin/pages/(\d+/edit|add/\w+/\w+/\d+)/$")


@pytest.fixture(scope="module")
def site(mail_site: Served) -> Served:
    return mail_site


def is_sent(request: Request) -> bool:
    return request.method == "POST" and bool(FORM.search(request.url))


def is_autosave(request: Request) -> bool:
    return is_sent(request) and request.headers["accept"] == "application/json"


@contextmanager
def slow(page: Page, late: int = LATE) -> Iterator[list[Route]]:
    """Holds the forms that leave the editor, and lets them all go at once."""
    held: list[Route] = []
    holds = [is_sent]

    def hold(route: Route) -> None:
        if any(held_back(route.request) for held_back in holds):
            held.append(route)
        else:
            route.continue_()

    page.route(FORM, hold)
    yield held
    page.wait_for_timeout(late)
    holds.clear()
    for route in held:
        route.continue_()


def press(button: Locator) -> None:
    """Without waiting for the page after it."""
    button.evaluate("one => one.click()")


def button(page: Page, name: str) -> Locator:
    """One below the form; most of them wait in a menu."""
    return page.locator("footer").get_by_role("button", name=name, exact=True, include_hidden=True)


def title_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Title").first


def is_told(page: Page, words: str | re.Pattern[str]) -> None:
    """However long the server takes."""
    expect(page.locator(".messages")).to_contain_text(words, timeout=PATIENCE)


def new_issue(page: Page, title: str, year: int) -> None:
    visit(page, "/admin/bulletins/")
    page.get_by_role("link", name=re.compile("Add e-bulletin")).first.click()
    title_of(page).fill(title)
    page.locator("#id_year").fill(str(year))
    editor_knows_what_was_saved(page)


def open_again(page: Page, title: str) -> None:
    visit(page, "/admin/bulletins/")
    page.get_by_role("link", name=re.compile(title)).first.click()
    editor_knows_what_was_saved(page)


def submit(page: Page, name: str) -> None:
    press(button(page, name))
    is_told(page, "has been submitted for moderation")


def let_it_save(page: Page) -> None:
    """Types until an autosave is answered and its script at rest."""
    answers: list[Response] = []

    def note(response: Response) -> None:
        if is_autosave(response.request):
            answers.append(response)

    page.on("response", note)
    until(page, lambda: answers, lambda: title_of(page).press_sequentially("."), PATIENCE)
    idle = "form => !wagtail.app.getControllerForElementAndIdentifier(form, 'w-autosave').submitPromise"
    page.wait_for_function(idle, arg=page.locator("[data-edit-form]").element_handle(), timeout=PATIENCE)


def until_it_saves(page: Page, title: str, sent: list[Route]) -> None:
    """Types on until the autosave takes notice: what is typed while it thinks it takes for given."""
    until(page, lambda: sent, lambda: title_of(page).press_sequentially(" ."), PATIENCE)
    title_of(page).fill(title)


def row_of(page: Page, title: str) -> Locator:
    visit(page, "/admin/bulletins/")
    return page.get_by_role("row").filter(has_text=title)


def test_each_decision_is_carried_out_once_on_a_slow_line(editor: Page) -> None:
    title = "Decided slowly"
    new_issue(editor, "Decided", 2011)
    with slow(editor) as sent:
        until_it_saves(editor, title, sent)
        press(button(editor, "Save draft"))
    is_told(editor, "has been updated")
    assert len(sent) == 1  # the form itself waited for the autosave that had made the page
    expect(title_of(editor)).to_have_value(title)
    expect(row_of(editor, title)).to_have_count(1)

    open_again(editor, title)
    submit(editor, "Submit to Editorial approval")
    open_again(editor, title)
    press(button(editor, "Request changes"))
    dialogue = editor.locator(".modal-body")
    dialogue.get_by_role("button", name="Request changes").click()
    expect(dialogue).to_contain_text("Say what should change, so that the author can change it.")
    dialogue.get_by_label("What should change").fill("Say who paid.")
    with slow(editor) as sent, editor.expect_request(is_sent):
        press(dialogue.get_by_role("button", name="Request changes"))
    is_told(editor, "has been updated")
    assert len(sent) == 1

    open_again(editor, title)
    submit(editor, "Resubmit to Moderators approval")
    open_again(editor, title)
    with slow(editor) as sent:
        title_of(editor).fill(f"{title} and well")
        press(button(editor, "Approve and Publish"))
    is_told(editor, "has been updated")
    assert len(sent) == 1
    expect(row_of(editor, f"{title} and well").locator(".w-status")).to_have_text(
        re.compile(r"^\s*(Current page status:)?\s*live\s*$")
    )


def test_what_is_typed_while_an_autosave_is_under_way_is_saved_too(editor: Page) -> None:
    new_issue(editor, "Typed", 2013)
    with slow(editor, late=0) as sent:
        until_it_saves(editor, "Typed on", sent)
    saved = editor.expect_request(lambda request: "Typed on" in (request.post_data or ""), timeout=PATIENCE)
    with saved:
        pass


def test_the_server_decides_once_whatever_the_editor_sends(editor: Page, watches: list[Watch]) -> None:
    """With Wagtail's own script alone, which sends the form once more."""
    title = "Decided by the server"
    new_issue(editor, title, 2012)
    press(button(editor, "Save draft"))
    is_told(editor, re.compile("created|updated"))
    submit(editor, "Submit to Editorial approval")
    editor.route("**/js/editing*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    open_again(editor, title)
    let_it_save(editor)
    with slow(editor) as sent, editor.expect_request(is_autosave, timeout=PATIENCE) as again:
        press(button(editor, "Approve and Publish"))
    assert "action-workflow-action" in (again.value.post_data or "")
    is_told(editor, "has been updated")
    assert len(sent) > 1
    expect(row_of(editor, title).locator(".w-status")).to_have_text(
        re.compile(r"^\s*(Current page status:)?\s*live\s*$")
    )
    (watch,) = watches
    assert all(re.match(r"400 from .*/edit/$", fault) for fault in watch.faults)
    watch.faults.clear()
