"""The index's files: readers, writers and rebuilds at the same time, and rebuilds that do not come to their end."""

import datetime
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from search.documents import Document
from search.embedded.snapshot import Memory
from search.embedded.store import POINTER, Store
from search.indexing import fingerprint
from search.protocols import Busy, Unavailable
from search.query import Query
from tests.search.corpus import VOCABULARY, CorpusEngine, built, entry, made_up

PAGES = 60
LIMIT = 300  # seconds, however slow the machine is


def version(number: int, generation: int) -> Document:
    """A page of which every part says the same generation: a mixture would show."""
    word = f"gen{generation}"
    facets = {"tag": ("x" if generation % 2 else "y",)}
    return entry(number, f"alpha {word}", summary=word, body=f"{word} " * 20, facets=facets)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("search-*") if path.suffix == ".sqlite3"}


def titles(store: Store) -> dict[int, str]:
    with store.reading() as (_, connection):
        return dict(connection.execute("SELECT page, title FROM doc").fetchall())


def sequence(store: Store) -> int:
    with store.reading() as (_, connection):
        return int(connection.execute("SELECT value FROM meta WHERE key = 'sequence'").fetchone()[0])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    built(tmp_path, [version(number, 0) for number in range(1, PAGES + 1)])
    return Store(tmp_path)


def test_without_an_index_nothing_answers(tmp_path: Path) -> None:
    empty = Store(tmp_path / "not-there")
    for ask in (empty.connection, lambda: empty.write({1: 1}, []), lambda: empty.versions([1])):
        with pytest.raises(Unavailable):
            ask()


def test_an_older_write_never_replaces_a_newer_one(store: Store) -> None:
    assert store.write({1: 5}, [version(1, 5)]) == 1
    assert store.write({1: 4}, [version(1, 4)]) == 0
    assert titles(store)[1] == "alpha gen5"
    assert store.write({1: 6}, []) == 1  # it was deleted
    assert store.write({1: 5}, [version(1, 5)]) == 0
    assert 1 not in titles(store)
    assert store.write({1: 6}, [version(1, 6)]) == 1  # the same change once more does no harm
    assert store.versions([1, 2, 999]) == {1: 6, 2: 1, 999: -1}


def test_an_error_in_a_write_leaves_everything_as_it_was(store: Store) -> None:
    broken = entry(2, url=object())
    before = titles(store)
    with pytest.raises(TypeError):
        store.write({1: 9, 2: 9}, [version(1, 9), broken], upto=9)
    assert (titles(store), sequence(store)) == (before, 1)
    assert store.write({1: 9}, [version(1, 9)]) == 1


def test_a_rebuild_changes_over_at_its_end_and_keeps_one_file_before_it(store: Store) -> None:
    first = store.current()
    with store.rebuilding(7) as new:
        new.add({1: 7}, [version(1, 7)])
        assert len(titles(store)) == PAGES
        assert store.current() == first
    assert titles(store) == {1: "alpha gen7"}
    assert sequence(store) == 7
    second = store.current()
    assert files(store.folder) == {first, second}
    with store.rebuilding(8) as new:
        new.add({1: 8}, [])
    assert files(store.folder) == {second, store.current()}


def test_readers_finish_on_the_index_that_they_began_with(store: Store) -> None:
    with store.reading() as (_, connection):
        before = connection.execute("SELECT count(*) FROM doc").fetchone()[0]
        for _ in range(2):  # two rebuilds: the file that is read is no longer there by its name
            with Store(store.folder).rebuilding(7) as new:
                new.add({1: 7}, [version(1, 7)])
        assert connection.execute("SELECT count(*) FROM fts").fetchone()[0] == before == PAGES
    assert len(titles(store)) == 1


def test_an_interrupted_rebuild_leaves_the_old_index_and_no_file(store: Store) -> None:
    before = {path.name for path in store.folder.iterdir()}

    def fail(error: type[BaseException]) -> None:
        with store.rebuilding(7) as new:
            new.add({1: 7}, [version(1, 7)])
            raise error

    for error in (RuntimeError, KeyboardInterrupt):
        with pytest.raises(error):
            fail(error)
    assert {path.name for path in store.folder.iterdir()} == before
    assert len(titles(store)) == PAGES
    with store.rebuilding(8):  # and the lock is free again
        pass


def test_two_rebuilds_at_once(store: Store) -> None:
    with store.rebuilding(7), pytest.raises(Busy), Store(store.folder).rebuilding(7):
        pytest.fail("both were let in")


def test_changes_made_while_another_index_takes_over_are_not_passed_over(store: Store) -> None:
    """A process reads the changes after 50 from the log, meanwhile a rebuild begun at 40 changes over: the new file
    lacks 41 to 50, so that writing 51 to 60 into it must not make it say that it has taken in 60."""
    store.write({1: 50}, [version(1, 50)], after=1, upto=50)
    with Store(store.folder).rebuilding(40) as new:
        new.add({1: 40}, [version(1, 40)])
    store.write({2: 60}, [version(2, 60)], after=50, upto=60)
    assert sequence(store) == 40
    assert titles(store)[2] == "alpha gen60"
    store.write({1: 50, 2: 60}, [version(1, 50), version(2, 60)], after=40, upto=60)
    assert sequence(store) == 60


