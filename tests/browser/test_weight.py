"""Pages stay light: what one visit brings over the wire, and nothing moves while it comes."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.served import ROOT

pytestmark = pytest.mark.browser
WIRE = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
SHIFT = """() => new Promise(done => { let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 500); })"""


def packed(folder: Path, ending: str) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob(f"*.{ending}"))


def test_styles_and_scripts_are_small() -> None:
    assert packed(ROOT / "static", "css") <= 20_000
    assert packed(ROOT / "static", "js") <= 10_000


def test_the_home_page_is_light(reader: Page) -> None:
    reader.goto("/")
    reader.wait_for_load_state("networkidle")
    assert 10_000 < reader.evaluate(WIRE) <= 60_000


@pytest.mark.parametrize("path", ["/", "/case-studies/", "/case-studies/disc-lancashire/", "/search/?q=charity"])
def test_nothing_moves_while_a_page_loads(reader: Page, path: str) -> None:
    reader.goto(path)
    assert reader.evaluate(SHIFT) <= 0.02
