"""The search's addresses: whatever is asked, a designed answer."""

from urllib.parse import quote, quote_from_bytes

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from search.facets import DIMENSIONS
from tests.factories import case_study

pytestmark = pytest.mark.django_db
TYPES = {"html": "text/html", "json": "application/json", "csv": "text/csv", "atom": "application/atom+xml"}
PATHS = ("/search/", "/case-studies/")


@pytest.fixture
def dozen(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> list[int]:
    regions = ("north-west", "wales")
    return [
        case_study(listing, f"Walnut {number:02}", regions=(regions[number % 2],), themes=("consortia",)).pk
        for number in range(12)
    ]


NAMES = st.sampled_from([*DIMENSIONS, *("q", "year_from", "year_to", "sort", "page", "x", "", "%00")])
VALUES = st.one_of(
    st.text(max_size=60).map(lambda text: quote(text.encode(errors="surrogatepass"))),
    st.binary(max_size=20).map(quote_from_bytes),
    st.sampled_from(
        ["%", "%00", "%zz", "%ff%fe", "%ed%a0%80", "9" * 5000, "-1", "0", "a" * 4000, "%22", "walnut", "wal*"]
    ),
    st.sampled_from(
        ["advice", "consortia", "wales", "case-study", "title", "newest", "2007", "walnut+-00", "+", "&&", "=;"]
    ),
    st.text(alphabet='"*-^():+&=;AND ', max_size=30),
)
RAW = st.lists(st.tuples(NAMES, VALUES), max_size=8).map(lambda pairs: "&".join(f"{n}={v}" for n, v in pairs))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), form=st.sampled_from(sorted(TYPES)), raw=RAW)
@example(path="/search/", form="html", raw="q=%00&page=" + "9" * 5000)
@example(path="/case-studies/", form="json", raw="q=%ed%a0%80&kind=event&kind=&%ff=%fe")
@example(path="/search/", form="atom", raw="q=%EF%BF%BE%0b%1b")
@example(path="/search/", form="csv", raw="q=" + "%22" * 3000)
def test_any_address_is_answered(dozen: list[int], client: Client, path: str, form: str, raw: str) -> None:
    response = client.generic("GET", path, QUERY_STRING=f"{raw}&format={form}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith(TYPES[form])
    assert not response.cookies
    if form == "json":
        body = response.json()
        assert 1 <= body["page"] <= max(1, body["pages"])
        assert body["query"]["page"] == body["page"]
        if path == "/case-studies/":
            assert body["query"]["kind"] == ["case-study"]


@pytest.mark.parametrize("form", ["", "HTML", "xml", "%00", "json+"])
def test_an_unknown_format_is_the_page(dozen: list[int], client: Client, form: str) -> None:
    response = client.get(f"/search/?format={form}")
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("number", "expected"), [("1", 1), ("2", 2), ("3", 2), ("0", 1), ("-1", 1), ("x", 1), ("9" * 30, 2)]
)
def test_the_page_is_clamped(dozen: list[int], client: Client, number: str, expected: int) -> None:
    body = client.get("/search/", {"page": number, "format": "json"}).json()
    assert (body["page"], body["pages"], body["total"]) == (expected, 2, 12)
    assert len(body["results"]) == (10 if expected == 1 else 2)
    assert client.get("/search/", {"page": number, "q": "nothing", "format": "json"}).json()["page"] == 1


@pytest.mark.parametrize("path", [*PATHS, "/feed/", "/search/similar/1", "/search/suggest", "/search/opensearch.xml"])
def test_only_reading_is_allowed(dozen: list[int], client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    if path != "/case-studies/":  # a page of Wagtail's, which serves a POST like a GET
        assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/", *PATHS, "/case-studies/walnut-00/", "/feed/", "/search/?format=csv", "/search/similar/1"]
)
def test_nobody_gets_a_cookie(dozen: list[int], client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("form", ["html", "json", "csv", "atom"])
def test_without_an_index_there_is_a_designed_503(
    listing: CaseStudyIndexPage, client: Client, path: str, form: str
) -> None:
    response = client.get(path, {"q": "walnut", "format": form})
    assert response.status_code == 503
    if form == "json":
        assert set(response.json()) == {"error"}
    else:
        html = response.content.decode()
        assert "<h1" in html
        assert "<main" in html
        assert response["Retry-After"] == "60"
    assert client.get("/feed/").status_code == 503


def test_without_an_index_every_other_page_is_there(listing: CaseStudyIndexPage, client: Client) -> None:
    page = case_study(listing, "Walnut")
    for path in ("/", page.url):
        assert client.get(path).status_code == 200
    assert client.get(f"/search/similar/{page.pk}").status_code == 503


@pytest.mark.parametrize("page_id", ["0", "999999", str(2**32), "9" * 40])
def test_nothing_is_like_a_page_that_is_not_there(dozen: list[int], client: Client, page_id: str) -> None:
    body = client.get(f"/search/similar/{page_id}").json()
    assert (body["results"], body["total"]) == ([], 0)
    assert body["facets"] == {name: [] for name in (*DIMENSIONS, "year")}  # the shape of every answer


def test_what_is_offered_when_nothing_is_found_is_true(dozen: list[int], client: Client) -> None:
    case_study(CaseStudyIndexPage.objects.get(), "Hazelnut", regions=("wales",), areas=("waste",))
    asked = {"q": "walnut", "area": "waste", "region": "wales", "year_to": "2001"}
    assert client.get("/search/", asked | {"format": "json"}).json()["relax"] == [
        {"param": "area", "value": "waste", "total": 0},
        {"param": "region", "value": "wales", "total": 0},
        {"param": "year_to", "value": "2001", "total": 0},
    ]
    asked = {"q": "walnut", "area": "waste", "region": "wales", "format": "json"}
    body = client.get("/search/", asked).json()
    assert body["total"] == 0
    assert {row["param"]: row["total"] for row in body["relax"]} == {"area": 6, "region": 0}
    for row in body["relax"]:
        left = {name: value for name, value in asked.items() if name != row["param"]}
        assert client.get("/search/", left).json()["total"] == row["total"]


def test_the_page_says_what_the_json_says(dozen: list[int], client: Client) -> None:
    asked = {"q": "walnut", "region": "wales", "sort": "title"}
    html = client.get("/search/", asked).content.decode()
    body = client.get("/search/", asked | {"format": "json"}).json()
    assert f'data-total="{body["total"]}"' in html
    places = [html.index(f'data-page-id="{hit["id"]}"') for hit in body["results"]]
    assert len(places) == 6
    assert places == sorted(places)
    assert 'data-facet="region"' in html
    assert "data-remove" in html
