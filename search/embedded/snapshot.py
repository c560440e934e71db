"""What each process keeps of the index: a roaring bitmap of page ids per facet value, and the words of the pages written
since the index last folded them in. Brought up to date before each answer."""

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pyroaring import BitMap

from search.embedded.postings import FIELDS, Levels, Words, words_of
from search.embedded.prefixes import NONE, Beginnings
from search.embedded.prefixes import changed as with_changes

Dimension = Mapping[str, BitMap]
ALL = ""  # the name in the snapshot of the bitmap of all pages
REMEMBERED = 200  # phrases
RECHECKED = 100  # pages at most that are looked at one by one


@dataclass(frozen=True, slots=True)
class State:
    """The index at one revision of one file. Never changed: a newer one replaces it."""

    file: str
    revision: int
    folded: int  # the revision after which written pages are fresh
    pages: BitMap
    dimensions: Mapping[str, Dimension]
    fresh_pages: BitMap  # also those that are gone
    fresh: Mapping[int, Words]
    beginnings: Beginnings  # of the fresh words
    lengths: tuple[float, ...]  # words of each field in the mean
    common: frozenset[str]  # stems of which pairs are kept

    def value(self, dimension: str, value: str) -> BitMap:
        return self.dimensions.get(dimension, {}).get(value, BitMap())


class Memory:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: State | None = None
        self._phrases: dict[tuple[str, str], tuple[int, BitMap]] = {}
        self._levels: dict[tuple[str, int, tuple[str, ...]], Levels] = {}

    def state(self, file: str, connection: sqlite3.Connection) -> State:
        """The state that belongs to this connection's open view of the file."""
        # One row, not one for each key: with each row Python lets other threads go first.
        meta = json.loads(connection.execute("SELECT json_group_object(key, value) FROM meta").fetchone()[0])
        revision, folded = meta["revision"], meta["folded"]
        with self._lock:
            held = self._state
            if held and held.file == file and held.folded <= folded and held.revision <= revision:
                if held.revision < revision:
                    held = _refreshed(held, revision, connection)
                if held.folded < folded:
                    held = _pruned(held, folded, connection)
                self._state = held = replace(held, lengths=_lengths(meta, held)) if held is not self._state else held
                return held
            found = _loaded(file, folded, connection)
            if revision > folded:
                found = _refreshed(found, revision, connection)
            found = replace(found, lengths=_lengths(meta, found))
            if held is None or held.file != file:  # a view older than what is held stays this thread's own
                self._state = found
            return found

    def phrase(
        self, connection: sqlite3.Connection, state: State, expression: str, among: BitMap | None = None
    ) -> BitMap:
        """The pages that an expression of FTS5 finds, which takes a while where its words are common. It finds none
        that is not `among` these."""
        if among is not None and len(among) <= RECHECKED:
            return _matching(connection, expression, among)
        key = (state.file, expression)
        held = self._phrases.get(key)
        if held and held[0] == state.revision:
            return held[1]
        if held and held[0] < state.revision:
            changed = _changed(connection, held[0])
            if len(changed) <= RECHECKED:
                found = (held[1] - changed) | _matching(connection, expression, changed)
                self._phrases[key] = (state.revision, found)
                return found
        rows = connection.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (expression,)).fetchall()
        found = BitMap([row[0] for row in rows])
        if held is None or held[0] < state.revision:
            if len(self._phrases) >= REMEMBERED:
                self._phrases.clear()
            self._phrases[key] = (state.revision, found)
        return found

    def levels(self, state: State, words: tuple[str, ...], look: Callable[[], Levels]) -> Levels:
        """What `look` finds of these words together, kept while nothing is written."""
        key = (state.file, state.revision, words)
        found = self._levels.get(key)
        if found is None:
            found = look()
            if len(self._levels) >= REMEMBERED:
                self._levels.clear()
            self._levels[key] = found
        return found


def _matching(connection: sqlite3.Connection, expression: str, pages: BitMap) -> BitMap:
    """Those of these pages that an expression of FTS5 finds."""
    sql = f"SELECT rowid FROM fts WHERE fts MATCH ? AND rowid IN ({','.join(map(str, pages))})"
    return BitMap([row[0] for row in connection.execute(sql, (expression,))])


def _lengths(meta: Mapping[str, int], state: State) -> tuple[float, ...]:
    return tuple(max(1.0, meta[f"{field} words"] / max(1, len(state.pages))) for field in FIELDS)


def _changed(connection: sqlite3.Connection, revision: int) -> BitMap:
    return BitMap([row[0] for row in connection.execute("SELECT page FROM version WHERE revision > ?", (revision,))])


def _loaded(file: str, folded: int, connection: sqlite3.Connection) -> State:
    """The snapshot, which is as of the revision that was folded in."""
    dimensions: dict[str, dict[str, BitMap]] = {}
    for dimension, value, blob in connection.execute("SELECT dimension, value, pages FROM bitmap"):
        dimensions.setdefault(dimension, {})[value] = BitMap.deserialize(blob)
    pages = dimensions.pop(ALL, {}).get(ALL, BitMap())
    common = frozenset(stem for (stem,) in connection.execute("SELECT stem FROM common"))
    return State(file, folded, folded, pages, dimensions, BitMap(), {}, NONE, (), common)


def _refreshed(held: State, revision: int, connection: sqlite3.Connection) -> State:
    """The held state with every page written since: only the bitmaps concerned are copied."""
    changed = _changed(connection, held.revision)
    pages = held.pages - changed
    dimensions = {
        name: {value: bitmap - changed if bitmap.intersect(changed) else bitmap for value, bitmap in values.items()}
        for name, values in held.dimensions.items()
    }
    gone = {page: held.fresh[page] for page in changed if page in held.fresh}
    come: dict[int, Words] = {}
    copied: set[tuple[str, str]] = set()
    for page in changed:
        sql = "SELECT facets, title, tags, summary, body FROM doc WHERE page = ?"
        row = connection.execute(sql, (page,)).fetchone()
        if row is None:
            continue
        pages.add(page)
        come[page] = words_of(row[1:], held.common)[0]
        for name, held_values in json.loads(row[0]).items():
            values = dimensions.setdefault(name, {})
            for value in held_values:
                if (name, value) not in copied:
                    values[value] = values[value].copy() if value in values else BitMap()
                    copied.add((name, value))
                values[value].add(page)
    dimensions = {
        name: {value: pages for value, pages in values.items() if pages} for name, values in dimensions.items()
    }
    return replace(
        held,
        revision=revision,
        pages=pages,
        dimensions=dimensions,
        fresh={page: words for page, words in held.fresh.items() if page not in gone} | come,
        beginnings=with_changes(held.beginnings, gone, come),
        fresh_pages=held.fresh_pages | changed,
    )


def _pruned(held: State, folded: int, connection: sqlite3.Connection) -> State:
    """The held state after a fold: fewer pages are fresh."""
    changed = _changed(connection, folded)
    fresh = {page: words for page, words in held.fresh.items() if page in changed}
    return replace(held, folded=folded, fresh_pages=changed, fresh=fresh, beginnings=with_changes(NONE, {}, fresh))
