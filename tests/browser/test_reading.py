"""Small and enlarged screens, focus, print, and what people set their system to."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Opener, Shower
from tests.browser.places import ADDRESSES, LOCKED, SLUG

pytestmark = pytest.mark.browser
PLACES = ADDRESSES | LOCKED
PHONE = {"width": 320, "height": 640}
# 1280 x 1024 at 400 per cent, as WCAG 1.4.10 reckons.
ENLARGED = {"width": 320, "height": 256}
# Names of what a reader can act on whose box leaves the screen sideways; wide tables may scroll by themselves.
OUTSIDE = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
  .filter(element => !element.closest(".scroll, .skip-link, details:not([open]) > :not(summary)"))
  .filter(element => !element.closest("#filters:not(:target), .to-filters:has(+ .rail > :target), .close-filters"))
  .filter(element => { const box = element.getBoundingClientRect();
    return box.width === 0 || box.left < 0 || box.right > document.documentElement.clientWidth; })
  .map(element => element.outerHTML.slice(0, 120))"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUS = """() => { const element = document.activeElement, style = getComputedStyle(element),
    box = element.getBoundingClientRect();
  return element === document.body ? null : {
    name: element.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth}; }"""
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""

every_address = pytest.mark.parametrize("path", PLACES.values(), ids=PLACES.keys())


def words(page: Page) -> set[str]:
    """Every word that can be seen, those behind the link to the filters too."""
    link = page.locator(".to-filters a")
    said = set(re.findall(r"\w+", page.locator("body").inner_text()))
    if link.count() and link.is_visible():
        link.click()
        said |= set(re.findall(r"\w+", page.locator("body").inner_text()))
        page.locator(".close-filters a").click()
    return said


@every_address
def test_nothing_is_lost_or_cut_on_a_small_or_enlarged_screen(show: Shower, path: str) -> None:
    reader = show(path)
    said = words(reader)
    for size in (PHONE, ENLARGED):
        reader.set_viewport_size(size)  # type: ignore[arg-type]
        assert reader.evaluate(OVERFLOW) <= 0
        assert reader.evaluate(OUTSIDE) == []
        assert said <= words(reader)
        if reader.locator("#filters").count():
            reader.goto(f"{path}#filters")
            assert reader.locator(".facet summary").first.is_visible()
            assert reader.evaluate(OVERFLOW) <= 0
            assert reader.evaluate(OUTSIDE) == []
            reader.goto(f"{path}#total")
    # The caption of a table stays beside what is scrolled sideways, not in front of it.
    assert reader.locator("body *:not(.table-region caption)").evaluate_all(
        "all => all.every(one => !['fixed', 'sticky'].includes(getComputedStyle(one).position))"
    ), "nothing stays in front of the text"


@every_address
def test_wider_spacing_of_text_cuts_nothing(show: Shower, path: str) -> None:
    # WCAG 1.4.12; a reader's own style is not bound by the page's policy.
    page = show(path, viewport=PHONE, bypass_csp=True)
    page.add_style_tag(content=SPACING)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(OUTSIDE) == []


@every_address
def test_focus_is_seen_at_every_stop(show: Shower, path: str) -> None:
    page = show(path)
    stops: list[dict[str, Any]] = []
    while len(stops) < 300:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or (stops and stop["name"] == stops[0]["name"]):
            break
        stops.append(stop)
    assert len(stops) > 5
    assert [stop for stop in stops if not (stop["outlined"] and stop["seen"])] == []


def test_print_has_the_facts_and_the_citation_and_no_navigation(reader: Page) -> None:
    reader.goto(f"/case-studies/{SLUG}/")
    reader.emulate_media(media="print")
    for shown in ("dl.key-facts", ".citation", "h1", ".outcomes", "#did-not-work, .did-not-work"):
        expect(reader.locator(shown).first).to_be_visible()
    for hidden in ("nav", ".site-footer", ".skip-link"):
        for place in reader.locator(hidden).all():
            expect(place).to_be_hidden()
    assert reader.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert reader.pdf().startswith(b"%PDF")
    reader.goto("/search/?q=charity")
    expect(reader.locator("ol.results")).to_be_visible()
    expect(reader.locator("form.filters")).to_be_hidden()


def test_print_is_black_on_white_in_the_dark_too(open_page: Opener) -> None:
    page = open_page(color_scheme="dark")
    page.goto("/case-studies/break/")
    page.emulate_media(media="print", color_scheme="dark")
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    for place in ("h1", ".story p", ".key-facts dd", ".key-facts dt"):
        ink, paper = page.locator(place).first.evaluate(colours)
        assert paper == "rgb(255, 255, 255)"
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 100, (place, ink)


def test_reduced_motion_moves_nothing(open_page: Opener) -> None:
    page = open_page(reduced_motion="reduce")
    for path in ADDRESSES.values():
        page.goto(path)
        lasting = page.locator("body *").evaluate_all(
            "all => all.filter(one => { const style = getComputedStyle(one);"
            " return style.transitionDuration !== '0s' || style.animationName !== 'none'; }).length"
        )
        assert lasting == 0


def test_forced_colours_keep_controls_and_focus_visible(open_page: Opener) -> None:
    page = open_page(forced_colors="active")
    for path in ADDRESSES.values():
        page.goto(path)
        for button in page.locator("button").all():
            assert button.evaluate("one => getComputedStyle(one).borderTopStyle") != "none"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)["outlined"]


def test_the_colour_schemes_differ(open_page: Opener) -> None:
    papers = set()
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme, viewport=DESKTOP)
        page.goto("/")
        papers.add(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2
