"""The filters beside a long list: their largest values, all of them on request, and what the order is called."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from search.facets import FacetCount
from search.presentation import MOST, largest
from tests.factories import case_study

THEMES = [f"theme-{number:02}" for number in range(14)]
FEWEST = THEMES[:4]  # each of the others has two pages


def value(slug: str, count: int, *, selected: bool = False, level: int = 0) -> FacetCount:
    return FacetCount(slug, slug, count, selected, level)


def slugs(values: tuple[FacetCount, ...]) -> str:
    return " ".join(one.value for one in values)


def test_the_largest_are_shown_in_the_order_of_the_vocabulary() -> None:
    few = tuple(value(str(number), number) for number in range(MOST))
    assert largest(few) == few
    assert slugs(largest((*few, value("more", 5)))) == "1 2 3 4 5 6 7 8 9 more"
    alike = tuple(value(str(number), 1) for number in range(12))
    assert slugs(largest(alike)) == "0 1 2 3 4 5 6 7 8 9"


def test_what_is_chosen_is_always_shown_below_its_group() -> None:
    many = tuple(value(str(number), 9) for number in range(MOST))
    chosen = value("chosen", 0, selected=True, level=1)
    shown = largest((*many, value("group", 1), value("beside", 1, level=1), chosen))
    assert shown == (*many, value("group", 1), chosen)


@pytest.fixture
def themes(db: None, listing: CaseStudyIndexPage, index: EmbeddedEngine) -> None:
    case_study(listing, "Walnut", themes=tuple(THEMES))
    case_study(listing, "Hazelnut", themes=tuple(THEMES[4:]))


def facet(client: Client, address: str) -> tuple[list[str], dict[str, str], dict[str, str] | None]:
    """The themes that a page shows, its hidden fields within them, and what the link below them asks for."""
    held = client.get(address).content.decode().split('<fieldset data-facet="theme">')[1].split("</fieldset>")[0]
    held = " ".join(held.split())
    boxes = re.findall(r'<input type="checkbox" id="theme-[^"]*" name="theme" value="([^"]*)"', held)
    assert held.count("data-count=") == held.count('type="checkbox"') == len(boxes)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', held))
    links = [unescape(url) for url in re.findall(r'<a [^>]*href="([^"]*)"', held)]
    assert all(urlsplit(url).fragment == "facet-theme" for url in links)
    return boxes, hidden, dict(parse_qsl(urlsplit(links[0]).query)) if links else None


def test_a_long_filter_shows_ten_and_a_link_to_all(themes: None, client: Client) -> None:
    shown, hidden, link = facet(client, "/case-studies/?q=walnut&year_from=2001&region=unknown&sort=title")
    assert (shown, hidden) == (THEMES[:10], {}), "all are as large here, so the first come first"
    assert link == {"q": "walnut", "year_from": "2001", "sort": "title", "all": "theme"}
    shown, _, _ = facet(client, "/search/")
    assert shown == THEMES[4:]
    shown, _, link = facet(client, f"/search/?theme={THEMES[0]}&theme={THEMES[1]}")
    assert shown == [*THEMES[:2], *THEMES[4:]]
    body = client.get("/search/?format=json").json()
    assert [row["value"] for row in body["facets"]["theme"]] == THEMES


def test_all_are_shown_on_request_and_stay(themes: None, client: Client) -> None:
    shown, hidden, link = facet(client, "/search/?q=walnut&all=theme&all=area&all=unknown")
    assert (shown, hidden) == (THEMES, {"all": "theme"})
    assert link == {"q": "walnut", "all": "area"}
    # It is not part of the question.
    body = client.get("/search/?q=walnut&all=theme&format=json").json()
    assert "all" not in body["query"]


def test_a_short_filter_has_no_link(themes: None, client: Client) -> None:
    assert 'id="switch-area"' not in client.get("/search/?all=area").content.decode()


def orders(client: Client, address: str) -> tuple[list[str], str]:
    """The orders that a page offers, and the one in use."""
    select = re.search(r'<select id="sort".*?</select>', client.get(address).content.decode(), re.DOTALL)
    assert select
    labels = re.findall(r"<option[^>]*>(.*?)</option>", select[0])
    (chosen,) = re.findall(r"<option selected[^>]*>(.*?)</option>", select[0])
    return labels, chosen


def test_the_order_says_newest_where_there_are_no_words(themes: None, client: Client) -> None:
    both, three = ["Newest first", "Title, A to Z"], ["Relevance", "Newest first", "Title, A to Z"]
    assert orders(client, "/search/") == (both, "Newest first")
    assert orders(client, "/case-studies/?region=unknown&sort=newest") == (both, "Newest first")
    assert orders(client, "/search/?sort=title") == (both, "Title, A to Z")
    assert orders(client, "/search/?q=-pecan") == (both, "Newest first"), "nothing to rank by"
    assert orders(client, "/search/?q=summary") == (three, "Relevance")
    assert orders(client, "/search/?q=summary&sort=newest") == (three, "Newest first")


def test_a_feed_is_something_to_follow(themes: None, client: Client) -> None:
    html = client.get("/search/?q=summary&page=1").content.decode()
    assert (
        '<a href="/search/?q=summary&amp;format=atom" type="application/atom+xml" rel="nofollow">Follow these' in html
    )
    assert "Atom" not in re.sub(r"<[^>]*>", "", html)
