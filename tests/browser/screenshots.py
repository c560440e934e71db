"""`make screenshots`: pictures of the running site, for looking at and for the documents.

Writes every page in light and dark at 1280 and 320 px to a folder, and the few that the documents show to docs/pictures/.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.places import SLUG
from tests.browser.served import ADMIN, Served, fill_site, served
from tests.served import make_site

PAGES = {
    "home": "/",
    "browse": "/service-areas/",
    "regions": "/regions/",
    "search": "/search/?q=charity",
    "filtered": "/search/?area=respite&region=east-of-england",
    "nothing-found": "/search/?q=gangs&region=east-of-england",
    "listing": "/case-studies/",
    "case-study": "/case-studies/disc-lancashire/",
    "case-study-full": f"/case-studies/{SLUG}/",
    "ask": f"/case-studies/{SLUG}/ask/",
    "bulletins": "/bulletins/",
    "bulletin": "/bulletins/2007-winter/",
    "notes": "/practice/",
    "note": "/practice/social-clauses/",
    "contracts": "/practice/template-contracts/",
    "about": "/about/",
    "not-found": "/nowhere/",
    "log-in": "/admin/login/",
}
WIDTHS = {1280: 800, 320: 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DOCUMENTS = Path(__file__).resolve().parents[2] / "docs/pictures"


def take(page: Page, path: Path, *, whole: bool = True) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, full_page=whole, animations="disabled")


def readers(browser: Browser, site: Served, folder: Path, names: list[str]) -> None:
    """Every page in each width and scheme; and as one sees it first, without scrolling."""
    for scheme in SCHEMES:
        for width, height in WIDTHS.items():
            context = browser.new_context(
                base_url=site.url, color_scheme=scheme, viewport={"width": width, "height": height}
            )
            page = context.new_page()
            for name in names:
                page.goto(PAGES[name])
                take(page, folder / f"{name}-{width}-{scheme}.png")
            context.close()


def documents(browser: Browser, site: Served, folder: Path) -> None:
    """What README and docs/editors.md show: the front page, and what editors meet."""
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/")
    take(page, folder / "home.png", whole=False)
    _log_in(context, page)
    page.goto(_editing(page))
    page.get_by_role("button", name="Toggle checklist").click()
    take(page, folder / "editing.png", whole=False)
    page.goto("/admin/vocabulary/area/")
    take(page, folder / "vocabulary.png", whole=False)
    context.close()


def _log_in(context: BrowserContext, page: Page) -> None:
    mail, password = ADMIN
    page.goto("/admin/login/")
    page.locator("[name=username]").fill(mail)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/admin/")


def _editing(page: Page) -> str:
    answer = page.request.get("/search/?q=DISC+consortium&kind=case-study&format=json").json()
    return f"/admin/pages/{answer['results'][0]['id']}/edit/"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--only", nargs="*", choices=PAGES, help="these pages only, and none of the documents")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cop-pictures-") as data:
        folder = Path(data)
        make_site(folder)
        fill_site(folder)
        with served(folder) as site, sync_playwright() as playwright:
            path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            readers(browser, site, chosen.folder, chosen.only or list(PAGES))
            if not chosen.only:
                documents(browser, site, DOCUMENTS)
            browser.close()


if __name__ == "__main__":
    main()
