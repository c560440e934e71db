"""What `manage.py prepare` says, and what it does side by side."""

import os
import signal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cop_site.beside import Failed, beside
from cop_site.management.commands import prepare
from home.models import HomePage


def test_work_beside_is_done_when_the_block_is_left(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with beside(lambda: done.write_text(str(os.getpid())), lambda: None):
        pass
    assert done.read_text() != str(os.getpid())


def test_it_says_that_it_waits_only_where_it_does(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    waits: list[str] = []

    def until_told() -> None:
        os.read(reading, 1)

    def tell() -> None:
        waits.append("waits")
        os.write(writing, b"x")

    with beside(until_told, tell):
        pass
    assert waits == ["waits"]


def test_work_beside_that_fails_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    with pytest.raises(Failed), beside(fail, lambda: None):
        pass
    assert "the disk is full" in capfd.readouterr().err


def test_a_block_that_fails_ends_the_work_beside() -> None:
    reading, _writing = os.pipe()
    before = signal.signal(signal.SIGTERM, lambda *args: None)  # as in `serve`, which prepares
    try:
        with pytest.raises(RuntimeError), beside(lambda: os.read(reading, 1), lambda: None):
            raise RuntimeError
    finally:
        signal.signal(signal.SIGTERM, before)


def said() -> list[str]:
    out = StringIO()
    call_command("prepare", stdout=out)
    return out.getvalue().splitlines()


def test_it_says_each_step_and_how_long_a_long_one_took(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "is_current", lambda: False)
    monkeypatch.setattr(prepare, "collect", lambda: None)
    monkeypatch.setattr(prepare, "LONG", 0)
    lines = [line for line in said() if not line.startswith("Waiting")]
    assert lines == [
        "Compressing the static files and making the font, beside the next steps…",
        "Building the search index…",
        "  done in 0 seconds",
    ]
    monkeypatch.setattr(prepare, "is_current", lambda: True)
    assert said() == []


def test_static_files_that_cannot_be_collected_stop_it(
    home: HomePage, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(prepare, "is_current", lambda: False)
    monkeypatch.setattr(prepare, "collect", fail)
    with pytest.raises(CommandError, match="reason is above"):
        said()
    assert "the disk is full" in capfd.readouterr().err


@pytest.mark.django_db
def test_a_database_from_before_the_first_release_is_recognised() -> None:
    MigrationRecorder(connection).record_applied("community", "0002_roles")
    with pytest.raises(CommandError, match="made by a version before the first release and cannot be used"):
        call_command("prepare")
