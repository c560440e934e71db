"""Words by how they begin, as they are written, and which pages have them: for word* and for what was misspelt.

The table `posting` finds a beginning by its key. Of the fresh pages, which may be some thousands, the same is kept in
memory, brought up to date with each page that comes or goes: a question looks at the words that fit, and not at all.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from search.embedded.postings import FIRST, LAST, LEVELS, WRITTEN, Levels, Words, written

NOWHERE = tuple(BitMap() for _ in FIRST)


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The words of the fresh pages. Never changed: a newer one replaces it."""

    keys: Sequence[str]  # sorted
    pages: Mapping[str, tuple[BitMap, ...]]  # of each key, by field

    def from_(self, key: str) -> Sequence[str]:
        """The keys that begin with this one."""
        return self.keys[bisect_left(self.keys, key) : bisect_left(self.keys, key + LAST)]

    def count(self, key: str) -> int:
        """How many pages have a key."""
        return len(BitMap.union(*self.pages.get(key, NOWHERE)))


NONE = Beginnings((), {})


def changed(held: Beginnings, gone: Mapping[int, Words], come: Mapping[int, Words]) -> Beginnings:
    """Without the words that pages had, and with those that they have now."""
    pages = dict(held.pages)
    lost, new = False, []
    for (key, _), ids in _by_word(gone, come).items():
        rest = tuple(bitmap - ids if bitmap else bitmap for bitmap in pages[key])
        if any(rest):
            pages[key] = rest
        else:
            del pages[key]
            lost = True
    for (key, reached), ids in _by_word(come, gone).items():
        if key not in held.pages and key not in pages:
            new.append(key)
        fields = zip(FIRST, pages.get(key, NOWHERE), strict=True)
        pages[key] = tuple(bitmap | ids if reached >> place & 1 else bitmap for place, bitmap in fields)
    keys = [key for key in held.keys if key in pages] if lost else held.keys
    # Two runs in order are sorted fast.
    return Beginnings(sorted([*keys, *sorted(new)]) if new else keys, pages)


def _by_word(words: Mapping[int, Words], less: Mapping[int, Words]) -> dict[tuple[str, int], BitMap]:
    """The pages of each word as they are written and its levels, but for what `less` holds as well."""
    found: dict[tuple[str, int], list[int]] = {}
    for page, held in words.items():
        other = less.get(page)
        for word in held.items() - other.items() if other else held.items():
            if word[0].startswith(WRITTEN):
                found.setdefault(word, []).append(page)
    return {word: BitMap(pages) for word, pages in found.items()}


def read(connection: sqlite3.Connection, fresh: Beginnings, fresh_pages: BitMap, start: str) -> Levels:
    """The pages of every word that begins, as it is written, with these letters, by level; each counts as there once."""
    key = written(start)
    columns = ", ".join(f"level{place}" for place in FIRST)
    sql = f"SELECT {columns} FROM posting WHERE key >= ? AND key < ?"
    rows = connection.execute(sql, (key, key + LAST)).fetchall()
    found = [BitMap() for _ in LEVELS]
    for place, blobs in zip(FIRST, zip(*rows, strict=True), strict=False):
        found[place] = BitMap.union(BitMap(), *map(BitMap.deserialize, filter(None, blobs))) - fresh_pages
    for place, bitmaps in zip(FIRST, zip(*(fresh.pages[one] for one in fresh.from_(key)), strict=True), strict=False):
        found[place] |= BitMap.union(*bitmaps)
    return tuple(found)


def likeliest(connection: sqlite3.Connection, fresh: Beginnings, start: str, most: int) -> list[tuple[str, int]]:
    """Words, as they are written, that begin with these letters, and how many pages have them: of very many those that
    most have."""
    key = written(start)
    sql = "SELECT key, pages FROM posting WHERE key >= ? AND key < ? ORDER BY pages DESC, key LIMIT ?"
    found: dict[str, int] = dict(connection.execute(sql, (key, key + LAST, most)))
    for word in fresh.from_(key):
        found[word] = found.get(word, 0) + fresh.count(word)
    return sorted(((word[len(WRITTEN) :], pages) for word, pages in found.items()), key=lambda row: (-row[1], row[0]))[
        :most
    ]
