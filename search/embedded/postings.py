"""Which pages have which words, and how often in which field: roaring bitmaps, so that common words cost no more than rare ones.

The table `posting` is as of one revision (`folded` in `meta`). Pages written since are "fresh": whatever it says of them
is left aside, and their words are counted in memory. `fold_in` takes them into the table, in short transactions: at each
moment, also after a kill -9, the table less the fresh pages plus the fresh pages' words is the truth.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern

from pyroaring import BitMap

from search.analysis import fold, tokens
from search.stemming import stems

FIELDS = ("title", "tags", "summary", "body")
# (field, how often at least): a page is in the bitmap of each level that it reaches.
LEVELS = ((0, 1), (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (3, 5))
FIRST = tuple(
    place for place, (_, times) in enumerate(LEVELS) if times == 1
)  # the levels that say where a word is at all
COLUMNS = ", ".join(f"level{place}" for place in range(len(LEVELS)))
SCHEMA = f"CREATE TABLE posting (key TEXT NOT NULL PRIMARY KEY, pages INTEGER NOT NULL, {COLUMNS});"
PAGES = ""  # the key of all pages that the table knows
WRITTEN = "="  # before a word as it is written; stems have nothing before them
LAST = "\U0010ffff"  # after every other letter
CHUNK = 5000  # keys in one transaction

Levels = tuple[BitMap, ...]
# The keys of one page, each with the levels that it reaches as bits.
Words = Mapping[str, int]


def words_of(texts: Sequence[str]) -> tuple[dict[str, int], tuple[int, ...]]:
    """The keys of a page's four fields with their levels, and how many words each field has."""
    found: dict[str, int] = {}
    lengths = []
    for field, text in enumerate(texts):
        words = tokens(text)
        counted = Counter(stems(words))
        lengths.append(counted.total())
        bits = [(times, 1 << place) for place, (held, times) in enumerate(LEVELS) if held == field]
        first = 1 << FIRST[field]
        for stem, count in counted.items():
            reached = first
            if count > 1:
                for times, bit in bits:
                    reached |= bit if count >= times else 0
            found[stem] = found.get(stem, 0) | reached
        for word in set(words):
            key = written(word)
            found[key] = found.get(key, 0) | first
    return found, tuple(lengths)


def read(connection: sqlite3.Connection, fresh: Mapping[int, Words], fresh_pages: BitMap, key: str) -> Levels:
    """The pages of a key by level."""
    row = connection.execute(f"SELECT {COLUMNS} FROM posting WHERE key = ?", (key,)).fetchone()
    found = [BitMap.deserialize(blob) if blob else BitMap() for blob in row] if row else [BitMap() for _ in LEVELS]
    if fresh_pages:
        for bitmap in found:
            bitmap -= fresh_pages
        for page, words in fresh.items():
            reached = words.get(key)
            if reached:
                for place, bitmap in enumerate(found):
                    if reached >> place & 1:
                        bitmap.add(page)
    return tuple(found)


def anywhere(levels: Levels) -> BitMap:
    """The pages that have it in any field."""
    title, tags, summary, body = (levels[place] for place in FIRST)
    return title | tags | summary | body


def read_beginning(
    connection: sqlite3.Connection, fresh: Mapping[int, Words], fresh_pages: BitMap, start: str
) -> Levels:
    """The pages of every word that begins, as it is written, with these letters, by level; each counts as there once."""
    key = written(start)
    columns = ", ".join(f"level{place}" for place in FIRST)
    sql = f"SELECT {columns} FROM posting WHERE key >= ? AND key < ?"
    rows = connection.execute(sql, (key, key + LAST)).fetchall()
    found = [BitMap() for _ in LEVELS]
    for place, blobs in zip(FIRST, zip(*rows, strict=True), strict=False):
        found[place] = BitMap.union(BitMap(), *map(BitMap.deserialize, filter(None, blobs))) - fresh_pages
    for page, words in fresh.items():
        for word, reached in words.items():
            if word.startswith(key):
                for place in FIRST:
                    if reached >> place & 1:
                        found[place].add(page)
    return tuple(found)


