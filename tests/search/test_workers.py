"""What is made of very many pages is made in other processes: in order, and with an end whatever happens to these."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection

from search import workers
from search.workers import WorkerGone, prepared

IDS = list(range(1, 31))
LIMIT = 120  # seconds, however slow the machine is


def numbers(batch: list[int]) -> tuple[int, list[int]]:
    return os.getpid(), batch


def killed(batch: list[int]) -> list[int]:
    if 11 in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


class Odd(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__("odd")  # it is written, and cannot be read again


def failing(batch: list[int]) -> list[int]:
    if 11 in batch:
        raise Odd(1, 2)
    return batch


def asking(batch: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM nowhere")
    return batch


def slow_and_large(batch: list[int]) -> bytes:
    return os.urandom(1_000_000)


def printing(batch: list[int]) -> list[int]:
    print("not an answer", flush=True)  # noqa: T201
    return batch


def database(batch: list[int]) -> str:
    return str(connection.settings_dict["NAME"])


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pages are many."""
    monkeypatch.setattr(workers, "MANY", 10)
    monkeypatch.setattr(workers, "BATCH", 3)
    monkeypatch.setattr(workers, "cores", lambda: 2)


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("cores", [2, 3])
@pytest.mark.django_db(transaction=True)
def test_many_are_made_elsewhere_in_order(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr(workers, "cores", lambda: cores)
    with prepared(IDS, numbers) as made:
        found = list(made)
    assert [batch for _, batch in found] == [IDS[start : start + 3] for start in range(0, 30, 3)]
    pids = {pid for pid, _ in found}
    assert len(pids) == cores - 1
    assert os.getpid() not in pids
    assert all(map(ended, pids))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("why", ["few", "one core", "no such program", "it does not start", "other settings"])
def test_they_are_made_here_where_that_is_better(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path, why: str
) -> None:
    ids = IDS
    if why == "few":
        ids = IDS[:9]
    elif why == "one core":
        monkeypatch.setattr(workers, "cores", lambda: 1)
    elif why == "no such program":
        monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    elif why == "it does not start":
        monkeypatch.setattr(sys, "executable", "/bin/false")
    else:
        settings.SEARCH_SLOW_MS = 1  # which no other process knows of
    before = _children()
    with prepared(ids, numbers) as made:
        assert _children() == before
        assert [(os.getpid(), ids[start : start + 3]) for start in range(0, len(ids), 3)] == list(made)


@pytest.mark.dialect
@pytest.mark.django_db
def test_they_are_made_here_in_a_transaction() -> None:
    """Nobody else sees what is not committed."""
    assert connection.in_atomic_block
    with prepared(IDS, numbers) as made:
        assert {pid for pid, _ in made} == {os.getpid()}


@pytest.mark.dialect
@pytest.mark.django_db(transaction=True)
def test_another_process_reads_the_database_of_this_one() -> None:
    with prepared(IDS, database) as made:
        assert set(made) == {str(connection.settings_dict["NAME"])}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_is_an_error() -> None:
    found: list[list[int]] = []
    with pytest.raises(WorkerGone, match="-9"), prepared(IDS, killed) as made:
        found.extend(made)
    assert found in [[[1, 2, 3], [4, 5, 6], [7, 8, 9]][:count] for count in range(4)]


@pytest.mark.django_db(transaction=True)
def test_errors_of_the_work_are_raised_here() -> None:
    with pytest.raises(RuntimeError, match="Odd"), prepared(IDS, failing) as made:
        list(made)
    with pytest.raises(DatabaseError, match="nowhere"), prepared(IDS, asking) as made:
        list(made)


@pytest.mark.django_db(transaction=True)
def test_an_error_beside_it_ends_the_worker() -> None:
    """Also while it waits with far more than a pipe holds."""

    def take_one() -> None:
        with prepared(IDS, slow_and_large) as made:
            next(made)
            assert _children() > before
            raise KeyboardInterrupt

    before = _children()
    with pytest.raises(KeyboardInterrupt):
        take_one()
    assert _children() == before


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


@pytest.mark.django_db(transaction=True)
def test_a_worker_makes_a_few_batches_ahead_and_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MADE", str(tmp_path))
    ahead = workers.AHEAD + 2  # in the pipe, waiting, and being put
    with prepared(IDS, noting) as made:
        for taken, _ in enumerate(made, start=1):
            expected = min(taken + ahead, 10)
            until = time.monotonic() + LIMIT
            while len(list(tmp_path.iterdir())) < expected and time.monotonic() < until:
                time.sleep(0.01)
            assert len(list(tmp_path.iterdir())) == expected
    assert taken == 10


def noting(batch: list[int]) -> bytes:
    Path(os.environ["MADE"], str(batch[0])).touch()
    return os.urandom(1_000_000)


@pytest.mark.django_db(transaction=True)
def test_what_is_printed_is_no_answer() -> None:
    with prepared(IDS, printing) as made:
        assert [number for batch in made for number in batch] == IDS


@pytest.mark.django_db(transaction=True)
def test_from_a_thread(caplog: pytest.LogCaptureFixture) -> None:
    """As a worker of tasks would."""
    found: list[int] = []

    def run() -> None:
        with prepared(IDS, numbers) as made:
            found.extend(pid for pid, _ in made)

    with caplog.at_level(logging.WARNING):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(LIMIT)
    assert len(found) == 10
    assert os.getpid() not in found
    assert not caplog.records
