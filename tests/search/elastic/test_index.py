"""What operators do with the index on a real server: rebuild, go back, start anew, upgrade, die in the middle."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from search.elastic import connection, index
from search.engine import engine
from search.fallback import FallbackEngine
from search.models import Change
from search.protocols import Unavailable
from search.sources import documents_for, indexable_ids
from tests.factories import case_study
from tests.search.elastic.site import on
from tests.search.site import assert_same_as_database, check, forget_age, found, publish
from tests.served import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]
KILLED = """
import django, os, signal, sys; django.setup()
from search.elastic.connection import Place, client_of
from search.elastic import index
from tests.search.corpus import entry
with index.rebuilding(Place(client_of([sys.argv[1]]), sys.argv[2]), 1) as new:
    new.add({1: 1}, [entry(1)])
    new.wait()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def site(elasticsearch_url: str, settings: LazySettings, listing: CaseStudyIndexPage) -> Iterator[FallbackEngine]:
    """With three pages."""
    with on([elasticsearch_url], settings) as made:
        for number in range(3):
            case_study(listing, f"Walnut {number}")
        made.sync()
        yield made


def run(*words: str) -> dict[str, int]:
    out = StringIO()
    call_command("search_index", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def names() -> list[str]:
    place = connection.place()
    return sorted(place.patient.indices.get(index=f"{place.prefix}-*"))


def test_status_sync_and_rebuild(site: FallbackEngine, listing: CaseStudyIndexPage) -> None:
    sequence = Change.objects.latest("sequence").sequence
    status = {"engine": "elasticsearch", "entries": 3, "sequence": sequence, "lag": 0, "fallback": False}
    assert run("status") == status
    case_study(listing, "Walnut 4")
    assert run("status")["lag"] == 1
    assert run("sync") == {"written": 1}
    assert run("sync") == {"written": 0}
    assert run("rebuild") == {"entries": 4}
    assert_same_as_database()


@pytest.mark.parametrize("hand", [False, True])
def test_check_says_what_differs_and_repair_makes_it_good(
    site: FallbackEngine, listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch, hand: bool
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 2)  # entries in one answer
    place = connection.place()
    missing, stale, extra = CaseStudyPage.objects.order_by("pk")
    if hand:  # the server gives a version of its own
        place.client.delete(index=place.alias, id=str(missing.pk))
    else:
        index.write(place, place.alias, {missing.pk: Change.objects.get(page_id=missing.pk).sequence}, [], again=True)
    # Behind the change log's back, as a hand in the database does it.
    CaseStudyPage.objects.filter(pk=stale.pk).update(summary="Something else")
    CaseStudyPage.objects.filter(pk=extra.pk).update(live=False)
    wrong = {"missing": [missing.pk], "extra": [extra.pk], "stale": [stale.pk]}
    assert check() == (1, wrong)
    assert check("--repair") == (0, wrong)
    assert_same_as_database()
    assert found("something") == {stale.pk}
    publish(missing, title="Hazelnut")
    site.sync()
    assert_same_as_database()


def test_rollback_goes_back_to_the_index_before_and_catches_up(
    site: FallbackEngine, listing: CaseStudyIndexPage
) -> None:
    with pytest.raises(CommandError, match="before") as raised:
        run("rollback")
    assert raised.value.returncode == 2
    place = connection.place()
    first = index.current(place)
    run("rebuild")
    assert index.current(place) != first
    page = case_study(listing, "Hazelnut")
    site.sync()
    forget_age()
    assert run("rollback") == {"written": 1}
    assert index.current(place) == first
    assert found("hazelnut") == {page.pk}
    assert_same_as_database()


def test_two_indexes_stay_and_the_one_in_use_is_ready_to_be_asked(site: FallbackEngine, settings: LazySettings) -> None:
    place = connection.place()
    other = connection.Place(place.client, f"{place.prefix}-other")
    with index.rebuilding(other, 1):
        pass
    for _ in range(3):
        run("rebuild")
    here = index.current(place)
    assert len([name for name in names() if not name.startswith(other.prefix)]) == 2
    assert index.current(other)  # of another site, whose prefix begins with ours
    index.remove_all(other)
    kept = place.client.indices.get_settings(index=here)[here]["settings"]["index"]
    assert (kept["number_of_shards"], kept["auto_expand_replicas"]) == ("1", "0-1")
    assert "refresh_interval" not in kept
    segments = place.client.indices.segments(index=here)["indices"][here]["shards"]["0"][0]["segments"]
    assert len(segments) == 1


def test_one_rebuild_at_a_time(site: FallbackEngine) -> None:
    with index.rebuilding(connection.place(), 1):
        with pytest.raises(CommandError, match="another") as raised:
            run("rebuild")
        assert raised.value.returncode == 2
        assert len(names()) == 2


def test_a_rebuild_that_fails_removes_what_it_made(site: FallbackEngine) -> None:
    def fail(done: int, total: int) -> None:
        raise RuntimeError

    before = names()
    with pytest.raises(RuntimeError):
        site.rebuild(fail)
    assert names() == before
    assert_same_as_database()


def test_what_a_killed_rebuild_leaves_is_removed(site: FallbackEngine, elasticsearch_url: str) -> None:
    """SIGKILL of a process that fills an index."""
    before = names()
    command = [sys.executable, "-c", KILLED, elasticsearch_url, connection.place().prefix]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert len(names()) == 2
    site.tidy()  # it may still be at work
    assert len(names()) == 2
    assert found("walnut") == set(engine().stored())
    with time_machine.travel(timezone.now() + timedelta(seconds=index.ALIVE + 1)):
        site.tidy()
    assert names() == before
    assert_same_as_database()


def test_a_count_that_is_wrong_stops_a_rebuild(site: FallbackEngine) -> None:
    """A page of the new index is deleted while it is filled."""
    before = names()
    place = connection.place()

    def fill() -> None:
        with index.rebuilding(place, 1) as new:
            ids = indexable_ids()
            new.add(dict.fromkeys(ids, 0), list(documents_for(ids)))
            new.wait()
            place.client.delete(index=new.name, id=str(ids[0]))

    with pytest.raises(Unavailable, match="2 of 3"):
        fill()
    assert names() == before


def test_a_database_of_an_earlier_day(site: FallbackEngine) -> None:
    Change.objects.all().delete()
    CaseStudyPage.objects.update(summary="As it was")
    site.sync()
    assert_same_as_database()
    assert site.sequence() == 0


def test_a_release_with_another_mapping_has_an_index_of_its_own(
    site: FallbackEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = connection.place().alias
    (before,) = names()
    monkeypatch.setattr(connection, "format_digest", lambda: "abcdef")
    assert connection.place().alias != old
    with pytest.raises(CommandError) as raised:
        run("check")
    assert raised.value.returncode == 2
    site.sync()
    assert len(names()) == 2
    assert_same_as_database()
    monkeypatch.undo()
    assert index.current(connection.place()) == before  # a process of the old release goes on
    assert_same_as_database()
    monkeypatch.setattr(connection, "format_digest", lambda: "abcdef")
    site.rebuild()
    assert before not in names()
    assert len(names()) == 2