def test_the_fingerprint_changes_with_everything_that_is_shown() -> None:
    one = entry(1, summary="s", body="b", tags=("t",), organisations=("o",), facets={"tag": ("x", "y"), "theme": ()})
    assert fingerprint(one) == fingerprint(replace(one, facets={"tag": ("y", "x")}))
    others = [
        *(replace(one, title="x"), replace(one, kind="x"), replace(one, url="x"), replace(one, summary="x")),
        *(replace(one, body="x"), replace(one, tags=("x",)), replace(one, organisations=("x",))),
        *(replace(one, facets={"tag": ("x",)}), replace(one, date=datetime.date(2007, 1, 1))),
    ]
    assert len({fingerprint(item) for item in (one, *others)}) == len(others) + 1


def test_memory_follows_every_change_without_being_loaded_anew(tmp_path: Path) -> None:
    entries = made_up(11, 80)
    built(tmp_path, entries[:60])
    store, held = Store(tmp_path), Memory()
    with store.reading() as (file, connection):
        held.state(file, connection)
    for number, item in enumerate(entries[60:], start=2):
        other = entries[number % 60]
        moved = replace(item, page_id=other.page_id)
        store.write({item.page_id: number, other.page_id: number}, [item, moved][: number % 3])
        with store.reading() as (file, connection):
            refreshed, loaded = held.state(file, connection), Memory().state(file, connection)
        assert refreshed.pages == loaded.pages
        assert _values(refreshed.dimensions) == _values(loaded.dimensions)


def _values(dimensions: object) -> dict[tuple[str, str], list[int]]:
    assert isinstance(dimensions, dict)
    return {(name, value): list(ids) for name, values in dimensions.items() for value, ids in values.items() if ids}


def test_a_view_older_than_what_is_held_gets_its_own_state(store: Store) -> None:
    held = Memory()
    with store.reading() as (file, connection):
        connection.execute("SELECT 1 FROM doc").fetchone()
        other = Store(store.folder)
        other.write({1: 9}, [])
        with other.reading() as (newer, fresh):
            assert 1 not in held.state(newer, fresh).pages
        assert 1 in held.state(file, connection).pages
    with other.reading() as (newer, fresh):
        assert 1 not in held.state(newer, fresh).pages


@pytest.mark.parametrize("rebuilds", [0, 6])
def test_four_readers_a_writer_and_rebuilds(tmp_path: Path, rebuilds: int) -> None:
    """Nobody fails, nobody sees half a page, half a write or half an index, and in the end everything is there."""
    built(tmp_path, [version(number, 0) for number in range(1, PAGES + 1)])
    engine = CorpusEngine(tmp_path)
    generations = 40
    done = threading.Event()

    def write() -> None:
        store = Store(tmp_path)
        for generation in range(1, generations + 1):
            rows = [version(number, generation) for number in range(1, PAGES + 1)]
            store.write({row.page_id: generation for row in rows}, rows, after=generation - 1, upto=generation)
        store.close()

    def rebuild() -> None:
        for _ in range(rebuilds):
            with Store(tmp_path).rebuilding(0) as new:
                for start in range(1, PAGES + 1, 10):
                    rows = [version(number, 0) for number in range(start, start + 10)]
                    new.add({row.page_id: 0 for row in rows}, rows)

    def read() -> int:
        answers = 0
        while not done.is_set():
            answer = engine.search(Query("alpha"), VOCABULARY, 1000)
            assert answer.total == PAGES
            assert sum(row.count for row in answer.facets["tag"]) == PAGES
            # One write writes every page: all of them are of one generation.
            assert len({hit.summary for hit in answer.hits}) == 1
            assert len({row.value for row in answer.facets["tag"]}) == 1
            answers += 1
        engine.store.close()
        return answers

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        work: list[Callable[[], None]] = [write, rebuild]
        try:
            for task in [pool.submit(job) for job in work]:
                task.result(timeout=LIMIT)
        finally:
            done.set()
        assert all(reader.result(timeout=LIMIT) for reader in readers)
    # What the rebuilds put in place was begun at 0: the log is applied once more from where the index says it is.
    rows = [version(number, generations) for number in range(1, PAGES + 1)]
    store = Store(tmp_path)
    store.write({row.page_id: generations for row in rows}, rows, after=sequence(store), upto=generations)
    answer = engine.search(Query(f"gen{generations}"), VOCABULARY)
    assert (answer.total, sequence(store)) == (PAGES, generations)
    assert len(files(tmp_path)) <= 2
    assert (tmp_path / POINTER).read_text() in files(tmp_path)


def test_rebuild_takes_entries_in_batches(tmp_path: Path) -> None:
    entries = made_up(3, 30)
    with Store(tmp_path).rebuilding(3) as new:
        for item in entries:
            new.add({item.page_id: 1}, [item])
    assert set(CorpusEngine(tmp_path).stored()) == {item.page_id for item in entries}