def beginning(
    connection: sqlite3.Connection, fresh: Mapping[int, Words], start: str, most: int
) -> list[tuple[str, int]]:
    """Words, as they are written, that begin with these letters, and how many pages have them: of very many those that
    most have."""
    key = written(start)
    sql = "SELECT key, pages FROM posting WHERE key >= ? AND key < ? ORDER BY pages DESC, key LIMIT ?"
    found: dict[str, int] = dict(connection.execute(sql, (key, key + LAST, most)))
    for words in fresh.values():
        for word in words:
            if word.startswith(key):
                found[word] = found.get(word, 0) + 1
    return sorted(((word[len(WRITTEN) :], pages) for word, pages in found.items()), key=lambda row: (-row[1], row[0]))[
        :most
    ]


@lru_cache(maxsize=300_000)
def written(word: str) -> str:
    """The key of a word as it is written, but for case and accents. Every page that has it shares it."""
    return intern(WRITTEN + (word if word.isascii() else fold(word)))


def turned(pages: Mapping[int, Words]) -> dict[str, list[BitMap | None]]:
    """Pages with their words as words with their pages."""
    found: dict[str, list[BitMap | None]] = {}
    for page, words in pages.items():
        for key, reached in words.items():
            levels = found.get(key)
            if levels is None:
                levels = found[key] = [None] * len(LEVELS)
            place = 0
            while reached:
                if reached & 1:
                    bitmap = levels[place]
                    if bitmap is None:
                        bitmap = levels[place] = BitMap()
                    bitmap.add(page)
                reached >>= 1
                place += 1
    return found


def fold_in(connection: sqlite3.Connection, fresh_pages: BitMap, fresh: Mapping[int, Words]) -> None:
    """Take the fresh pages into the table. The caller says in `meta` afterwards that this was done."""
    added = turned(fresh)
    known = _levels_of(connection, PAGES)
    old = fresh_pages & known[0] if known[0] else BitMap()
    # First of all, so that a fold which was killed leaves no page in the table that the next one does not know of.
    _in_transaction(connection, [(PAGES, [known[0] | fresh_pages if known[0] else fresh_pages, *known[1:]])])
    keys = sorted(added)
    for start in range(0, len(keys), CHUNK):
        _in_transaction(connection, _merged(connection, keys[start : start + CHUNK], old, added))
    if old:
        last = ""
        while batch := _after(connection, last):
            last = batch[-1]
            _in_transaction(connection, _cleared(connection, batch, old, added))


def _after(connection: sqlite3.Connection, last: str) -> list[str]:
    rows = connection.execute("SELECT key FROM posting WHERE key > ? ORDER BY key LIMIT ?", (last, CHUNK))
    return [row[0] for row in rows]


def _levels_of(connection: sqlite3.Connection, key: str) -> list[BitMap | None]:
    row = connection.execute(f"SELECT {COLUMNS} FROM posting WHERE key = ?", (key,)).fetchone()
    return [BitMap.deserialize(blob) if blob else None for blob in row] if row else [None] * len(LEVELS)


Row = tuple[str, Sequence[BitMap | None]]


def _merged(
    connection: sqlite3.Connection, keys: Iterable[str], old: BitMap, added: Mapping[str, Sequence[BitMap | None]]
) -> Iterator[Row]:
    for key in keys:
        levels = _levels_of(connection, key)
        for place, more in enumerate(added[key]):
            held = levels[place]
            if held is not None and old:
                held -= old
            if more is not None:
                levels[place] = more if held is None else held | more
        yield key, levels


def _cleared(
    connection: sqlite3.Connection, keys: Iterable[str], old: BitMap, added: Mapping[str, object]
) -> Iterator[Row]:
    for key in keys:
        if key in added or key == PAGES:
            continue
        levels = _levels_of(connection, key)
        if any(held is not None and held.intersect(old) for held in levels):
            yield key, [held - old if held is not None else None for held in levels]


def _in_transaction(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for key, levels in rows:
            blobs = [bitmap.serialize() if bitmap else None for bitmap in levels]
            pages = len(BitMap.union(BitMap(), *(levels[place] for place in FIRST if levels[place])))
            if pages:
                marks = ", ".join("?" * (len(LEVELS) + 2))
                connection.execute(f"REPLACE INTO posting VALUES ({marks})", (key, pages, *blobs))
            else:
                connection.execute("DELETE FROM posting WHERE key = ?", (key,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
