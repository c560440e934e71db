"""What one process of a start keeps, the others have."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache.backends import locmem
from django.test import Client

from caching import machine
from caching.machine import HEAD, SLOT, MachineCache
from caching.middleware import Stored
from casestudies.models import CaseStudyIndexPage
from search.engine import engine
from tests.factories import case_study

memories: Any = locmem  # by name, each process its own


def forget(name: str) -> None:
    for held in (memories._caches, memories._expire_info):
        if name in held:
            held[name].clear()


def process() -> MachineCache:
    """The cache as another process has it: with a memory of its own."""
    forget("of a test")
    return MachineCache("of a test", {"KEY_PREFIX": "test"})


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    yield
    process().clear()


def test_what_one_process_keeps_another_gets() -> None:
    cache = process()
    child = os.fork()
    if not child:
        cache.set("a", b"told", 300)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert cache.get("a") == b"told"
    machine._table[:] = bytes(len(machine._table))
    assert cache.get("a") == b"told", "it is in this memory now"
    assert process().get("a", b"none") == b"none"


def test_it_ends_for_all_at_the_same_time(time_machine: Any) -> None:
    time_machine.move_to("2027-07-01T12:00Z", tick=False)
    process().set("a", b"told", 300)
    time_machine.shift(299)
    other = process()
    assert other.get("a") == b"told"
    time_machine.shift(2)
    assert other.get("a") is None
    assert process().get("a") is None


def test_keys_and_versions_are_apart() -> None:
    cache = process()
    cache.set("a", b"one", 300)
    cache.set("a", b"two", 300, version=2)
    other = process()
    assert [other.get("a"), other.get("a", version=2), other.get("b")] == [b"one", b"two", None]
    other.delete("a")
    assert other.get("a") is None
    assert process().get("a") is None
    assert process().get("a", version=2) == b"two"
    other.clear()
    assert process().get("a", version=2) is None


def test_of_two_that_fall_on_one_place_the_newer_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_start", lambda key: 0)
    cache = process()
    cache.set("a", b"a longer one", 300)
    cache.set("b", b"short", 300)
    assert [cache.get("a"), cache.get("b")] == [b"a longer one", b"short"], "in its own memory"
    other = process()
    assert [other.get("a"), other.get("b")] == [None, b"short"]


@pytest.mark.parametrize(("size", "is_shared"), [(0, True), (SLOT - HEAD.size, True), (SLOT - HEAD.size + 1, False)])
def test_what_is_too_large_each_process_keeps_for_itself(size: int, is_shared: bool) -> None:
    cache = process()
    cache.set("a", bytes(size), 300)
    assert cache.get("a") == bytes(size)
    assert process().get("a") == (bytes(size) if is_shared else None)


@pytest.mark.parametrize("place", range(0, HEAD.size + 4, 3))
def test_what_is_being_written_counts_as_none(place: int) -> None:
    cache = process()
    cache.set("a", b"told", 300)
    start = machine._start(cache._digest("a", None))
    machine._table[start + place] ^= 0x81
    assert process().get("a") is None


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
    forget("pages")
    with django_assert_max_num_queries(1):
        kept = client.get(study.url)
    assert kept.content == made.content
    assert dict(kept.headers) == dict(made.headers)
    forget("pages")
    machine._table[:] = b"spoilt\n\n" * (len(machine._table) // 8)
    assert client.get(study.url).content == made.content
