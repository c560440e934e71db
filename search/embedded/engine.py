"""The embedded engine: SQLite FTS5 for words, roaring bitmaps for facets, one file beside the content database."""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from math import log
from pathlib import Path

from django.conf import settings
from pyroaring import BitMap

from caching.version import cached_per_version, content_changed
from search import changes, matching
from search.embedded.answer import answer
from search.embedded.building import commonest, made
from search.embedded.hits import hits
from search.embedded.maintenance import tidy
from search.embedded.ranking import add
from search.embedded.sets import Reader
from search.embedded.snapshot import Memory, State
from search.embedded.store import Store
from search.embedded.suggest import suggestions
from search.facets import NO_VALUES, Vocabulary
from search.facets import vocabulary as today
from search.indexing import LARGEST
from search.likeness import CANDIDATES, LIKENESS
from search.protocols import Progress, Unavailable
from search.query import PER_PAGE, Query
from search.results import Hit, Results, Suggestion
from search.sources import documents_for, indexable_ids
from search.synonyms import NONE, Thesaurus
from search.workers import BATCH, prepared

FRESH, MANY_FRESH = 200, 5000  # pages whose words the minute jobs fold in, and that are not left to these


class EmbeddedEngine:
    name = "embedded"

    def __init__(self, folder: Path | None = None) -> None:
        self.store = Store(folder or settings.SEARCH_DIR)
        self.memory = Memory()

    @property
    def local(self) -> "EmbeddedEngine":
        return self

    def answering(self) -> "EmbeddedEngine":
        self.sequence()
        return self

    # Asking

    def search(
        self, query: Query, vocabulary: Vocabulary, per_page: int = PER_PAGE, thesaurus: Thesaurus = NONE
    ) -> Results:
        started = time.perf_counter()
        with self.view() as (connection, state):
            found = answer(Reader(connection, state, self.memory), query, vocabulary, thesaurus, per_page)
        return replace(found, engine=self.name, took_ms=round((time.perf_counter() - started) * 1000, 2))

    def suggest(self, text: str, count: int = 8, vocabulary: Vocabulary | None = None) -> tuple[Suggestion, ...]:
        known = today() if vocabulary is None else vocabulary
        with self.view() as (connection, state):
            return suggestions(connection, state, known, text, count)

    def similar(self, page_id: int, count: int = 4, vocabulary: Vocabulary | None = None, kind: str = "") -> Results:
        started = time.perf_counter()
        with self.view() as (connection, state):
            if page_id > LARGEST or page_id not in state.pages:
                return Results(engine=self.name)
            facets = connection.execute("SELECT facets FROM doc WHERE page = ?", (page_id,)).fetchone()[0]
            likest = _likest(state, page_id, json.loads(facets))
            allowed = state.value("kind", kind) if kind else state.pages
            best = [page for page in likest if page in allowed][:count]
            found = hits(connection, best)
        counts = matching.counts(Query(), BitMap(best), state.pages, state.dimensions, vocabulary) if vocabulary else {}
        took = round((time.perf_counter() - started) * 1000, 2)
        return Results(hits=found, total=len(best), exact=len(best), facets=counts, took_ms=took, engine=self.name)

    def hits(self, page_ids: Sequence[int]) -> tuple[Hit, ...]:
        with self.view() as (connection, state):
            held = [page for page in page_ids if page <= LARGEST and page in state.pages]
            return hits(connection, held)

    @contextmanager
    def view(self) -> Iterator[tuple[sqlite3.Connection, State]]:
        """One view of the index. Another machine, or a process that was killed, may have left changes: a few of them are
        taken in before."""
        newest = self.newest()
        with self.store.reading() as (file, connection):
            sequence = _sequence(connection)
            if sequence >= newest:
                yield connection, self.memory.state(file, connection)
                return
        if len(changes.pending(sequence, changes.AT_ONCE + 1)) <= changes.AT_ONCE:
            try:
                self.catch_up()
            except (sqlite3.OperationalError, OSError, Unavailable):
                # Somebody else is writing, or the disk is full: an answer a moment old is better than none.
                changes.logger.warning("the search index is behind the change log", exc_info=True)
        with self.store.reading() as (file, connection):
            yield connection, self.memory.state(file, connection)

    def newest(self) -> int:
        """The last change in the log."""
        return cached_per_version("newest change", changes.newest)

    # Keeping current

    def sync(self) -> int:
        try:
            with self.store.reading() as (file, _):
                sound = self.store.soundness.is_sound(file)
            if sound:
                return self.catch_up()
        except Unavailable as error:
            changes.logger.debug("the search index is built anew: %s", error)
        with self.store.soundness.mending():
            return self.rebuild()

    def is_well(self) -> bool:
        store = Store(self.store.folder)  # a connection of its own: others may still hold what the file has lost
        try:
            with store.reading() as (file, connection):
                if self.store.soundness.is_distrusted(file):
                    return False
                reader = Reader(connection, self.memory.state(file, connection), self.memory)
                newest = answer(reader, Query(sort="newest"), NO_VALUES, NONE, 1).hits
                if newest:  # its title goes by words
                    answer(reader, Query(newest[0].title), NO_VALUES, NONE, 1)
            return True
        finally:
            store.close()

    def catch_up(self) -> int:
        with self.store.reading() as (file, connection):
            sequence = _sequence(connection)
        if sequence > changes.newest():
            self.store.soundness.distrust(file, "the database was put back to an earlier day, and its log with it")
            raise Unavailable("the search index is ahead of the change log")
        overtaken = {page: number for number, page in changes.recent(sequence)}
        held = self.store.versions(overtaken)
        written = self._apply([page for page, number in overtaken.items() if held[page] < number])
        while rows := changes.pending(sequence, BATCH):
            written += self._apply([page for _, page in rows], sequence, rows[-1][0])
            sequence = self.sequence()  # another file may be current by now
        if written:
            tidy(self.store, self.memory, MANY_FRESH)
        return written

    def tidy(self) -> None:
        with suppress(Unavailable):  # of which `sync` tells
            tidy(self.store, self.memory, FRESH)

    def rollback(self) -> int:
        self.store.rollback()
        content_changed()
        return self.sync()

    def _apply(self, page_ids: list[int], after: int = 0, upto: int | None = None) -> int:
        if not page_ids and upto is None:
            return 0
        # The sequence is read before the page: what is written is at least as new as it says.
        versions = changes.versions(page_ids)
        written = self.store.write(versions, list(documents_for(page_ids)), after, upto)
        if written:
            content_changed()  # answers from before are not to be kept
        return written

    def repair(self, page_ids: list[int]) -> None:
        # Whatever the log says: as new as what is held, or it would not be written.
        held = self.store.versions(page_ids)
        logged = changes.versions(page_ids)
        versions = {page: max(held[page], logged[page]) for page in page_ids}
        self.store.write(versions, list(documents_for(page_ids)))
        content_changed()

    def rebuild(self, progress: Progress | None = None) -> int:
        sequence = changes.newest()
        ids = indexable_ids()
        common = commonest(ids)
        make = partial(made, common=common) if common else made
        with self.store.rebuilding(sequence, common) as new, prepared(ids, make) as batches:
            done = 0
            for batch in batches:
                new.take(batch)
                done += len(batch.versions)
                if progress:
                    progress(done, len(ids))
        content_changed()
        self.catch_up()  # what was published meanwhile
        return len(ids)

    def sequence(self) -> int:
        with self.store.reading() as (_, connection):
            return _sequence(connection)

    def stored(self) -> dict[int, str]:
        with self.store.reading() as (_, connection):
            return dict(connection.execute("SELECT page, fingerprint FROM doc"))


