"""Pages stay light: what one visit brings over the wire, and nothing moves while it comes."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.served import ROOT

pytestmark = pytest.mark.browser
WIRE = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
SHIFT = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await document.fonts.ready;
  await frame(), await frame();
  let sum = 0;
  const add = entries => { for (const entry of entries) sum += entry.value; };
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: "layout-shift", buffered: true});
  await frame(), await frame();
  add(observer.takeRecords());
  return sum;
}"""


def packed(folder: Path, ending: str) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob(f"*.{ending}"))


def test_styles_and_scripts_are_small() -> None:
    assert packed(ROOT / "static", "css") <= 20_000
    for_editors = packed(ROOT / "static/js/admin", "js")  # no reader loads these
    assert packed(ROOT / "static", "js") - for_editors <= 10_000
    assert for_editors <= 10_000


def test_the_home_page_is_light(reader: Page) -> None:
    reader.goto("/")
    reader.wait_for_load_state("networkidle")
    assert 10_000 < reader.evaluate(WIRE) <= 60_000


PATHS = ["/", "/case-studies/", "/case-studies/disc-lancashire/", "/search/?q=charity", "/bulletins/2007-winter/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [(1280, 800), (412, 823)])
def test_nothing_moves_while_a_page_comes_slowly(open_page: Opener, path: str, size: tuple[int, int]) -> None:
    """Over a line as slow as a telephone's, so that fonts come late."""
    page = open_page(viewport={"width": size[0], "height": size[1]})
    line = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFT) == 0
