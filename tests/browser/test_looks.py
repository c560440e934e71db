"""What people saw when they looked at the pages: on paper, in colours of the reader's own, and where lines break."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.places import SLUG

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 640}
COLOURS = "one => { const style = getComputedStyle(one); return [style.color, style.backgroundColor]; }"
BLACK = "rgb(0, 0, 0)"
# Words that the end of a line cuts in two.
BROKEN = """one => { const words = [], range = document.createRange(), nodes = document.createTreeWalker(one, 4);
  while (nodes.nextNode()) for (const word of nodes.currentNode.data.matchAll(/[^\\s-]+/g)) {
    range.setStart(nodes.currentNode, word.index);
    range.setEnd(nodes.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) words.push(word[0]); }
  return words; }"""


def sizes(page: Page, *places: str) -> list[float]:
    look = "one => parseFloat(getComputedStyle(one).fontSize)"
    return [page.locator(place).first.evaluate(look) for place in places]


def test_the_facts_stand_on_the_first_sheet(reader: Page) -> None:
    # They were kept whole, so they began on the second sheet and most of the first was empty.
    reader.goto("/case-studies/disc-lancashire/")
    assert len(re.findall(rb"/Type\s*/Page\b", reader.pdf(format="A4"))) == 2


def test_paper_says_the_level_and_the_hits_without_backgrounds(reader: Page) -> None:
    reader.emulate_media(media="print")
    reader.goto(f"/case-studies/{SLUG}/")
    for step in reader.locator(".step.filled").all():
        assert step.evaluate(COLOURS)[0] == BLACK
    facts, story = sizes(reader, ".key-facts dd", ".story p")
    assert facts < story
    assert reader.locator(".story details:not([open]) summary").first.is_hidden()
    reader.goto("/search/?q=charity")
    assert reader.locator(".snippet mark").first.evaluate("one => getComputedStyle(one).fontWeight") == "700"
    for name in reader.locator(".kind-practice-note").all():
        assert name.evaluate(COLOURS)[0] == BLACK


def test_paper_says_what_was_searched_for(reader: Page) -> None:
    reader.emulate_media(media="print")
    reader.goto("/search/?q=charity")
    assert reader.get_by_label("Describe the service or the problem").is_visible()
    assert reader.get_by_role("button", name="Search").is_hidden()
    for without_words in ("/search/", "/case-studies/", "/"):
        reader.goto(without_words)
        assert reader.locator(".search-box").first.is_hidden()


def test_forced_colours_show_where_one_is(open_page: Opener) -> None:
    # Borders that are transparent elsewhere are drawn there, so every place looked like the current one.
    page = open_page(forced_colors="active")
    page.goto("/regions/")
    border = "one => getComputedStyle(one).borderBottomColor"
    ways = page.locator(".ways a:not([aria-current])").evaluate_all(f"all => all.map({border})")
    assert page.locator(".ways [aria-current]").evaluate(border) not in ways
    page.goto("/about/")
    others = page.locator(".menu a:not([aria-current])").evaluate_all(f"all => all.map({border})")
    assert page.locator(".menu [aria-current]").evaluate(border) not in others


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_the_names_on_the_map_readable(open_page: Opener, scheme: str) -> None:
    page = open_page(forced_colors="active", color_scheme=scheme)
    page.goto("/regions/")
    paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    fills = "all => all.map(one => getComputedStyle(one).fill)"
    tiles = page.locator(".region-map rect").evaluate_all(fills)
    names = page.locator(".region-map text").evaluate_all(fills)
    assert len(tiles) == len(names) == 12
    for pair in zip(tiles, names, strict=True):
        assert paper in pair, "one of them is the paper's colour, the other the text's"
        assert len(set(pair)) == 2


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("/service-areas/childcare/", ".empty a, .breadcrumbs a"),
        ("/search/?q=gangs&region=east-of-england", ".empty a"),
        (f"/case-studies/{SLUG}/ask/", ".breadcrumbs a"),
        ("/practice/social-clauses/", ".breadcrumbs a"),
    ],
)
def test_links_in_sentences_break_as_words_do(open_page: Opener, path: str, places: str) -> None:
    # As boxes they left a full stop, a stroke or the bullet alone on a line.
    page = open_page(viewport=PHONE)
    page.goto(path)
    shown = page.locator(places).evaluate_all("all => all.map(one => getComputedStyle(one).display)")
    assert set(shown) == {"inline"}


def test_short_words_in_tables_stay_whole_on_a_phone(open_page: Opener) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/practice/social-clauses/")
    assert page.locator(".pilots").first.evaluate(BROKEN) == []


def test_what_one_may_copy_is_seen_whole_on_a_phone(open_page: Opener) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/case-studies/disc-lancashire/")
    for field in page.locator(".copyable textarea").all():
        assert field.evaluate("one => one.scrollHeight - one.clientHeight") <= 1


def test_headings_below_another_are_smaller(reader: Page) -> None:
    reader.goto("/service-areas/respite/")
    above, below = sizes(reader, ".facts h2", ".facts h3")
    assert below < above


def test_regions_with_and_without_examples_stand_alike(reader: Page) -> None:
    reader.goto("/regions/")
    heights = reader.locator(".entries li").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert max(heights) - min(heights) <= 2


def luminance(colour: str) -> float:
    channels = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_search_field_of_the_home_page_stands_out(open_page: Opener, scheme: str) -> None:
    # WCAG 1.4.11: its surface or its line against the band.
    page = open_page(color_scheme=scheme)
    page.goto("/")
    look = "one => { const style = getComputedStyle(one); return [style.backgroundColor, style.borderTopColor]; }"
    band = page.locator(".band").evaluate(COLOURS)[1]
    surface, line = page.locator(".band .search-row").evaluate(look)
    shown = line if not line.endswith(", 0)") else surface
    assert contrast(shown, band) >= 3


@pytest.mark.parametrize(("path", "width"), [("/search/", 1280), ("/search/#filters", 320)])
def test_the_button_below_the_filters_is_in_sight_and_hides_nothing(open_page: Opener, path: str, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 640})
    page.goto(path)
    assert page.locator(".filters").evaluate("one => one.getBoundingClientRect().height") > 640
    button = page.locator(".apply")
    bottom = "one => one.getBoundingClientRect().bottom"
    assert button.evaluate(bottom) <= 640
    for box in page.locator("details[open] > [data-facet] input[type=checkbox]").all():
        box.focus()
        assert box.evaluate(bottom) <= button.evaluate("one => one.getBoundingClientRect().top")


# Dots that are seen where a line begins or ends.
STRAY = """all => all.flatMap(line => [...line.children].filter(fact => {
  const dot = getComputedStyle(fact, "::before"), left = fact.getBoundingClientRect().left;
  if (getComputedStyle(fact, "::after").content.includes("·")) return true;
  const begins = left - line.getBoundingClientRect().left < 1;
  const cut = getComputedStyle(line).overflowX === "hidden" && parseFloat(dot.left) + parseFloat(dot.width) <= 0;
  return dot.content.includes("·") && begins && !cut;
})).map(fact => fact.textContent)"""


@pytest.mark.parametrize("path", ["/search/?q=charity", f"/case-studies/{SLUG}/", "/service-areas/respite/", "/"])
def test_no_dot_stands_where_a_line_begins_or_ends(reader: Page, path: str) -> None:
    reader.goto(path)
    for width in (390, 320):
        reader.set_viewport_size({"width": width, "height": 640})
        lines = reader.locator(".fact-line")
        assert lines.count()
        assert lines.evaluate_all(STRAY) == []
        assert lines.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).length") == 0


def test_the_foot_of_a_short_page_stays_at_the_bottom_of_the_window(reader: Page) -> None:
    reader.goto("/nowhere/")
    window, foot = reader.evaluate(
        "() => [innerHeight, document.querySelector('.site-footer').getBoundingClientRect().bottom]"
    )
    assert foot >= window


def test_no_text_stands_in_a_face_that_is_not_fetched(reader: Page) -> None:
    # The regular weight came too late on most first visits: what asked for it stood in a serif of the reader's own.
    reader.goto(f"/case-studies/{SLUG}/")
    light = """() => [...document.querySelectorAll("main *")].filter(one => {
      const style = getComputedStyle(one);
      return style.fontFamily.includes("Practice Serif") && style.fontWeight !== "600" && one.innerText?.trim();
    }).map(one => one.className)"""
    assert reader.evaluate(light) == []
    assert "Practice Serif" not in reader.locator(".standfirst").evaluate("one => getComputedStyle(one).fontFamily")
