"""JSON, CSV and Atom: their shapes, and that no text can break them."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.models import PageViewRestriction

from casestudies.models import CaseStudyIndexPage
from casestudies.rows import (
    CaseStudyOrganisation,
    Contract,
    Cost,
    Milestone,
    Outcome,
    PeopleCount,
    Period,
    RelatedLink,
    Source,
)
from search.embedded.engine import EmbeddedEngine
from search.facets import DIMENSIONS
from taxonomy.models import Facet
from tests.factories import (
    OrganisationFactory,
    case_study,
    contract,
    contract_index,
    note,
    practice_index,
    term,
)
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
    facets["organisation_name"] = [page.organisations.get().organisation.slug]
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


FACTS = [
    *("id", "kind", "title", "url", "summary", "date", "organisations"),
    *(name for name in DIMENSIONS if name not in ("kind", "cost", "people", "place")),
    *("roles", "place", "period", "started", "ended", "status", "service", "version", "cost", "cost_in_pounds"),
    *("cost_up_to", "people", "people_reached", "people_up_to", "contracts", "timeline"),
    *("outcomes", "evidence_note", "law_as_at", "source", "source_location", "links", "licence", "link"),
]


def test_the_csv_has_every_fact_of_a_case_study(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(
        listing,
        "Walnut",
        place="Norfolk",
        periods=[Period(start=date(2005, 4, 1), end=date(2008, 3, 31), note="two contracts")],
        status=term(Facet.STATUS, "established"),
        costs=[
            Cost(kind="saving", amount=5, source="the same"),
            Cost(kind="year", amount=Decimal("120000.50"), amount_to=200_000, source="contract register, 2007"),
        ],
        people=[PeopleCount(kind="staff", number=4), PeopleCount(kind="reached", number=388, unit="young people")],
        milestones=[Milestone(date=date(2005, 4, 1), text="It began.")],
        links=[RelatedLink(title="More", url="https://www.example.org/more")],
        evidence_note="=Counted before and after",
        contact_name="Somebody who was asked",
        sources=[Source(citation="Annual review,\nSt Giles Trust, 2007", url="https://www.example.org/report.pdf")],
        licence="ogl-3.0",
    )
    page.outcomes = [
        Outcome(
            measure="Reconviction",
            before="58",
            after="41",
            unit="per cent",
            date=date(2007, 3, 31),
            source="own records",
            verification="self",
        ),
        Outcome(measure="Homes found", after="12"),
    ]
    council = OrganisationFactory(name="Norfolk County Council")
    grant = {"contract_form": term(Facet.CONTRACT, "grant"), "commissioner": council, "start": date(2005, 5, 1)}
    page.contracts = [Contract(value=1000, reference="ocds-1", **grant)]
    page.organisations.add(CaseStudyOrganisation(organisation=council, role=term(Facet.ROLE, "commissioner")))
    page.save()
    provider = page.organisations.first().organisation.name
    for address in ("/search/?format=csv", "/case-studies/?format=csv&q=walnut"):
        (row,) = rows(client, address)
        assert list(row) == FACTS
        assert {name: row[name] for name in FACTS[FACTS.index("roles") :] if row[name]} == {
            "roles": f"Commissioner: Norfolk County Council; Provider: {provider}",
            "place": "Norfolk",
            "period": "April 2005 to March 2008; two contracts",
            "started": "2005-04-01",
            "ended": "2008-03-31",
            "status": "Established",
            "cost": "£5 saved (the same); £120,000.50 to £200,000 a year (contract register, 2007)",
            "cost_in_pounds": "120000.50",
            "cost_up_to": "200000.00",
            "people": "4 staff; 388 young people reached",
            "people_reached": "388",
            "contracts": "Grant, bought by Norfolk County Council, from May 2005, £1,000, reference ocds-1",
            "timeline": "April 2005: It began.",
            "outcomes": "Reconviction (before: 58, after: 41, unit: per cent, measured: March 2007, source: own records,"
            " who says so: reported by the provider itself); Homes found (after: 12)",
            "evidence_note": "'=Counted before and after",
            "source": "Annual review, St Giles Trust, 2007",
            "source_location": "https://www.example.org/report.pdf",
            "links": "More: https://www.example.org/more",
            "licence": "Open Government Licence 3.0",
        }
        assert "Somebody who was asked" not in row.values()


def test_the_csv_has_the_facts_of_notes_and_contracts(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    notes = practice_index(listing.get_parent())
    note(notes, "Walnut", source_address="at www.example.org", law="<p>Law</p>", law_as_at=date(2007, 12, 1))
    contract(contract_index(notes), "Pecan", version="2.1", link="https://www.example.org/", source="A report")
    facts = {
        row["kind"]: {name: text for name, text in row.items() if text} for row in rows(client, "/search/?format=csv")
    }
    assert facts["practice-note"]["source_location"] == "at www.example.org"
    assert facts["practice-note"]["law_as_at"] == "2007-12-01"
    told = {name: facts["template-contract"][name] for name in ("status", "service", "version", "source", "link")}
    assert told == {
        "status": "Reported complete; we link to a copy",
        "service": "Fostering",
        "version": "2.1",
        "source": "A report",
        "link": "https://www.example.org/",
    }


def test_the_csv_tells_nothing_of_a_page_that_is_private_now(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Walnut", place="Norfolk")
    assert rows(client, "/search/?format=csv")[0]["place"] == "Norfolk"
    # The index has not heard of it.
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page, restriction_type="login")])
    cache.clear()
    assert [row["place"] for row in rows(client, "/search/?format=csv")] == [""]


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
