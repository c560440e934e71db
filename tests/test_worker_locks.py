"""A worker that was killed is known to be dead at once; one that lives, or that is elsewhere, is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mail import worker_locks
from tests.served import ROOT, environment

WORKER = "import django; django.setup(); from mail import worker_locks; print(worker_locks.me(), flush=True); input()"


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    worker_locks.register.cache_clear()
    yield tmp_path
    worker_locks.register.cache_clear()


def test_a_worker_is_dead_from_the_moment_it_is_killed(folder: Path) -> None:
    variables = environment(folder) | {"DJANGO_SETTINGS_MODULE": "cop_site.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        assert name
        assert worker_locks.dead([name]) == []
        worker_locks.tidy([])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert worker_locks.dead([name]) == [name]
    worker_locks.tidy([name])
    assert worker_locks.dead([name]) == [name]
    worker_locks.tidy([])
    assert [entry.name for entry in (folder / "workers").iterdir()] == [worker_locks.me()]


def test_of_another_machine_nothing_is_known_though_both_share_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every network file system passes locks on: a worker that lives would look dead."""
    worker_locks.me()
    monkeypatch.setattr(worker_locks, "machine", lambda: "elsewhere")
    worker_locks.register.cache_clear()
    name = worker_locks.me()
    elsewhere = folder / "workers" / name
    monkeypatch.undo()
    monkeypatch.setattr(worker_locks, "_is_free", lambda path: True)
    worker_locks.register.cache_clear()
    assert worker_locks.dead([name]) == []
    worker_locks.tidy([])
    assert elsewhere.exists()
    long_ago = time.time() - 2 * worker_locks.FOREIGN_KEPT
    os.utime(elsewhere, (long_ago, long_ago))
    worker_locks.tidy([])
    assert not elsewhere.exists()


def test_nothing_is_known_of_itself_of_nobody_and_of_another_machine() -> None:
    assert worker_locks.me() == worker_locks.me()
    assert worker_locks.dead([worker_locks.me(), "", "1-elsewhere", "../db.sqlite3"]) == []
