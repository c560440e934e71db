"""The embedded engine: SQLite FTS5 for words, roaring bitmaps for facets, one file beside the content database."""

import html
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from math import log
from pathlib import Path

from django.conf import settings
from pyroaring import BitMap

from caching.version import content_changed, remember
from search import analysis, changes, matching
from search.analysis import Question
from search.embedded import text
from search.embedded.memory import Memory, State
from search.embedded.store import Store
from search.embedded.suggest import suggestions
from search.engine import Progress, Unavailable
from search.entries import BATCH, entries_for, indexable_ids
from search.facets import Vocabulary
from search.facets import vocabulary as today
from search.query import PER_PAGE, Query
from search.results import Hit, Relax, Results, Suggestion

# Title over tags over summary over body.
WEIGHTS = "25.0, 10.0, 6.0, 1.0"
# What two pages share says more about likeness in these dimensions than in others.
LIKENESS = {"area": 3.0, "theme": 2.0, "beneficiary": 1.0, "region": 1.0, "stage": 0.5, "tag": 2.0}
CANDIDATES = 50
LARGEST = 2**32 - 1  # page id that a bitmap can hold


class EmbeddedEngine:
    name = "embedded"

    def __init__(self, folder: Path | None = None) -> None:
        self._store = Store(folder or settings.SEARCH_DIR)
        self._memory = Memory()

    # Asking

    def search(self, query: Query, vocabulary: Vocabulary, per_page: int = PER_PAGE) -> Results:
        started = time.perf_counter()
        self._catch_up_before_reading()
        with self._store.reading() as (file, connection):
            state = self._memory.state(file, connection)
            answer = _answer(connection, state, query, vocabulary, per_page)
        return replace(answer, engine=self.name, took_ms=round((time.perf_counter() - started) * 1000, 2))

    def suggest(self, text: str, count: int = 8, vocabulary: Vocabulary | None = None) -> tuple[Suggestion, ...]:
        with self._store.reading() as (file, connection):
            state = self._memory.state(file, connection)
            return suggestions(connection, state, today() if vocabulary is None else vocabulary, text, count)

    def similar(self, page_id: int, count: int = 4) -> tuple[Hit, ...]:
        with self._store.reading() as (file, connection):
            state = self._memory.state(file, connection)
            if page_id > LARGEST or page_id not in state.pages:
                return ()
            rows = connection.execute("SELECT dimension, value FROM doc_facet WHERE page = ?", (page_id,)).fetchall()
            shared = [(state.value(*row), LIKENESS.get(row[0], 0.0)) for row in rows]
            # A value that few pages have says more than one that most have.
            weighed = [(log(1 + len(state.pages) / len(pages)) * weight, pages) for pages, weight in shared if weight]
            candidates = _candidates(weighed)
            scores: dict[int, float] = {}
            for weight, pages in weighed:
                for other in pages & candidates:
                    scores[other] = scores.get(other, 0.0) + weight
            scores.pop(page_id, None)
            best = sorted(scores, key=lambda other: (-scores[other], other))[:count]
            return _hits(connection, best, Question(), BitMap())

    def hits(self, page_ids: Sequence[int]) -> tuple[Hit, ...]:
        with self._store.reading() as (file, connection):
            state = self._memory.state(file, connection)
            held = [page for page in page_ids if page <= LARGEST and page in state.pages]
            return _hits(connection, held, Question(), BitMap())

    def _catch_up_before_reading(self) -> None:
        """Another machine, or a process that was killed, may have left changes: take in a few of them at once."""
        sequence = self.sequence()
        if (
            remember("newest change", changes.newest) > sequence
            and len(changes.pending(sequence, changes.AT_ONCE + 1)) <= changes.AT_ONCE
        ):
            try:
                self.sync()
            except sqlite3.OperationalError:
                # Somebody else is writing, or the disk is full: an answer a moment old is better than none.
                changes.logger.warning("the search index is behind the change log", exc_info=True)

    # Keeping current

    def sync(self) -> int:
        try:
            sequence = self.sequence()
        except Unavailable:
            return self.rebuild()
        if sequence > changes.newest():  # the database was put back to an earlier day, and its log with it
            return self.rebuild()
        overtaken = {page: number for number, page in changes.recent(sequence)}
        held = self._store.versions(overtaken)
        written = self._apply([page for page, number in overtaken.items() if held[page] < number])
        while rows := changes.pending(sequence, BATCH):
            written += self._apply([page for _, page in rows], sequence, rows[-1][0])
            sequence = self.sequence()  # another file may be current by now
        return written

    def _apply(self, page_ids: list[int], after: int = 0, upto: int | None = None) -> int:
        if not page_ids and upto is None:
            return 0
        # The sequence is read before the page: what is written is at least as new as it says.
        versions = dict.fromkeys(page_ids, 0) | changes.versions(page_ids)
        written = self._store.write(versions, list(entries_for(page_ids)), after, upto)
        if written:
            content_changed()  # answers from before are not to be kept
        return written

    def repair(self, page_ids: list[int]) -> None:
        # Whatever the log says: as new as what is held, or it would not be written.
        held = self._store.versions(page_ids)
        logged = changes.versions(page_ids)
        versions = {page: max(held[page], logged.get(page, 0)) for page in page_ids}
        self._store.write(versions, list(entries_for(page_ids)))
        content_changed()

    def rebuild(self, progress: Progress | None = None) -> int:
        sequence = changes.newest()
        ids = indexable_ids()
        with self._store.rebuilding(sequence) as new:
            for start in range(0, len(ids), BATCH):
                batch = ids[start : start + BATCH]
                new.add(dict.fromkeys(batch, 0) | changes.versions(batch), list(entries_for(batch)))
                if progress:
                    progress(min(start + BATCH, len(ids)), len(ids))
        content_changed()
        self.sync()  # what was published meanwhile
        return len(ids)

    def sequence(self) -> int:
        with self._store.reading() as (_, connection):
            return connection.execute("SELECT value FROM meta WHERE key = 'sequence'").fetchone()[0]

    def stored(self) -> dict[int, str]:
        with self._store.reading() as (_, connection):
            return dict(connection.execute("SELECT page, fingerprint FROM doc"))


