"""A real Chromium over the served site. Every context is watched, and a test fails for what it did behind its back."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import copies
from tests.browser.served import ADMIN, Served, fill_site, served
from tests.browser.watch import Watch
from tests.served import ROOT, copy_site
from tests.smtp_sink import Sink, smtp_sink

QUIET = ["background-networking", "component-update", "sync", "quic", "gpu"]
# One process for all contexts: each test would start its own.
ARGUMENTS = [
    "--no-sandbox",
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
    "--no-first-run",
    *(f"--disable-{name}" for name in QUIET),
]
LIMIT = 120_000  # milliseconds, however slow the machine is
expect.set_options(timeout=LIMIT)
DESKTOP = {"width": 1280, "height": 800}

Opener = Callable[..., Page]
Shower = Callable[..., Page]


@pytest.fixture(scope="package")
def filled_site(new_site: Path) -> Path:
    """The data folder of the site that is served, for copies: no test changes it."""
    made_by = [ROOT / "tests/factories.py", *Path(__file__).parent.glob("*.py")]
    return copies.kept("filled-site", lambda folder: fill_site(copy_site(new_site, folder)), *made_by)


@pytest.fixture(scope="package")
def mail_sink() -> Iterator[Sink]:
    with smtp_sink() as running:
        yield running


@pytest.fixture(scope="package")
def mail_site(filled_site: Path, tmp_path_factory: pytest.TempPathFactory, mail_sink: Sink) -> Iterator[Served]:
    """Another copy, for tests that write and send e-bulletins: its mail goes to the sink."""
    folder = copy_site(filled_site, tmp_path_factory.mktemp("mail"))
    with served(folder, EMAIL_URL=f"smtp://127.0.0.1:{mail_sink.port}") as running:
        yield running


@pytest.fixture(scope="package")
def site(filled_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(copy_site(filled_site, tmp_path_factory.mktemp("served"))) as running:
        yield running


def new_context(browser: Browser, site: Served, options: dict[str, Any]) -> BrowserContext:
    context = browser.new_context(base_url=site.url, **({"viewport": DESKTOP} | options))
    context.set_default_timeout(LIMIT)
    return context


# Not pytest-playwright's fixtures: those keep their event loop to the end of the session, and Django then refuses the
# database to every test after these. Nor their names, which its plugin takes for its own.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watches() -> list[Watch]:
    """One for each context that the test opened, in order."""
    return []


@pytest.fixture
def open_page(chromium: Browser, site: Served, watches: list[Watch]) -> Iterator[Opener]:
    """Opens an empty page in a context of its own; paths are relative to the site."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        context = new_context(chromium, site, options)
        contexts.append(context)
        watches.append(Watch(context, site.url))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture(scope="module")
def kept_pages(chromium: Browser, site: Served) -> Iterator[dict[str, tuple[Page, Watch]]]:
    """The pages of `show`, by the options of their contexts, each with its watch."""
    pages: dict[str, tuple[Page, Watch]] = {}
    yield pages
    for page, _ in pages.values():
        page.context.close()


@pytest.fixture
def show(chromium: Browser, site: Served, kept_pages: dict[str, tuple[Page, Watch]]) -> Iterator[Shower]:
    """Loads a path, for a test that only looks. The tests of a module share a page for each set of options, loaded anew and
    without cookies: another context is another process of Chromium's, and costs more than most looks."""
    used: list[Watch] = []

    def shown(path: str, **options: Any) -> Page:
        key = repr(sorted(({"viewport": DESKTOP} | options).items()))
        if key not in kept_pages:
            context = new_context(chromium, site, options)
            watch = Watch(context, site.url)
            kept_pages[key] = (context.new_page(), watch)
        page, watch = kept_pages[key]
        used.append(watch)
        page.context.clear_cookies()
        page.set_viewport_size(options.get("viewport", DESKTOP))
        page.goto(path)
        return page

    yield shown
    faults = [fault for watch in used for fault in watch.faults]
    for watch in used:
        watch.faults.clear()
    assert faults == []


@pytest.fixture
def reader(open_page: Opener) -> Page:
    return open_page()


def log_in(page: Page) -> None:
    mail, password = ADMIN
    page.goto("/admin/login/")
    page.locator("[name=username]").fill(mail)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/admin/")


@pytest.fixture(scope="module")
def logged_in(chromium: Browser, site: Served) -> Any:
    """The cookies of somebody who has logged in once for all tests of a module."""
    with new_context(chromium, site, {}) as context:
        log_in(context.new_page())
        return context.storage_state()


@pytest.fixture
def editor(open_page: Opener, logged_in: Any) -> Page:
    """An empty page of an administrator who is logged in."""
    return open_page(storage_state=logged_in)
