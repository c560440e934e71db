"""Which pages have which words, and how often in which field: roaring bitmaps, so that common words cost no more than rare ones.

The table `posting` is as of one revision (`folded` in `meta`). Pages written since are "fresh": whatever it says of them
is left aside, and their words are counted in memory. `fold_in` takes them into the table, in short transactions: at each
moment, also after a kill -9, the table less the fresh pages plus the fresh pages' words is the truth.

FTS5 finds a phrase by walking the places of its words, which takes long of words that nearly every page has. So a large
index also holds, as keys of their own, which pages have two of its most common stems side by side. Which stems these are
is settled when the index is made: it decides how fast a phrase is found, never what is found.
"""

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from sys import intern

from pyroaring import BitMap

from search.analysis import tokens
from search.stemming import STEMS

FIELDS = ("title", "tags", "summary", "body")
# (field, how often at least): a page is in the bitmap of each level that it reaches.
LEVELS = ((0, 1), (1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (3, 5))
FIRST = tuple(
    place for place, (_, times) in enumerate(LEVELS) if times == 1
)  # the levels that say where a word is at all
COLUMNS = ", ".join(f"level{place}" for place in range(len(LEVELS)))
SCHEMA = f"CREATE TABLE posting (key TEXT NOT NULL PRIMARY KEY, pages INTEGER NOT NULL, {COLUMNS}) WITHOUT ROWID;"
PAGES = ""  # the key of all pages that the table knows
WRITTEN = "="  # before a word as it is written; stems have nothing before them
LAST = "\U0010ffff"  # after every other letter
CHUNK = 5000  # keys in one transaction

Levels = tuple[BitMap, ...]
# The keys of one page, each with the levels that it reaches as bits.
Words = Mapping[str, int]


# Field -> the levels that a word reaches, as bits, by how often it is there (five times stands for more).
REACHED = tuple(
    tuple(
        sum(1 << place for place, level in enumerate(LEVELS) if level[0] == field and level[1] <= n) for n in range(6)
    )
    for field in range(len(FIELDS))
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the index takes in of a page's four fields."""

    words: Words
    lengths: tuple[int, ...]  # how many words each field has
    stems: tuple[str, ...]  # of each field in order, with spaces between them


def words_of(texts: Sequence[str], common: Set[str] = frozenset()) -> Taken:
    found: dict[str, int] = {}
    lengths, stemmed = [], []
    get = found.get
    for field, text in enumerate(texts):
        together = tokens(text)
        reached = REACHED[field]
        once = reached[1]
        for word in dict.fromkeys(together):
            key = written(word)
            found[key] = get(key, 0) | once
        stems = [STEMS[word] for word in together]
        for stem, times in Counter(stems).items():
            found[stem] = get(stem, 0) | reached[times if times < 5 else 5]
        for key in pairs_of(stems, common) if common else ():
            found[key] = get(key, 0) | once
        lengths.append(len(stems))
        stemmed.append(in_order(stems))
    return Taken(found, tuple(lengths), tuple(stemmed))


def in_order(stems: Sequence[str]) -> str:
    """Stems as the index keeps them: words that stand together are found with a space before and after them."""
    return f" {' '.join(stems)} "


def pair(first: str, second: str) -> str:
    """The key of two stems side by side."""
    return f"{first} {second}"


def pairs_of(stems: Sequence[str], common: Set[str]) -> set[str]:
    """The keys of the common stems that stand side by side in a text."""
    found = {two for two in pairwise(stems) if two[0] in common and two[1] in common}
    return {pair(*two) for two in found}


def written(word: str) -> str:
    """The key of a word, or of the beginning of one, as it is written."""
    return intern(WRITTEN + word)


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


def held(connection: sqlite3.Connection, fresh: Mapping[int, Words], keys: Set[str]) -> set[str]:
    """Those of these keys that a page has, or had until it was written anew."""
    sql = f"SELECT key FROM posting WHERE key IN ({', '.join('?' * len(keys))})"
    found = {row[0] for row in connection.execute(sql, sorted(keys))}
    left = keys - found
    for words in fresh.values() if left else ():
        found |= left & words.keys()
    return found


def anywhere(levels: Levels) -> BitMap:
    """The pages that have it in any field."""
    title, tags, summary, body = (levels[place] for place in FIRST)
    return title | tags | summary | body


# The levels that are reached as bits -> key -> pages: there are few combinations of levels and very many keys.
# Arrays, because Python's collector of garbage goes through every list again and again.
Added = dict[int, dict[str, "array[int]"]]


def add_to(added: Added, page: int, words: Words) -> None:
    """Note a page's words as words with their pages."""
    for key, reached in words.items():
        pages = added.get(reached)
        if pages is None:
            pages = added[reached] = defaultdict(partial(array, "I"))
        pages[key].append(page)


def fold_in(connection: sqlite3.Connection, fresh_pages: BitMap, added: Added) -> None:
    """Take the fresh pages into the table. The caller says in `meta` afterwards that this was done."""
    known = _levels_of(connection, PAGES)
    old = fresh_pages & known[0] if known[0] else BitMap()
    # First of all, so that a fold which was killed leaves no page in the table that the next one does not know of.
    write_rows(connection, [(PAGES, [known[0] | fresh_pages if known[0] else fresh_pages, *known[1:]])])
    keys = sorted(set().union(*added.values()))
    for start in range(0, len(keys), CHUNK):
        write_rows(connection, _merged(connection, keys[start : start + CHUNK], old, added))
    if old:
        written = {PAGES, *keys}
        last = ""
        while batch := _after(connection, last):
            last = batch[-1]
            write_rows(connection, _cleared(connection, batch, old, written))


def _after(connection: sqlite3.Connection, last: str) -> list[str]:
    rows = connection.execute("SELECT key FROM posting WHERE key > ? ORDER BY key LIMIT ?", (last, CHUNK))
    return [row[0] for row in rows]


def _levels_of(connection: sqlite3.Connection, key: str) -> list[BitMap | None]:
    row = connection.execute(f"SELECT {COLUMNS} FROM posting WHERE key = ?", (key,)).fetchone()
    return [BitMap.deserialize(blob) if blob else None for blob in row] if row else [None] * len(LEVELS)


Row = tuple[str, Sequence[BitMap | None]]


# What the bits say: 0b101 -> (0, 2).
PLACES = tuple(tuple(place for place in range(len(LEVELS)) if bits >> place & 1) for bits in range(1 << len(LEVELS)))


def _merged(connection: sqlite3.Connection, keys: Iterable[str], old: BitMap, added: Added) -> Iterator[Row]:
    for key in keys:
        levels = _levels_of(connection, key)
        if old:
            for held in levels:
                if held is not None:
                    held -= old
        for bits, by_key in added.items():
            pages = by_key.get(key)
            if pages is None:
                continue
            for place in PLACES[bits]:
                held = levels[place]
                if held is None:
                    levels[place] = BitMap(pages)
                else:
                    held.update(pages)
        yield key, levels


def _cleared(connection: sqlite3.Connection, keys: Iterable[str], old: BitMap, written: Set[str]) -> Iterator[Row]:
    for key in keys:
        if key in written:
            continue
        levels = _levels_of(connection, key)
        if any(held is not None and held.intersect(old) for held in levels):
            yield key, [held - old if held is not None else None for held in levels]


REPLACE = f"REPLACE INTO posting VALUES ({', '.join('?' * (len(LEVELS) + 2))})"


def _count(levels: Sequence[BitMap | None]) -> int:
    """How many pages there are in any field."""
    held = [bitmap for place in FIRST if (bitmap := levels[place])]
    return len(held[0]) if len(held) == 1 else len(BitMap.union(*held)) if held else 0


def write_rows(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Replaces these keys in one transaction; one that no page has is deleted."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for key, levels in rows:
            pages = _count(levels)
            if pages:
                blobs = [bitmap.serialize() if bitmap else None for bitmap in levels]
                connection.execute(REPLACE, (key, pages, *blobs))
            else:
                connection.execute("DELETE FROM posting WHERE key = ?", (key,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