def _candidates(weighed: Sequence[tuple[float, BitMap]]) -> BitMap:
    """The pages that share most values with one: the rest are not worth weighing one by one."""
    reached = [BitMap() for _ in range(len(weighed) + 1)]  # by how many values they share, at least
    for _, pages in weighed:
        for count in range(len(reached) - 1, 0, -1):
            reached[count] |= pages if count == 1 else reached[count - 1] & pages
    return next((pages for pages in reversed(reached) if len(pages) > CANDIDATES), reached[1])


def _match(connection: sqlite3.Connection, expression: str) -> BitMap:
    return BitMap([row[0] for row in connection.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (expression,))])


def _answer(
    connection: sqlite3.Connection, state: State, query: Query, vocabulary: Vocabulary, per_page: int
) -> Results:
    question = analysis.parse(query.text)
    every = _match(connection, text.every(question)) if question.positive else state.pages
    for words in question.excluded:
        every = every - _match(connection, text.exclusion(words))
    matched = every
    if len(question.words) > 1 and not matching.enough(every):
        some = _match(connection, text.some(question))
        for words in question.excluded:
            some = some - _match(connection, text.exclusion(words))
        matched = every | some

    chosen = matching.filters(query, state.dimensions)
    found = matching.narrow(matched, chosen)
    total = len(found)
    pages = max(1, -(-total // per_page))
    page = min(query.page, pages)
    start = (page - 1) * per_page
    ids = _ordered(connection, query, question, every, found, start, start + per_page)
    relax: tuple[Relax, ...] = ()
    if not total:
        totals = partial(_total_without, query, matched, state)
        relax = tuple(Relax(name, value, totals(name, value)) for name, value in query.filters())
    return Results(
        hits=_hits(connection, ids, question, every),
        total=total,
        exact=len(found & every),
        page=page,
        pages=pages,
        facets=matching.counts(query, matched, state.dimensions, vocabulary),
        relax=relax,
    )


def _total_without(query: Query, matched: BitMap, state: State, name: str, value: str) -> int:
    return len(matching.narrow(matched, matching.filters(query.without(name, value), state.dimensions)))


def _ordered(
    connection: sqlite3.Connection,
    query: Query,
    question: Question,
    every: BitMap,
    found: BitMap,
    start: int,
    end: int,
) -> list[int]:
    """The ids from `start` to `end` in the order asked for; ties are broken by page id."""
    if query.sort == "relevance" and question.positive:
        sql = f"SELECT rowid, bm25(fts, {WEIGHTS}) FROM fts WHERE fts MATCH ?"
        scores = {page: score for page, score in connection.execute(sql, (text.some(question),)) if page in found}
        named = {
            row[0]
            for row in connection.execute("SELECT page FROM doc WHERE title_key = ?", (analysis.fold(query.text),))
        }
        ranked = sorted(scores, key=lambda page: (page not in named, page not in every, scores[page], page))
        return ranked[start:end]
    order = "title_key, page" if query.sort == "title" else "date DESC, page"
    rows = connection.execute(f"SELECT page FROM doc ORDER BY {order}")
    return list(_slice((row[0] for row in rows if row[0] in found), start, end))


def _slice(ids: Iterator[int], start: int, end: int) -> Iterator[int]:
    for place, page in enumerate(ids):
        if place >= end:
            return
        if place >= start:
            yield page


def _hits(connection: sqlite3.Connection, ids: Sequence[int], question: Question, every: BitMap) -> tuple[Hit, ...]:
    marked: dict[int, tuple[str, str, str]] = {}
    places = ",".join("?" * len(ids))
    if question.positive and ids:
        mark = f"'{text.OPEN}', '{text.CLOSE}'"
        sql = (
            f"SELECT rowid, highlight(fts, 0, {mark}), snippet(fts, 2, {mark}, ' … ', 36), snippet(fts, 3, {mark}, ' … ', 36)"
            f" FROM fts WHERE fts MATCH ? AND rowid IN ({places})"
        )
        marked = {row[0]: row[1:] for row in connection.execute(sql, (text.some(question), *ids))}
    columns = "page, kind, title, url, summary, date, organisations"
    rows = {row[0]: row for row in connection.execute(f"SELECT {columns} FROM doc WHERE page IN ({places})", ids)}
    hits = []
    for page in ids:
        _, kind, title, url, summary, day, organisations = rows[page]
        title_marked, summary_marked, body_marked = marked.get(page, (title, summary, ""))
        snippet = summary_marked if text.OPEN in summary_marked or text.OPEN not in body_marked else body_marked
        facets: dict[str, list[str]] = {}
        sql = "SELECT dimension, value FROM doc_facet WHERE page = ? ORDER BY dimension, value"
        for dimension, value in connection.execute(sql, (page,)):
            facets.setdefault(dimension, []).append(value)
        hits.append(
            Hit(
                *(page, kind, title, url, summary, date.fromisoformat(day) if day else None),
                facets=facets,
                organisations=json.loads(organisations),
                title_html=_safe(title_marked),
                snippet_html=_safe(snippet),
                exact=page in every,
            )
        )
    return tuple(hits)


def _safe(marked: str) -> str:
    """Escape first, then turn the sentinels into tags: content can bring no markup of its own."""
    return html.escape(marked).replace(text.OPEN, "<mark>").replace(text.CLOSE, "</mark>")
