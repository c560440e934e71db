"""How many queries a page makes: few, and no more on a large site than on a small one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from tests.factories import OrganisationFactory, case_study

pytestmark = pytest.mark.django_db
# Address -> queries at most. A search asks the content database for the vocabulary, the change log and the frame of the page.
BUDGET = {
    "/": 22,
    "/case-studies/": 18,
    "/case-studies/walnut-0/": 34,
    "/search/": 15,
    "/search/?q=walnut": 15,
    "/search/?q=walnut&region=wales&sort=title&page=2": 15,
    "/search/?q=nothing&region=wales": 20,
    "/search/?q=walnut&format=json": 8,
    "/search/?q=walnut&format=csv": 8,
    "/feed/": 8,
}


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is kept for the process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def grow(listing: CaseStudyIndexPage, first: int, last: int) -> None:
    for number in range(first, last):
        case_study(
            listing,
            f"Walnut {number}",
            areas=("advice", f"area-{number % 3}"),
            regions=("wales", "north-west"),
            tags=(f"tag {number % 4}",),
            organisation=OrganisationFactory(),
        )


def test_queries_are_few_and_do_not_grow(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    grow(listing, 0, 5)
    index.sync()
    small = {path: queries(client, path) for path in BUDGET}
    grow(listing, 5, 60)
    index.sync()
    large = {path: queries(client, path) for path in BUDGET}
    assert small == large
    assert {path: number for path, number in large.items() if number > BUDGET[path]} == {}


def test_a_rebuild_makes_the_same_number_of_queries_for_few_pages_and_for_many(
    listing: CaseStudyIndexPage, index: EmbeddedEngine
) -> None:
    def rebuild() -> int:
        with CaptureQueriesContext(connection) as captured:
            index.rebuild()
        return len(captured)

    grow(listing, 0, 5)
    rebuild()  # what is kept for the process
    few = rebuild()
    grow(listing, 5, 60)
    assert rebuild() == few < 70
