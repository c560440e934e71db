"""What one process of a machine keeps, the others have: in their memory, before a folder."""

import logging
import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends import locmem
from django.test import Client

from caching import machine
from caching.machine import MachineCache
from caching.middleware import Stored
from casestudies.models import CaseStudyIndexPage
from search.engine import engine
from tests.factories import case_study

memories: Any = locmem  # by folder, each process its own


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "pages"
    yield folder
    forget(folder)
    machine.folder_breaker.worked()


def forget(folder: Path) -> None:
    for held in (memories._caches, memories._expire_info, memories._locks):
        held.pop(str(folder), None)


def process(folder: Path, **options: Any) -> MachineCache:
    """The cache as another process has it: with a memory of its own."""
    forget(folder)
    return MachineCache(str(folder), {"OPTIONS": options})


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_one_process_keeps_another_gets(folder: Path) -> None:
    process(folder).set("a", b"told", 300)
    other = process(folder)
    assert other.get("a") == b"told"
    folder.rename(folder.with_name("gone"))
    assert other.get("a") == b"told", "it is in this memory now"
    assert process(folder).get("a", b"none") == b"none"


def test_it_ends_for_all_at_the_same_time(folder: Path, time_machine: Any) -> None:
    time_machine.move_to("2027-07-01T12:00Z", tick=False)
    process(folder).set("a", b"told", 300)
    time_machine.shift(299)
    other = process(folder)
    assert other.get("a") == b"told"
    time_machine.shift(2)
    assert other.get("a") is None
    assert process(folder).get("a") is None


def test_keys_and_versions_are_apart(folder: Path) -> None:
    cache = process(folder)
    cache.set("a", b"one", 300)
    cache.set("a", b"two", 300, version=2)
    cache.set("../a", b"three", 300)
    other = process(folder)
    assert [other.get("a"), other.get("a", version=2), other.get("../a")] == [b"one", b"two", b"three"]
    assert len(files(folder)) == 3
    other.delete("a")
    assert process(folder).get("a") is None
    assert process(folder).get("a", version=2) == b"two"
    other.clear()
    assert files(folder) == []


def test_only_the_sites_own_user_reads_the_folder(folder: Path) -> None:
    process(folder).set("a", b"told", 300)
    assert folder.stat().st_mode & 0o077 == 0


def test_the_folder_does_not_grow_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SWEEP", 4)
    monkeypatch.setattr(machine, "_writes", count(1))
    monkeypatch.setattr(machine, "ROOM", 250)
    cache = process(folder)
    for number in range(1, 9):
        cache.set(f"{number}", bytes(100), 300 + number)
    assert sum(file.stat().st_size for file in files(folder)) == 200
    other = process(folder)
    assert [number for number in range(1, 9) if other.get(f"{number}")] == [7, 8]
    monkeypatch.setattr(machine, "FILES", 1)
    other.sweep()
    assert len(files(folder)) == 1


def test_what_has_ended_is_removed_and_what_is_being_written_is_not(folder: Path) -> None:
    cache = process(folder)
    cache.set("a", b"told", 300)
    cache.set("b", b"told", 300)
    os.utime(cache._file("a", None), (time.time() - 100,) * 2)
    (folder / "writing").write_bytes(b"to")
    cache.sweep()
    assert {path.name for path in files(folder)} == {Path(cache._file("b", None)).name, "writing"}


def test_a_folder_that_cannot_be_written_is_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("not a folder")
    cache = process(folder)
    for number in range(5):
        cache.set(f"{number}", b"told", 300)
        assert cache.get(f"{number}") == b"told"
    assert cache.get("none") is None
    cache.clear()
    said = [record.getMessage() for record in caplog.records if record.levelno > logging.DEBUG]
    assert [message.partition(":")[0] for message in said] == [
        "the folder of kept pages cannot be written, each process makes its own"
    ]
    folder.unlink()
    monkeypatch.setattr(machine.folder_breaker, "_ask_again", 0)
    cache.set("again", b"told", 300)
    assert process(folder).get("again") == b"told"
    assert caplog.records[-1].getMessage() == "pages are kept in the folder again"


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = process(folder)
    cache.set("a", b"told", 300)

    def fails(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    cache.set("b", b"told", 300)
    assert len(files(folder)) == 1


@pytest.mark.parametrize(
    "kept", [b"", b"not json\nbody", b"[]\n", b'[[], "e", 1, 10]\nshort', b'{"a": 1}\n', b"\xff\n"]
)
def test_what_is_not_whole_is_not_shown(kept: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each in other words)
        Stored.unpacked(kept)


def test_a_page_comes_from_what_another_process_made(
    committed: None, listing: CaseStudyIndexPage, client: Client, django_assert_max_num_queries: Any
) -> None:
    study = case_study(listing, "First title", slug="first")
    engine().rebuild()
    client.get("/")  # the first reader of a site makes its settings
    made = client.get(study.url)
    location = next(name for name in memories._caches if name.endswith("/pages"))
    memories._caches[location].clear()
    memories._expire_info[location].clear()
    with django_assert_max_num_queries(1):
        kept = client.get(study.url)
    assert kept.content == made.content
    assert dict(kept.headers) == dict(made.headers)
    for file in Path(location).iterdir():
        file.write_bytes(b"spoilt")
    memories._caches[location].clear()
    memories._expire_info[location].clear()
    assert client.get(study.url).content == made.content
