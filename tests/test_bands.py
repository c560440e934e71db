"""Bands of cost and of people, places and named organisations: found alike in the page, its JSON and its CSV."""

from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from casestudies import bands
from casestudies.models import CaseStudyIndexPage
from casestudies.rows import Cost, PeopleCount
from search.embedded.engine import EmbeddedEngine
from tests.factories import case_study

KNOWN = {name: [value.slug for value in values] for name, values in bands.values().items()}


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([], set()),
        ([("total", 9_999, None)], {"under-10k", "under-50k", "under-250k", "under-1m", "under-5m"}),
        ([("total", 10_000, None)], {"10k-to-50k", "under-50k", "under-250k", "under-1m", "under-5m"}),
        ([("investment", 3_100_000, None)], {"1m-to-5m", "under-5m"}),
        ([("total", 5_000_000, None)], {"5m-or-more"}),
        # A range is in each band that it touches, and under what all of it is under.
        ([("year", 30_000, 200_000)], {"10k-to-50k", "50k-to-250k", "under-250k", "under-1m", "under-5m"}),
        # None of these says how large the whole is.
        (
            [("person", 5, None), ("unit", 5, None), ("saving", 5, None), ("return", 5, None), ("total", None, None)],
            set(),
        ),
    ],
)
def test_bands_of_cost(costs: list[bands.Figure], expected: set[str]) -> None:
    assert bands.cost_bands(costs) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([("reached", 0, None)], {"under-50"}),
        ([("reached", 49, None)], {"under-50"}),
        ([("reached", 388, None)], {"250-to-999"}),
        ([("reached", 40, 300)], {"under-50", "50-to-249", "250-to-999"}),
        ([("reached", 10_000, None)], {"10000-or-more"}),
        ([("planned", 388, None), ("staff", 5, None), ("reached", None, None)], set()),
    ],
)
def test_bands_of_people(counts: list[bands.Figure], expected: set[str]) -> None:
    assert bands.people_bands(counts) == expected


@settings(max_examples=25)
@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_every_figure_is_in_a_band_that_is_known(first: int, second: int) -> None:
    lower, upper = sorted((first, second))
    cost = bands.cost_bands([("total", Decimal(lower), Decimal(upper))])
    people = bands.people_bands([("reached", lower, upper)])
    assert cost <= set(KNOWN["cost"])
    assert people <= set(KNOWN["people"])
    between = [slug for slug in cost if not slug.startswith("under-") or slug == "under-10k"]
    assert between, "and not only under something"
    assert people


@pytest.mark.django_db
def test_what_a_reader_filters_by(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    bond = case_study(
        listing,
        "Bond",
        place="Essex",
        costs=[Cost(kind="investment", amount=Decimal(3_100_000), source="report", words="some three million")],
        people=[PeopleCount(kind="reached", number=388, unit="young people", words="almost four hundred")],
    )
    small = case_study(listing, "Small", place="St. Helens", costs=[Cost(kind="total", amount=900, source="r")])
    case_study(listing, "Bare")
    draft = case_study(listing, "Draft", live=False, place="Nowhere")

    def found(query: str) -> list[int]:
        results = client.get(f"/search/?{query}&format=json").json()["results"]
        return sorted(row["id"] for row in results)

    assert found("cost=1m-to-5m") == found("cost=under-5m&people=250-to-999") == found("place=essex") == [bond.pk]
    assert found("cost=under-5m") == [bond.pk, small.pk]
    assert found("cost=under-10k") == found("place=st-helens") == [small.pk]
    # And by the words.
    assert found("q=essex") == found("q=%22almost+four+hundred%22") == found("q=%22some+three+million%22") == [bond.pk]
    answer = client.get("/search/?format=json").json()
    held = {row["value"]: row["count"] for row in answer["facets"]["cost"]}
    assert held == {"under-10k": 1, "under-50k": 1, "under-250k": 1, "under-1m": 1, "under-5m": 2, "1m-to-5m": 1}
    assert [row["value"] for row in answer["facets"]["people"]] == ["250-to-999"]
    assert [row["label"] for row in answer["facets"]["place"]] == ["Essex", "St. Helens"]
    html = client.get("/search/").content.decode()
    for heading in ("Cost", "People reached", "Place"):
        assert f'<legend class="visually-hidden">{heading}</legend>' in html
    assert 'value="5m-or-more"' not in html, "nothing has it"
    assert draft.title not in html
