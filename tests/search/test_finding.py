"""What helps to find: suggestions, spelling, words alone, OpenSearch, the log of slow searches."""

import logging
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wagtail.models import Site

from casestudies.models import CaseStudyIndexPage
from search import presentation
from search.answers import Answer
from search.embedded.engine import EmbeddedEngine
from search.facets import vocabulary
from search.query import Query
from search.results import Results
from tests.factories import case_study

pytestmark = pytest.mark.django_db
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def nuts(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> list[int]:
    names = ("Walnut", "Hazelnut", "Walnut tree")
    pages = [case_study(listing, f"{name} orchard", regions=("wales",)).pk for name in names]
    index.sync()
    return pages


def test_suggestions_have_the_shape_of_the_contract(nuts: list[int], client: Client) -> None:
    response = client.get("/search/suggest", {"q": "waln"})
    assert response.json() == {
        "suggestions": [
            {"text": "Walnut orchard", "url": "/case-studies/walnut-orchard/", "kind": "case-study"},
            {"text": "Walnut tree orchard", "url": "/case-studies/walnut-tree-orchard/", "kind": "case-study"},
        ]
    }
    assert response["Cache-Control"] == "private, max-age=60"
    assert client.get("/search/suggest").json() == {"suggestions": []}


def test_there_are_at_most_eight_suggestions(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    for number in range(10):
        case_study(listing, f"Walnut {number}")
    index.sync()
    assert len(client.get("/search/suggest?q=walnut").json()["suggestions"]) == 8


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80), form=st.sampled_from(["", "opensearch", "\0"]))
@example(text='"', form="")
@example(text="*" * 4000, form="opensearch")
@example(text="a" * 5000, form="")
@example(text="\ud800wal", form="opensearch")
@example(text="wal\0nut AND NEAR(", form="")
def test_any_beginning_is_answered(nuts: list[int], client: Client, text: str, form: str) -> None:
    raw = f"q={quote(text.encode(errors='surrogatepass'))}&format={quote(form)}"
    response = client.generic("GET", "/search/suggest", QUERY_STRING=raw)
    assert response.status_code == 200
    assert not response.cookies
    body = response.json()
    assert len(body[1] if form == "opensearch" else body["suggestions"]) <= 8


def test_without_an_index_nothing_is_suggested(listing: CaseStudyIndexPage, client: Client) -> None:
    assert client.get("/search/suggest?q=walnut").json() == {"suggestions": []}
    assert client.get("/search/opensearch.xml").status_code == 200


def test_browsers_read_the_suggestions_too(nuts: list[int], client: Client) -> None:
    response = client.get("/search/suggest", {"q": "hazel", "format": "opensearch"})
    assert response["Content-Type"] == "application/x-suggestions+json"
    assert response.json() == [
        "hazel",
        ["Hazelnut orchard"],
        ["case-study"],
        ["http://testserver/case-studies/hazelnut-orchard/"],
    ]


@pytest.mark.parametrize("name", ["Common Practice", "A <very> & long name of a site", "Bell \x07 \ufffe", ""])
def test_opensearch_describes_the_search(nuts: list[int], client: Client, name: str) -> None:
    Site.objects.update(site_name=name)
    Site.clear_site_root_paths_cache()
    response = client.get("/search/opensearch.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    document = ET.fromstring(response.content)  # noqa: S314 (our own)
    assert document.tag == f"{OPENSEARCH}OpenSearchDescription"
    short = document.findtext(f"{OPENSEARCH}ShortName") or ""
    assert 0 < len(short) <= 16
    urls = {str(url.get("type")): str(url.get("template")) for url in document.findall(f"{OPENSEARCH}Url")}
    for template in urls.values():
        assert client.get(template.replace("{searchTerms}", "walnut")).status_code == 200
    assert set(urls) == {"text/html", "application/atom+xml", "application/x-suggestions+json"}
    assert b'href="/search/opensearch.xml"' in client.get("/").content


def test_nothing_found_names_the_words_that_find_something(nuts: list[int], client: Client) -> None:
    html = client.get("/search/", {"q": '"the walnut hazelnut" zzyzx'}).content.decode()
    assert 'data-total="0"' in html
    assert '<a href="/search/?q=walnut">walnut</a> – 2 results' in html
    assert '<a href="/search/?q=hazelnut">hazelnut</a> – 1 result<' in html
    assert "q=zzyzx" not in html.split("find something by themselves")[1].split("</ul>")[0]
    assert "q=the" not in html
    assert "find something by themselves" not in client.get("/search/", {"q": "zzyzx"}).content.decode()


def test_nothing_found_says_the_same_thing_once(nuts: list[int], client: Client) -> None:
    html = client.get("/search/", {"q": "hazelnut", "kind": "bulletin"}).content.decode()
    assert 'data-total="0"' in html
    assert "without Kind" in html
    assert "find something by themselves" not in html


def test_a_word_is_named_whatever_it_holds(nuts: list[int], client: Client) -> None:
    html = client.get("/search/", {"q": '"walnut <script>alert(1)</script>"'}).content.decode()
    assert "<script>alert" not in html


def test_a_suggestion_of_spelling_keeps_filters_and_goes_to_the_first_page() -> None:
    asked = Query("wallnut", {"region": ("wales",)}, page=3)
    context = presentation.page("/search/", Answer(asked, Results(suggestion="walnut"), vocabulary()))
    assert context["did_you_mean"] == "/search/?q=walnut&region=wales"


def test_the_line_stands_where_some_of_the_words_begin_on_every_page(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    for number in range(3):
        case_study(listing, f"Walnut pecan {number}")
    for number in range(12):
        case_study(listing, f"Walnut {number:02}")
    first, second = (client.get(f"/search/?q=walnut+pecan&page={page}").content.decode() for page in (1, 2))
    for html in (first, second):
        assert html.count("3 pages have all your words; these have some of them.") == 1
    assert first.index("Pecan".lower()) < first.index("3 pages have all")
    body = client.get("/search/?q=walnut+pecan&page=2&format=json").json()
    assert (body["exact"], body["total"]) == (3, 15)


def test_a_slow_search_is_logged_and_only_its_question(
    nuts: list[int], client: Client, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SEARCH_SLOW_MS = -1
    with caplog.at_level(logging.WARNING, logger="search.slow_log"):
        client.get("/search/", {"q": "walnut\nforged " + "x" * 400, "region": "wales", "mail": "reader@example.com"})
        client.get("/search/suggest", {"q": "waln"})
        client.get(f"/search/similar/{nuts[0]}")
    lines = [record.getMessage() for record in caplog.records if record.name == "search.slow_log"]
    assert len(lines) == 3
    assert "q=walnut\\nforged" in lines[0]
    assert "\n" not in lines[0]
    assert len(lines[0]) < 160
    assert "reader@" not in lines[0]
    settings.SEARCH_SLOW_MS = 60_000
    caplog.clear()
    client.get("/search/", {"q": "walnut"})
    assert not [record for record in caplog.records if record.name == "search.slow_log"]
