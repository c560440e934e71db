"""What the tests wait for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from core.open_forms import SHORTEST

# Wagtail takes what a form holds two seconds after it was loaded for what was saved.
KNOWS_WHAT_WAS_SAVED = """() => {
  const form = document.querySelector("[data-controller~=w-unsaved]");
  return form && window.wagtail?.app?.getControllerForElementAndIdentifier(form, "w-unsaved")?.initialFormData;
}"""


def form_is_taken(page: Page) -> None:
    """Until the open form of this page is old enough: one that is sent at once came from a program."""
    given = int(page.locator("[name=stamp]").first.input_value().split(":")[0])
    page.wait_for_timeout(1000 * max(0.0, given + SHORTEST - time.time()))


def editor_knows_what_was_saved(page: Page) -> None:
    """Until whatever is typed counts as a change."""
    page.wait_for_function(KNOWS_WHAT_WAS_SAVED)


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """Until the page has come to which leads what is done meanwhile. A load state would not do: it may be the old page's."""
    page.evaluate("() => { window.isOld = true; }")
    yield
    page.wait_for_function("() => !window.isOld && document.readyState === 'complete'")


def until(page: Page, happened: Callable[[], object], act: Callable[[], None], limit: int) -> None:
    """Does it again each half second until this has happened; the limit is in milliseconds."""
    end = time.monotonic() + limit / 1000
    while not happened():
        assert time.monotonic() < end, "it never happened"
        act()
        page.wait_for_timeout(500)
