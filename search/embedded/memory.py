"""One roaring bitmap of page ids per facet value, kept in each process and brought up to date before each answer."""

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from pyroaring import BitMap

Dimension = Mapping[str, BitMap]


@dataclass(frozen=True, slots=True)
class State:
    """The facets of every page at one revision of one file. Never changed: a newer one replaces it."""

    file: str
    revision: int
    pages: BitMap
    dimensions: Mapping[str, Dimension]

    def value(self, dimension: str, value: str) -> BitMap:
        return self.dimensions.get(dimension, {}).get(value, BitMap())


class Memory:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: State | None = None

    def state(self, file: str, connection: sqlite3.Connection) -> State:
        """The state that belongs to this connection's open view of the file."""
        revision = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0]
        with self._lock:
            held = self._state
            if held and held.file == file and held.revision == revision:
                return held
            if held and held.file == file and held.revision < revision:
                self._state = _refreshed(held, revision, connection)
                return self._state
            fresh = _loaded(file, revision, connection)
            if held is None or held.file != file:  # a view older than what is held stays this thread's own
                self._state = fresh
            return fresh


def _loaded(file: str, revision: int, connection: sqlite3.Connection) -> State:
    collected: dict[str, dict[str, list[int]]] = {}
    for dimension, value, page in connection.execute("SELECT dimension, value, page FROM doc_facet"):
        collected.setdefault(dimension, {}).setdefault(value, []).append(page)
    dimensions = {name: {value: BitMap(ids) for value, ids in values.items()} for name, values in collected.items()}
    pages = BitMap([row[0] for row in connection.execute("SELECT page FROM doc")])
    return State(file, revision, pages, dimensions)


def _refreshed(held: State, revision: int, connection: sqlite3.Connection) -> State:
    """The held state with every page written since: only the bitmaps concerned are copied."""
    changed = BitMap(
        [row[0] for row in connection.execute("SELECT page FROM version WHERE revision > ?", (held.revision,))]
    )
    pages = held.pages - changed
    dimensions = {
        name: {value: bitmap - changed if bitmap.intersect(changed) else bitmap for value, bitmap in values.items()}
        for name, values in held.dimensions.items()
    }
    copied: set[tuple[str, str]] = set()
    for page in changed:
        if connection.execute("SELECT 1 FROM doc WHERE page = ?", (page,)).fetchone():
            pages.add(page)
        for name, value in connection.execute("SELECT dimension, value FROM doc_facet WHERE page = ?", (page,)):
            values = dimensions.setdefault(name, {})
            if (name, value) not in copied:
                values[value] = values[value].copy() if value in values else BitMap()
                copied.add((name, value))
            values[value].add(page)
    return State(held.file, revision, pages, dimensions)
