"""JSON, CSV and Atom: their shapes, and that no text can break them."""

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from search.facets import DIMENSIONS
from tests.factories import OrganisationFactory, case_study, term
from tests.search.corpus import entry

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    'a,b;"c"',
    "<b>bold</b> & ]]>",
    "bell \x07 \ufffe end",  # a NUL no database of ours but SQLite would take: forms refuse it
    "Łódź 🎉 عربى",
]


@pytest.fixture
def nasty(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> list[int]:
    organisation = OrganisationFactory(name="=HYPERLINK(0)")
    return [
        case_study(
            listing,
            title,
            slug=f"page-{number}",
            summary=f"{title} walnut",
            organisation=organisation,
            tags=(f"=tag{number}",),
        ).pk
        for number, title in enumerate(NASTY)
    ]


def test_json_has_the_shape_of_the_contract(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    page = case_study(
        listing,
        "Walnut <b>&",
        themes=("consortia",),
        tags=("One tag",),
        result=term("result", "mixed"),  # type: ignore[arg-type]
        evidence="3",
    )
    body: dict[str, Any] = client.get("/search/?q=walnut&theme=consortia&year_from=2000&format=json").json()
    assert set(body) == {
        *("query", "total", "exact", "page", "pages", "took_ms", "suggestion", "results", "facets", "relax", "engine")
    }
    assert body["query"] == {name: [] for name in DIMENSIONS} | {
        "q": "walnut",
        "theme": ["consortia"],
        "year_from": 2000,
        "year_to": None,
        "sort": "relevance",
        "page": 1,
    }
    assert [body[name] for name in ("total", "exact", "page", "pages", "suggestion", "relax", "engine")] == [
        *(1, 1, 1, 1, None, [], "embedded")
    ]
    assert isinstance(body["took_ms"], float)
    facets: dict[str, list[str]] = {name: [] for name in DIMENSIONS}
    facets |= {"kind": ["case-study"], "area": ["advice", "group"], "theme": ["consortia"], "evidence": ["3"]}
    facets |= {"result": ["mixed"], "tag": ["one-tag"], "organisation": ["charity"], "year": ["2007"]}
    hit = body["results"][0]
    assert hit.pop("snippet") == "<mark>Walnut</mark> &lt;b&gt;&amp;: a summary."
    assert hit == {
        "id": page.pk,
        "kind": "case-study",
        "title": "Walnut <b>&",
        "url": "/case-studies/walnut-b/",
        "summary": "Walnut <b>&: a summary.",
        "date": "2007-12-01",
        "facets": facets,
    }
    assert set(body["facets"]) == {*DIMENSIONS, "year"}
    assert body["facets"]["theme"] == [{"value": "consortia", "label": "Consortia", "count": 1, "selected": True}]
    assert body["facets"]["region"] == []
    empty = client.get("/search/?q=pecan&theme=consortia&format=json").json()
    assert empty["relax"] == [{"param": "theme", "value": "consortia", "total": 0}]
    similar = client.get(f"/search/similar/{page.pk}?format=json").json()
    assert set(similar) == set(body)
    assert (similar["results"], similar["total"]) == ([], 0)
    other = case_study(listing, "Hazelnut", themes=("consortia",), regions=("wales",))
    index.sync()
    similar = client.get(f"/search/similar/{page.pk}?format=json").json()
    assert [row["id"] for row in similar["results"]] == [other.pk]
    assert [similar[name] for name in ("total", "exact", "page", "pages", "engine")] == [1, 1, 1, 1, "embedded"]
    assert set(similar["facets"]) == {*DIMENSIONS, "year"}
    assert similar["facets"]["region"] == [{"value": "wales", "label": "Wales", "count": 1, "selected": False}]


def rows(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response["Content-Disposition"] == 'attachment; filename="search.csv"'
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_no_cell_of_the_csv_is_a_formula(nasty: list[int], client: Client) -> None:
    found = rows(client, "/search/?format=csv")
    assert len(found) == len(NASTY)
    for row in found:
        assert None not in row  # no cell too many
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f]", cell)
        assert row["organisations"] == "'=HYPERLINK(0)"
        assert row["tag"].startswith("'=tag")
        assert row["url"].startswith("http://testserver/case-studies/")
    assert {row["title"] for row in found} >= {"'=1+1", "'+1", "'-1", "'@SUM(A1)", NASTY[4], NASTY[5]}


def test_the_feed_is_xml_whatever_the_text(nasty: list[int], client: Client) -> None:
    for address in ("/feed/", "/search/?format=atom", "/search/?format=atom&q=%EF%BF%BE%1b+walnut+%3Cb%3E%26"):
        response = client.get(address)
        feed = ET.fromstring(response.content)  # noqa: S314 (our own)
        assert feed.tag == f"{ATOM}feed"
        entries = feed.findall(f"{ATOM}entry")
        assert len(entries) == len(NASTY)
        titles = {item.findtext(f"{ATOM}title") for item in entries}
        assert titles >= {"<b>bold</b> & ]]>", "Łódź 🎉 عربى", "=1+1"}
        for name in ("id", "title", "updated"):
            assert feed.findtext(f"{ATOM}{name}")
            assert all(item.findtext(f"{ATOM}{name}") for item in entries)
        # The summary is HTML.
        assert not any("<b>" in (item.findtext(f"{ATOM}summary") or "") for item in entries)


def test_files_hold_everything_in_the_order_of_the_page_up_to_a_thousand(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    entries = [entry(number, f"Walnut {number % 7}", body="nut " * (1 + number % 5)) for number in range(1, 1201)]
    index.store.write(dict.fromkeys(range(1, 1201), 10**6), entries)
    for asked in ("q=walnut+nut", "sort=title"):
        paged = [
            hit["id"]
            for page in range(1, 101)
            for hit in client.get(f"/search/?{asked}&page={page}&format=json").json()["results"]
        ]
        assert len(set(paged)) == 1000
        # The page that the address names is of no matter to a file.
        assert [int(row["id"]) for row in rows(client, f"/search/?{asked}&page=3&format=csv")] == paged
        feed = ET.fromstring(client.get(f"/search/?{asked}&page=3&format=atom").content)  # noqa: S314
        links = [str(link.get("href")) for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
        assert links == [f"http://testserver/{page}/" for page in paged]
