"""A whole index made at once, much faster than page by page.

`made` takes a batch of pages apart, in another process where there are many. `Rebuild` writes what it gives: nobody sees
the file before it is whole, so each table is filled in its own order, and what tables are found by comes at the end.
"""

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from sys import intern
from typing import Any

from pyroaring import BitMap

from search import changes
from search.analysis import tokens
from search.documents import Document, texts_of
from search.embedded import postings, tables
from search.embedded.postings import FIELDS, REACHED, keys_of, pairs_of
from search.indexing import facets_of
from search.sources import documents_for
from search.stemming import learn

TOGETHER = 6_000_000  # words of pages that are folded in together: some 40 MB
# FTS5 merges what it has only when all is there, and keeps more in memory before it writes.
IN_ONE_GO = {"automerge": 0, "crisismerge": 1999, "hashsize": 8 << 20}
MANY = 20_000  # pages; of fewer FTS5 finds any phrase fast
SAMPLE = 500  # pages from which is told which stems are common
COMMON = 0.4  # of the pages of the sample have such a stem
MOST = 100  # stems
AS_EVER = {"automerge": 4, "crisismerge": 16, "hashsize": 1 << 20}

# Keys, where the pages of each end, and the pages of all: three objects, because very many take long to hand over.
Packed = tuple[list[str], "array[int]", "array[int]"]


@dataclass(frozen=True, slots=True)
class Made:
    """What the index takes in of a batch of pages."""

    versions: Mapping[int, int]
    docs: list[tuple[Any, ...]]  # rows of `doc`
    ranks: list[tuple[Any, ...]]  # rows of `rank`
    organisations: list[str]  # of each page in turn
    facets: dict[tuple[str, str], list[int]]  # pages by dimension and value
    words: dict[int, Packed]  # by the levels that are reached, as bits


