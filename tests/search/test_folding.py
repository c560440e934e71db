"""Words of fresh pages are folded into the table: before, while, after, and where it was killed in between, every answer
is the same."""

import fcntl
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from search.documents import Document
from search.embedded import postings
from search.embedded.maintenance import tidy
from search.embedded.snapshot import Memory
from search.embedded.store import Store
from search.query import Query
from tests.search.corpus import WORDS, Corpus, CorpusEngine, built, made_up, matches

QUESTIONS = (*WORDS, "alpha bravo", "omega -sigma", "alp*", '"kappa zulu"')


def assert_true(folder: Path, entries: dict[int, Document], *engines: CorpusEngine) -> None:
    for engine in (*engines, CorpusEngine(folder)):  # one that was there, and a process that starts
        found = Corpus(engine, entries, Store(folder).write)
        for text in QUESTIONS:
            matched, every = matches(entries, text)
            answer = found.ask(Query(text), 1000)
            assert ({hit.page_id for hit in answer.hits}, answer.exact) == (matched, len(every))
        assert found.ask(Query()).total == len(entries)


def changed(store: Store, entries: dict[int, Document], step: int) -> None:
    """Some pages go, some come, some say something else."""
    others = made_up(100 + step, 60)
    gone = sorted(entries)[step : step + 5]
    for page in gone:
        del entries[page]
    written = [
        replace(item, page_id=page) for item, page in zip(others, [*sorted(entries)[:10], 900 + step], strict=False)
    ]
    entries.update({item.page_id: item for item in written})
    store.write(dict.fromkeys([*gone, *(item.page_id for item in written)], step + 2), written)


@pytest.fixture
def entries() -> dict[int, Document]:
    return {item.page_id: item for item in made_up(21, 80)}


def test_folding_changes_no_answer(tmp_path: Path, entries: dict[int, Document]) -> None:
    engine = built(tmp_path, entries.values())
    store = Store(tmp_path)
    for step in range(4):
        changed(store, entries, step)
        assert_true(tmp_path, entries, engine)
        assert tidy(store, Memory(), 1) > 0
        assert_true(tmp_path, entries, engine)
    with store.reading() as (file, connection):
        assert not Memory().state(file, connection).fresh_pages
    assert tidy(store, Memory(), 1) == 0


def test_a_fold_that_was_killed_leaves_every_answer_true(
    tmp_path: Path, entries: dict[int, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops between two of its transactions: within one SQLite itself answers for all or nothing."""
    monkeypatch.setattr(postings, "CHUNK", 2)
    engine = built(tmp_path, entries.values())
    store = Store(tmp_path)
    whole = postings.write_rows
    for step in range(6):
        left = step

        def killed(connection: Any, rows: Iterable[Any]) -> None:
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            whole(connection, rows)

        changed(store, entries, step)
        monkeypatch.setattr(postings, "write_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            tidy(store, Memory(), 1)
        monkeypatch.setattr(postings, "write_rows", whole)
        assert_true(tmp_path, entries, engine)
        if step % 2:
            tidy(store, Memory(), 1)
            assert_true(tmp_path, entries, engine)


def test_a_reader_of_an_older_view_keeps_its_answers_through_a_fold(
    tmp_path: Path, entries: dict[int, Document]
) -> None:
    engine = built(tmp_path, entries.values())
    store = Store(tmp_path)
    changed(store, entries, 0)
    with engine.store.reading() as (file, connection):
        connection.execute("SELECT 1 FROM doc").fetchone()
        before = dict(entries)
        other = Store(tmp_path)
        changed(other, entries, 1)
        tidy(other, engine.memory, 1)
        state = engine.memory.state(file, connection)
        held = postings.anywhere(postings.read(connection, state.fresh, state.fresh_pages, "alpha"))
        assert set(held) == matches(before, '"alpha"')[0]
    assert_true(tmp_path, entries, engine)


def test_only_one_process_folds(tmp_path: Path, entries: dict[int, Document]) -> None:
    built(tmp_path, entries.values())
    store = Store(tmp_path)
    changed(store, entries, 0)
    with (tmp_path / "fold.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert tidy(store, Memory(), 1) == 0
    assert tidy(store, Memory(), 1) > 0


def test_few_fresh_pages_are_left_alone(tmp_path: Path, entries: dict[int, Document]) -> None:
    built(tmp_path, entries.values())
    store = Store(tmp_path)
    changed(store, entries, 0)
    assert tidy(store, Memory(), 1000) == 0
