"""A worker that was killed is known to be dead at once; one that lives, or that is elsewhere, is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulletins.sending import alive
from tests.served import ROOT, environment

WORKER = "import django; django.setup(); from bulletins.sending import alive; print(alive.me(), flush=True); input()"


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    alive.register.cache_clear()
    yield tmp_path
    alive.register.cache_clear()


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
        assert alive.dead([name]) == []
        alive.tidy([])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert alive.dead([name]) == [name]
    alive.tidy([name])
    assert alive.dead([name]) == [name]
    alive.tidy([])
    assert [entry.name for entry in (folder / "workers").iterdir()] == [alive.me()]


def test_of_another_machine_nothing_is_known_though_both_share_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every network file system passes locks on: a worker that lives would look dead."""
    alive.me()
    monkeypatch.setattr(alive, "machine", lambda: "elsewhere")
    alive.register.cache_clear()
    name = alive.me()
    elsewhere = folder / "workers" / name
    monkeypatch.undo()
    monkeypatch.setattr(alive, "_is_free", lambda path: True)
    alive.register.cache_clear()
    assert alive.dead([name]) == []
    alive.tidy([])
    assert elsewhere.exists()
    long_ago = time.time() - 2 * alive.FOREIGN_KEPT
    os.utime(elsewhere, (long_ago, long_ago))
    alive.tidy([])
    assert not elsewhere.exists()


def test_nothing_is_known_of_itself_of_nobody_and_of_another_machine() -> None:
    assert alive.me() == alive.me()
    assert alive.dead([alive.me(), "", "1-elsewhere", "../db.sqlite3"]) == []