def commonest(page_ids: Sequence[int]) -> frozenset[str]:
    """The stems that very many of these pages have; none where the pages are few."""
    if len(page_ids) < MANY:
        return frozenset()
    having: Counter[str] = Counter()
    for entry in documents_for(page_ids[:: -(-len(page_ids) // SAMPLE)]):
        words = {word for text in texts_of(entry)[1] for word in tokens(text)}
        learn(words)
        having.update({stem for word in words for stem in keys_of(word)[1]})
    return frozenset(stem for stem, pages in having.most_common(MOST) if pages > COMMON * SAMPLE)


def made(page_ids: list[int], common: Set[str] = frozenset()) -> Made:
    """The sequence is read before the page: what is written is at least as new as it says."""
    versions = changes.versions(page_ids)
    return taken_apart(versions, documents_for(page_ids), common)


def taken_apart(versions: Mapping[int, int], entries: Iterable[Document], common: Set[str] = frozenset()) -> Made:
    docs: list[tuple[Any, ...]] = []
    names: list[str] = []
    facets: dict[tuple[str, str], list[int]] = {}
    for entry in sorted(entries, key=lambda entry: entry.page_id):
        organisations, row = tables.doc_row(entry)
        docs.append(row)
        names += organisations
        for dimension, values in facets_of(entry).items():
            for value in values:
                facets.setdefault((dimension, value), []).append(entry.page_id)
    words, lengths = words_of_many([row[0] for row in docs], [row[tables.TEXTS] for row in docs], common)
    ranks = [tables.rank_row(row, held) for row, held in zip(docs, lengths, strict=True)]
    return Made(dict(versions), docs, ranks, names, facets, words)


def words_of_many(
    pages: Sequence[int], texts: Sequence[Sequence[str]], common: Set[str] = frozenset()
) -> tuple[dict[int, Packed], list[tuple[int, ...]]]:
    """What `words_of` finds in each of these pages, looked at word by word and not page by page; and how many words each
    field of each page has."""
    found: dict[int, dict[str, list[int]]] = defaultdict(dict)
    lengths = []
    for field, reached in enumerate(REACHED):
        words = [tokens(held[field]) for held in texts]
        once, more, counted = _occurrences(pages, words)
        _add_keys(once, more, reached, found, counted)
        if common:
            _add_pairs(pages, words, common, found[reached[1]])
        lengths.append([counted[page] for page in pages])
    packed: dict[int, Packed] = {}
    for bits, by_key in found.items():
        keys, ends, together = list(by_key), array("I"), array("I")
        for held in by_key.values():
            together.extend(held)
            ends.append(len(together))
        packed[bits] = keys, ends, together
    return packed, list(zip(*lengths, strict=True))


# By word, the pages that have it once; those that have it several times, with how often.
Once = dict[str, list[int]]
More = dict[str, list[tuple[int, int]]]


def _occurrences(pages: Sequence[int], texts: Sequence[Sequence[str]]) -> tuple[Once, More, dict[int, int]]:
    """The pages of each word, and how many words each page has."""
    once: Once = defaultdict(list)
    more: More = defaultdict(list)
    counted = {}
    for page, words in zip(pages, texts, strict=True):
        counted[page] = len(words)
        for word, times in Counter(words).items():
            if times == 1:
                once[word].append(page)
            else:
                more[word].append((page, times))
    return once, more, counted


def _add_keys(
    once: Once, more: More, reached: Sequence[int], found: dict[int, dict[str, list[int]]], counted: dict[int, int]
) -> None:
    """Add the keys of one field's words: as they are written, and their stems."""
    said = once.keys() | more.keys()
    learn(said)
    written = found[reached[1]]
    words_of_stem: dict[str, list[str]] = defaultdict(list)
    for word in said:
        key, stems = keys_of(word)
        held = written.setdefault(key, [])
        held += once.get(word, ())
        if word in more:
            held += [page for page, _ in more[word]]
        for stem in stems:
            words_of_stem[stem].append(word)
        if len(stems) != 1:  # a few odd signs: the index keeps nothing of them, or several words
            for page, times in [*((page, 1) for page in once.get(word, ())), *more.get(word, ())]:
                counted[page] += times * (len(stems) - 1)
    by_times = [found[bits] if bits else {} for bits in reached]
    for stem, words in words_of_stem.items():
        often: Iterable[tuple[int, int]]
        if len(words) == 1:
            alone, often = once.get(words[0]), more.get(words[0], ())
            if alone:
                by_times[1].setdefault(stem, []).extend(alone)
        else:
            often = _summed(words, once, more)
        for page, times in often:
            by_times[times if times < 5 else 5].setdefault(stem, []).append(page)


def _add_pairs(
    pages: Sequence[int], texts: Sequence[Sequence[str]], common: Set[str], found: dict[str, list[int]]
) -> None:
    for page, words in zip(pages, texts, strict=True):
        for key in pairs_of(words, common):
            found.setdefault(key, []).append(page)


def _summed(words: Iterable[str], once: Once, more: More) -> Iterable[tuple[int, int]]:
    """The pages that have any of these words, with how often."""
    sums: Counter[int] = Counter()
    for word in words:
        sums.update(once.get(word, ()))
        for page, times in more.get(word, ()):
            sums[page] += times
    return sums.items()


class Rebuild:
    """A new file that is filled. Each page is added once."""

    def __init__(self, connection: sqlite3.Connection, sequence: int, common: Set[str]) -> None:
        self._connection = connection
        self._common = common
        self._sequence = sequence
        self._revision = 0
        self._pages = BitMap()
        self._words: postings.Added = {}
        self._held = 0
        self._organisations: Counter[str] = Counter()
        self._facets: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        self._lengths = [0] * len(FIELDS)
        self._tune(IN_ONE_GO)

    def add(self, versions: Mapping[int, int], entries: Iterable[Document]) -> None:
        self.take(taken_apart(versions, entries, self._common))

    def take(self, batch: Made) -> None:
        self._revision += 1
        with tables.transaction(self._connection):
            self._many("doc", 11, batch.docs)
            self._connection.executemany(
                "INSERT INTO fts (rowid, title, tags, summary, body) VALUES (?, ?, ?, ?, ?)",
                ((row[0], *row[tables.TEXTS]) for row in batch.docs),
            )
            self._connection.executemany(tables.SUGGESTED, map(tables.suggested, batch.docs))
            self._many("rank", 7, batch.ranks)
            self._many("version", 3, ((page, number, self._revision) for page, number in batch.versions.items()))
        self._pages.update(batch.versions)
        self._organisations.update(batch.organisations)
        for value, pages in batch.facets.items():
            self._facets[value].update(pages)
        for _, _, _, *lengths in batch.ranks:
            self._lengths = [held + length for held, length in zip(self._lengths, lengths, strict=True)]
        self._note(batch.words)
        if self._held >= TOGETHER:
            self._fold()

    def _note(self, words: Mapping[int, Packed]) -> None:
        for bits, (keys, ends, pages) in words.items():
            added = self._words.setdefault(bits, {})
            self._held += len(pages)
            start = 0
            for key, end in zip(keys, ends, strict=True):
                held = added.get(key)
                if held is None:
                    added[intern(key)] = pages[start:end]
                else:
                    held.extend(pages[start:end])
                start = end

    def _fold(self) -> None:
        postings.fold_in(self._connection, self._pages, self._words)
        self._pages, self._words, self._held = BitMap(), {}, 0

    def finish(self) -> None:
        self._fold()
        facets: dict[str, dict[str, BitMap]] = {}
        for (dimension, value), pages in sorted(self._facets.items()):
            facets.setdefault(dimension, {})[value] = pages
        with tables.transaction(self._connection):
            self._many("common", 1, ((stem,) for stem in sorted(self._common)))
            names = list(enumerate(self._organisations.items(), start=1))
            self._many("organisation", 3, ((number, name, pages) for number, (name, pages) in names))
            # FTS5 likes numbers that grow.
            told = ((-number, name, "organisation", "") for number, (name, _) in reversed(names))
            self._connection.executemany(tables.SUGGESTED, told)
            tables.count_words(self._connection, self._lengths, 1)
            meta = (("sequence", self._sequence), ("revision", self._revision))
            self._connection.executemany("REPLACE INTO meta VALUES (?, ?)", meta)
        self._connection.executescript(tables.INDEXES)
        pages = BitMap([row[0] for row in self._connection.execute("SELECT page FROM doc")])
        tables.remember_folded(self._connection, self._revision, pages, facets)
        for table in ("fts", "prefix"):
            self._connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        self._tune(AS_EVER)

    def _many(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)

    def _tune(self, values: Mapping[str, int]) -> None:
        for table in ("fts", "prefix"):
            for name, value in values.items():
                self._connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (name, value))