def _sequence(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT value FROM meta WHERE key = 'sequence'").fetchone()[0]


def _likest(state: State, page_id: int, facets: Mapping[str, Sequence[str]]) -> list[int]:
    """The pages that share most of these values, likest first."""
    shared = [(state.value(name, value), LIKENESS.get(name, 0.0)) for name in facets for value in facets[name]]
    # A value that few pages have says more than one that most have.
    weighed = [(log(1 + len(state.pages) / len(pages)) * weight, pages) for pages, weight in shared if weight]
    candidates = _candidates(weighed)
    scores: dict[int, float] = {}
    for weight, pages in weighed:
        for other in pages & candidates:
            scores[other] = scores.get(other, 0.0) + weight
    scores.pop(page_id, None)
    return sorted(scores, key=lambda other: (-scores[other], other))


def _candidates(weighed: Sequence[tuple[float, BitMap]]) -> BitMap:
    """The pages that share most values with one: the rest are not worth weighing one by one."""
    digits: list[BitMap] = []  # of how many values each page shares
    for _, pages in weighed:
        add(digits, pages, 1)
    found = BitMap()
    waiting = [(matching.union(pages for _, pages in weighed), len(digits))]
    while waiting and len(found) <= CANDIDATES:
        pages, digit = waiting.pop()
        if digit:
            high = pages & digits[digit - 1]
            waiting += [(rest, digit - 1) for rest in (pages - high, high) if rest]
        else:
            found |= pages
    return found
