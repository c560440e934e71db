"""axe finds nothing on any template, in light on a wide screen and in dark on a narrow one."""

import itertools
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.browser.conftest import DESKTOP, Shower
from tests.browser.places import ADDRESSES, LOCKED

pytestmark = pytest.mark.browser
PLACES = ADDRESSES | LOCKED
# target-size is WCAG 2.2 and not on by default.
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": DESKTOP},
    "dark, 320 px": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
}


def check(page: Page) -> None:
    for details in page.locator("details").all():
        details.evaluate("one => { one.open = true; }")
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


def follow(link: Locator) -> None:
    """Click, and wait for the page that it leads to: one that is being left cannot be looked at."""
    with link.page.expect_navigation():
        link.click()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES.keys())
def test_axe_finds_nothing_and_headings_and_landmarks_are_in_order(show: Shower, path: str, look: str) -> None:
    reader = show(path, **LOOKS[look])
    check(reader)
    assert reader.locator("h1").count() == 1
    assert reader.locator("main").count() == 1
    assert reader.locator("html").get_attribute("lang") == "en-GB"
    levels = reader.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
