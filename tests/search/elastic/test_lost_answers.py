"""A real server does what it is asked, and its answer is lost: the client asks again by itself, and meets what its first
request has done."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from elastic_transport import ConnectionError as Reset
from elastic_transport import ConnectionTimeout

from casestudies.models import CaseStudyIndexPage
from search.elastic import connection, index, sync
from search.fallback import FallbackEngine
from search.protocols import Busy, Unavailable
from tests.factories import case_study
from tests.search.elastic.site import on, work
from tests.search.site import assert_same_as_database, forget_age

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]
Lose = Callable[[str, str, Exception], None]


@pytest.fixture
def site(elasticsearch_url: str, settings: LazySettings, listing: CaseStudyIndexPage) -> Iterator[FallbackEngine]:
    with on([elasticsearch_url], settings) as found:
        case_study(listing, "Walnut")
        found.sync()
        yield found


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lose]:
    """Call it with a method, a part of a path and an error: the next answer to such a request is lost with this error."""
    waiting: list[tuple[str, str, Exception]] = []
    perform = connection._Node.perform_request

    def performed(self: Any, method: str, target: str, *args: Any, **options: Any) -> Any:
        answer = perform(self, method, target, *args, **options)
        for which in waiting:
            if which[0] == method and which[1] in target:
                waiting.remove(which)
                raise which[2]
        return answer

    monkeypatch.setattr(connection._Node, "perform_request", performed)
    yield lambda method, part, error: waiting.append((method, part, error))
    assert not waiting


def names() -> list[str]:
    place = connection.place()
    return sorted(place.client.indices.get(index=f"{place.prefix}-*"))


def test_an_index_that_the_first_request_made_is_ours(site: FallbackEngine, lose: Lose) -> None:
    place = connection.place()
    before = index.current(place)
    lose("PUT", f"/{place.alias}-", Reset("reset by peer"))
    assert site.rebuild() == 1
    assert names() == [before, index.current(place)]
    assert_same_as_database()


def test_an_index_of_that_name_that_another_made_stays(site: FallbackEngine) -> None:
    place = connection.place()
    here = index.current(place)
    with pytest.raises(Busy):
        index._create(place, here, 0)
    assert names() == [here]


def test_an_index_that_nobody_waited_for_is_removed(site: FallbackEngine, lose: Lose) -> None:
    """As with a server that hangs: a request that timed out is not sent again, and is answered all the same."""
    place = connection.place()
    before = index.current(place)
    lose("PUT", f"/{place.alias}-", ConnectionTimeout("timed out"))
    with pytest.raises(Unavailable):
        site.rebuild()
    assert names() == [before]
    work()  # the worker goes on


def test_an_alias_that_the_first_request_moved_stays_there(site: FallbackEngine, lose: Lose) -> None:
    place = connection.place()
    before = index.current(place)
    lose("POST", "/_aliases", Reset("reset by peer"))
    assert site.rebuild() == 1
    assert index.current(place) > before
    assert_same_as_database()


def test_an_index_that_may_be_in_use_is_not_removed(site: FallbackEngine, lose: Lose) -> None:
    place = connection.place()
    before = index.current(place)
    lose("POST", "/_aliases", ConnectionTimeout("timed out"))
    site.rebuild()
    assert index.current(place) > before
    assert_same_as_database()


def test_what_the_first_request_wrote_makes_kept_pages_old(
    site: FallbackEngine, lose: Lose, listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_study(listing, "Hazelnut")
    forget_age()  # nothing else is written again
    told: list[int] = []
    monkeypatch.setattr(sync, "content_changed", lambda: told.append(1))
    lose("PUT", "_bulk", Reset("reset by peer"))
    site.remote.sync()
    assert told
    assert_same_as_database()
