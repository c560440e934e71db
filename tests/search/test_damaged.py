"""An index file that is damaged in the middle: it is known at once, readers get no error, and the minute jobs replace it."""

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from search.embedded import building, soundness
from search.embedded.engine import EmbeddedEngine
from search.embedded.soundness import CHECKED, DAMAGED, FAILED, Damaged, flaw
from search.embedded.store import POINTER
from search.engine import engine
from search.protocols import Unavailable, Waiting
from search.sources import documents_for
from tests.factories import case_study
from tests.search.elastic.site import new_process
from tests.search.site import assert_same_as_database, committed, found

pytestmark = pytest.mark.django_db
PAGES = 8
PAGE = 4096  # bytes


class Remote(EmbeddedEngine):
    """Stands for Elasticsearch: another engine, which is well."""

    name = "elasticsearch"

    def __init__(self) -> None:
        super().__init__(Path(settings.SEARCH_DIR) / "remote")


def noise(number: int) -> str:
    """Many words, so that few pages fill a file."""
    return " ".join(f"w{(number * 7919 + word) % 5003:x}" for word in range(1500))


@pytest.fixture
def filled(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> EmbeddedEngine:
    for number in range(PAGES):
        case_study(listing, f"Walnut {number}", body=f"many words {number} {noise(number)}")
    index.sync()
    return index


def current() -> Path:
    folder = Path(settings.SEARCH_DIR)
    return folder / (folder / POINTER).read_text()


def damage(filling: bytes = b"\0", pages: int = 20, tenth: int = 5, *, renewed: bool = True) -> None:
    """As `dd` over pages of the file around so many tenths of it, which was read through a while ago; a process that
    is renewed opens it anew."""
    file = current()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if renewed:
        new_process()
    (Path(settings.SEARCH_DIR) / CHECKED).unlink(missing_ok=True)
    total = file.stat().st_size // PAGE
    assert total > pages * 1.5
    with file.open("r+b") as opened:
        opened.seek((total * tenth // 10 - pages // 2) * PAGE)
        opened.write((filling * (PAGE * pages))[: PAGE * pages])


def status(client: Client) -> str:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    return str(answer.json()["status"])


def jobs() -> None:
    call_command("jobs", stdout=StringIO(), stderr=StringIO())


@contextmanager
def rebuilds(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> Iterator[list[int]]:
    """How often an index is built anew inside, each time with this error."""
    begun: list[int] = []
    rebuild = EmbeddedEngine.rebuild

    def counted(self: EmbeddedEngine, *args: Any) -> int:
        begun.append(1)
        if error:
            raise error
        return rebuild(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedEngine, "rebuild", counted)
        yield begun


def test_it_is_degraded_at_once_and_the_jobs_build_it_anew(filled: EmbeddedEngine, client: Client) -> None:
    assert status(client) == "ok"
    damage(renewed=False)
    assert status(client) == "degraded"
    new_process()
    assert client.get("/search/?q=walnut").status_code == 503
    assert client.get("/search/suggest?q=walnut").status_code == 200
    assert client.get("/").status_code == 200
    jobs()
    assert status(client) == "ok"
    assert len(found("walnut")) == PAGES
    assert_same_as_database()


def test_whatever_page_it_is_nobody_gets_an_error_and_the_jobs_mend_it(filled: EmbeddedEngine, client: Client) -> None:
    fillings = cycle((b"\0", b"\xff", random.Random(7).randbytes(PAGE)))
    for tenth in range(1, 10):
        damage(next(fillings), 3, tenth)
        for asked in ({"q": "walnut"}, {"q": "“many words”"}, {"sort": "title"}, {"q": "wallnut"}):
            assert client.get("/search/", asked).status_code in (200, 503)
        status(client)
        engine().sync()
        assert len(found("walnut")) == PAGES
        assert not flaw(current())


def test_the_command_that_takes_changes_in_mends_it_too(filled: EmbeddedEngine) -> None:
    """Nobody has asked anything yet, and nothing waits in the log."""
    damage()
    call_command("search_index", "sync", stdout=StringIO())
    assert len(found("walnut")) == PAGES
    assert_same_as_database()


def test_all_processes_know_of_it(filled: EmbeddedEngine) -> None:
    other = EmbeddedEngine()
    assert other.is_well()
    damage()
    with pytest.raises(Damaged):
        found("walnut")
    assert (other.store.folder / DAMAGED).exists()
    assert other.store.soundness.is_distrusted(current().name)
    other.sync()
    assert engine().local.is_well()
    assert not (other.store.folder / DAMAGED).exists()


def test_where_elasticsearch_answers_the_index_of_this_machine_is_mended_as_well(
    filled: EmbeddedEngine, client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ELASTICSEARCH_URL = ["http://127.0.0.1:9"]
    monkeypatch.setattr("search.elastic.engine.ElasticEngine", Remote)
    new_process()
    engine().sync()
    assert status(client) == "ok"
    damage()
    assert status(client) == "degraded"
    assert client.get("/search/?q=walnut&format=json").json()["engine"] == "elasticsearch"
    jobs()
    assert status(client) == "ok"
    assert engine().local.stored() == engine().stored()


def test_nobody_who_waits_for_a_page_builds_it_anew(
    filled: EmbeddedEngine, listing: CaseStudyIndexPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage()
    with rebuilds(monkeypatch) as begun:
        with committed():
            page = case_study(listing, "Hazelnut")
        assert client.get(page.url).status_code == 200
        assert client.get("/search/?q=hazelnut").status_code in (200, 503)
        status(client)
        assert not begun
        jobs()
        assert begun == [1]
    assert found("hazelnut") == {page.pk}


def test_a_rebuild_that_fails_is_not_begun_again_at_once(
    filled: EmbeddedEngine, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    damage()
    with rebuilds(monkeypatch, sqlite3.OperationalError("database or disk is full")) as begun:
        for _ in range(3):
            with pytest.raises(CommandError, match="search index"):
                jobs()
        with pytest.raises(CommandError, match=r"the last rebuild of the search index failed .*disk is full"):
            call_command("search_index", "sync")
        assert begun == [1]
        assert len([row for row in caplog.records if row.exc_info]) == 1
    assert status(client) == "degraded"
    failed = Path(settings.SEARCH_DIR) / FAILED
    os.utime(failed, (0, failed.stat().st_mtime - soundness.PAUSE))
    jobs()
    assert status(client) == "ok"
    assert not failed.exists()


def test_an_operator_need_not_wait(filled: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    damage()
    with rebuilds(monkeypatch, MemoryError()), pytest.raises(MemoryError):
        engine().sync()
    with pytest.raises(Waiting):
        engine().sync()
    call_command("search_index", "rebuild", stdout=StringIO())
    assert len(found("walnut")) == PAGES


def test_no_rollback_leads_back_to_it(filled: EmbeddedEngine) -> None:
    damage()
    engine().sync()
    with pytest.raises(Unavailable):
        engine().rollback()
    assert len(found("walnut")) == PAGES


def test_readers_who_ask_while_it_is_replaced(
    filled: EmbeddedEngine, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each step of the rebuild a process that has the file open, and one that has not, ask."""
    answers: list[int] = []

    def ask(page_ids: list[int]) -> Any:
        new_process()
        answers.extend(client.get("/search/", {"q": q}).status_code for q in ("walnut", "words", "walnut 7"))
        return documents_for(page_ids)

    damage()
    monkeypatch.setattr(building, "documents_for", ask)
    EmbeddedEngine().sync()
    assert answers
    assert set(answers) <= {200, 503}
    assert client.get("/search/?q=walnut&format=json").json()["total"] == PAGES


def test_a_mistake_of_ours_is_no_damage(filled: EmbeddedEngine) -> None:
    for error in (ValueError("a mistake"), sqlite3.OperationalError("no such column")):

        def mistaken(error: Exception = error) -> None:
            with filled.store.reading():
                raise error

        with pytest.raises(type(error), match=str(error)):
            mistaken()
    assert filled.is_well()


def test_a_file_that_takes_long_to_read_through_is_read_seldom(
    filled: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def slow(path: Path) -> str:
        looked.append(path)
        return ""

    monkeypatch.setattr(soundness, "flaw", slow)
    clock = count(1000.0, 5.0)
    monkeypatch.setattr(soundness, "monotonic", lambda: next(clock))
    name = current().name
    (Path(settings.SEARCH_DIR) / soundness.CHECKED).unlink(missing_ok=True)
    for _ in range(3):
        assert filled.store.soundness.is_sound(name)
    assert looked == [current()]
    checked = Path(settings.SEARCH_DIR) / soundness.CHECKED
    os.utime(checked, (0, checked.stat().st_mtime - 5.0 * soundness.SHARE - 1))
    assert filled.store.soundness.is_sound(name)
    assert len(looked) == 2


def test_what_is_sound_has_no_flaw(filled: EmbeddedEngine) -> None:
    file = current()
    assert not flaw(file)
    damage()
    assert flaw(file)
    file.write_bytes(b"this is no database" * 500)
    assert flaw(file)


def test_an_index_that_is_ahead_of_the_log_is_replaced_by_the_jobs(
    filled: EmbeddedEngine, listing: CaseStudyIndexPage, client: Client
) -> None:
    """The database was put back to an earlier day. The first edit tells, even where many follow before the jobs come."""
    sequence = filled.sequence()
    filled.store.write({1: sequence + 5}, [], after=sequence, upto=sequence + 5)
    for number in range(8):
        with committed():
            case_study(listing, f"Hazelnut {number}")
    assert status(client) == "degraded"
    jobs()
    assert_same_as_database()
