"""What is broken on purpose: an index that cannot be read or written never stops a page from being published."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from search.embedded.store import POINTER
from search.engine import engine
from tests.factories import case_study
from tests.search.site import assert_same_as_database, committed, found

pytestmark = pytest.mark.django_db


def folder() -> Path:
    return Path(settings.SEARCH_DIR)


def current() -> Path:
    return folder() / (folder() / POINTER).read_text()


def pointer_to_nowhere() -> None:
    (folder() / POINTER).write_text("search-999.sqlite3")


def pointer_of_rubbish() -> None:
    (folder() / POINTER).write_bytes(b"\xff\xfe../\x00\n")


def pointer_empty() -> None:
    (folder() / POINTER).write_text("")


def pointer_gone() -> None:
    (folder() / POINTER).unlink()


def file_gone() -> None:
    engine.cache_clear()  # as another process sees it
    current().unlink()


def file_of_rubbish() -> None:
    engine.cache_clear()
    for old in folder().glob("search-*"):
        old.write_bytes(b"this is no database" * 500)


def file_empty() -> None:
    engine.cache_clear()
    for old in folder().glob("search-*"):
        old.write_bytes(b"")


def folder_gone() -> None:
    for file in folder().iterdir():
        file.unlink()
    folder().rmdir()


BREAKS = [pointer_to_nowhere, pointer_of_rubbish, pointer_empty, pointer_gone, file_gone, file_of_rubbish, file_empty]


@pytest.mark.parametrize("damage", [*BREAKS, folder_gone])
def test_publishing_goes_on_and_the_next_sync_makes_it_good(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, damage: Callable[[], None]
) -> None:
    before = case_study(listing, "Walnut")
    index.sync()
    index.store.close()
    damage()
    with committed():
        page = case_study(listing, "Hazelnut")
    assert client.get(page.url).status_code == 200
    for form in ("html", "json", "csv", "atom"):
        assert client.get(f"/search/?format={form}").status_code == 503
    engine().sync()
    assert found() == {before.pk, page.pk}
    assert client.get("/search/?q=hazelnut&format=json").json()["total"] == 1
    assert_same_as_database()


def test_an_index_that_cannot_be_written_keeps_answering(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the file's lock for longer than anybody waits."""
    before = case_study(listing, "Walnut")
    index.sync()
    _, connection = index.store.connection()
    connection.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(current(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with committed():
        page = case_study(listing, "Hazelnut")
    assert found() == {before.pk}
    assert client.get("/search/").status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert found() == {before.pk, page.pk}
    assert_same_as_database()


def test_a_full_disk_stops_no_page(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    """SQLite's own limit of pages stands for the disk: the error is the same."""
    before = case_study(listing, "Walnut")
    index.sync()
    _, connection = index.store.connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with committed():
        page = case_study(listing, "Hazelnut", body=" ".join(f"word{number}" for number in range(20_000)))
    assert found() == {before.pk}
    assert client.get("/search/?q=walnut").status_code == 200
    connection.execute(f"PRAGMA max_page_count = {pages + 10_000}")
    assert found() == {before.pk, page.pk}
    assert_same_as_database()


def test_a_damaged_page_in_the_file_is_no_error_500(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    for number in range(30):
        case_study(listing, f"Walnut {number}", body="many words " * 200)
    index.sync()
    _, connection = index.store.connection()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    index.store.close()
    engine.cache_clear()
    data = bytearray(current().read_bytes())
    data[4096 * 3 :] = os.urandom(len(data) - 4096 * 3)
    current().write_bytes(data)
    assert client.get("/search/?q=walnut").status_code == 503
    assert client.get("/").status_code == 200
    with committed():
        case_study(listing, "Hazelnut")
    engine().rebuild()
    assert len(found()) == 31
    assert_same_as_database()


def test_an_index_made_anew_in_a_folder_that_was_emptied_is_seen_by_those_who_had_the_old_one_open(
    listing: CaseStudyIndexPage, index: EmbeddedEngine
) -> None:
    assert found() == set()
    folder_gone()
    page = case_study(listing, "Walnut")
    EmbeddedEngine(folder()).rebuild()
    assert found() == {page.pk}
    with committed():
        other = case_study(listing, "Hazelnut")
    assert EmbeddedEngine(folder()).stored().keys() == {page.pk, other.pk}
