"""Anonymous reading leaves no trace with the reader and calls nobody else. Every test here is watched; these walk far."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.places import ADDRESSES
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser


def test_reading_sets_no_cookie_and_stores_nothing(reader: Page) -> None:
    for path in ADDRESSES.values():
        reader.goto(path)
    reader.goto("/")
    reader.get_by_label("Describe the service or the problem").fill("respite")
    reader.keyboard.press("Enter")
    reader.locator("ol.results a").first.click()
    reader.locator(".key-facts a").first.click()
    assert reader.context.cookies() == []
    assert reader.evaluate("() => localStorage.length + sessionStorage.length") == 0
    assert reader.evaluate("() => navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_every_link_of_ours_leads_somewhere(reader: Page) -> None:
    seen: set[str] = set()
    for path in ADDRESSES.values():
        reader.goto(path)
        seen |= set(
            reader.locator("a[href]").evaluate_all(
                "all => all.filter(one => one.origin === location.origin && !one.hash)"
                ".map(one => one.pathname + one.search)"
            )
        )
    broken = {path: reader.request.get(path).status for path in sorted(seen)}
    assert {path: status for path, status in broken.items() if status != 200} == {}


def test_a_violation_and_a_foreign_request_would_be_noticed(open_page: Opener, watches: list[Watch]) -> None:
    """The watch itself is tested: each thing that must not happen is made to happen."""
    page = open_page()
    page.goto("/")
    page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">inline</p>')")
    page.evaluate(
        "() => new Promise(done => { const image = new Image(); image.onerror = done;"
        " image.src = 'http://other.invalid/a.png'; })"
    )
    page.evaluate("() => fetch('/static/missing.css')")
    faults = " ".join(watches[0].faults)
    assert "style-src" in faults
    assert "img-src" in faults
    assert "404 from" in faults
    watches[0].faults.clear()
