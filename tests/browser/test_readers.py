"""A reader signs up for the e-bulletin, confirms, chooses and leaves; with the keyboard, and without JavaScript."""

import re
import time
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.served import LIMIT, Served
from tests.browser.test_accessibility import LOOKS, check, follow
from tests.browser.waits import form_is_taken

pytestmark = pytest.mark.browser


def mail_to(site: Served, address: str) -> str:
    """The last mail to this address; the worker needs a moment for it."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        for file in sorted((site.log.parent / "outbox").glob("*"), reverse=True):
            message: Any = message_from_bytes(file.read_bytes().split(b"-" * 79)[0].strip(), policy=policy.default)
            if message["To"] == address:
                return str(message.get_content())
        time.sleep(0.3)
    raise AssertionError(f"no mail to {address}")


def link_in(text: str, purpose: str) -> str:
    found = re.search(rf"(/bulletins/{purpose}/\S+/)", text)
    assert found, text
    return found[1]


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_from_the_archive_to_the_list_and_away(open_page: Opener, site: Served, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto("/bulletins/")
    address = f"walk-{javascript}@example.com".lower()
    page.get_by_label("Your email address").fill(address)
    page.get_by_text("Service areas (optional)").click()
    page.get_by_label("Respite", exact=True).check()
    page.get_by_label("Yes, send me the e-bulletin").check()
    form_is_taken(page)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("h1")).to_have_text("Check your email")
    text = mail_to(site, address)
    page.goto(link_in(text, "confirm"))
    expect(page.locator("main")).to_contain_text("Respite")
    page.get_by_role("button", name="Yes, send me").click()
    expect(page.locator("h1")).to_have_text("You are subscribed")
    page.get_by_role("link", name="Choose what you get").click()
    expect(page.get_by_label("Respite", exact=True)).to_be_checked()
    page.get_by_label("Housing, everything").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Your choices have been saved.")
    expect(page.get_by_label("Housing, everything")).to_be_checked()
    page.goto(link_in(text, "unsubscribe"))
    page.get_by_role("button", name="Yes, unsubscribe").click()
    expect(page.locator("h1")).to_have_text("You are unsubscribed")
    page.get_by_role("link", name="Go to your preferences").click()
    page.get_by_role("link", name="Have all of it deleted").click()
    page.get_by_role("button", name="Yes, erase it all").click()
    expect(page.locator("h1")).to_have_text("Your data is erased")
    assert page.context.cookies() == []


def test_the_form_works_with_the_keyboard_alone(open_page: Opener) -> None:
    page = open_page()
    page.goto("/bulletins/subscribe/")
    page.get_by_label("Your email address").focus()
    page.keyboard.type("keys@example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".areas-choice")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.name") == "area"
    assert page.evaluate("document.activeElement.checked")
    page.get_by_label("Yes, send me the e-bulletin").focus()
    page.keyboard.press("Space")
    form_is_taken(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Subscribe", "the hidden field is passed over"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your email")


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_in_every_look(open_page: Opener, site: Served, look: str) -> None:
    page = open_page(**LOOKS[look])
    page.goto("/bulletins/subscribe/")
    check(page)
    assert_fits(page)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("#error-summary-title")).to_be_focused()
    check(page)
    page.get_by_role("link", name="Tick the box").click()
    expect(page.get_by_label("Yes, send me the e-bulletin")).to_be_focused()
    address = f"{re.sub('[^a-z0-9]', '', look)}@example.com"
    page.get_by_label("Your email address").fill(address)
    page.get_by_label("Yes, send me the e-bulletin").check()
    form_is_taken(page)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("h1")).to_have_text("Check your email")
    check(page)
    text = mail_to(site, address)
    confirm, unsubscribe = link_in(text, "confirm"), link_in(text, "unsubscribe")
    for path in (confirm, unsubscribe, "/bulletins/preferences/erased/"):
        page.goto(path)
        check(page)
        assert_fits(page)
    page.goto(confirm)
    follow(page.get_by_role("button", name="Yes, send me"))
    check(page)
    follow(page.get_by_role("link", name="Choose what you get"))
    check(page)
    assert_fits(page)
    follow(page.get_by_role("link", name="Have all of it deleted"))
    check(page)
    page.goto(unsubscribe)
    follow(page.get_by_role("button", name="Yes, unsubscribe"))
    check(page)
