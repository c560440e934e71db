"""The index files: which one is current, its tables, its connections, its writes.

`search.current` names the file in use. A rebuild fills a new file and replaces that pointer in one step; every read
and write looks at the pointer first, so that nobody sees half an index. A file is never renamed: that would break
processes which have its WAL open.
"""

import fcntl
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pyroaring import BitMap

from search.analysis import fold
from search.embedded import postings, suggest
from search.embedded.memory import ALL
from search.embedded.postings import Words
from search.engine import Busy, Unavailable
from search.entries import Entry, texts_of
from search.facets import YEAR
from search.stemming import TOKENIZER

POINTER = "search.current"
TOGETHER = 20_000  # pages of a rebuild that are folded in together
FORMAT = 3  # goes up when the tables change: an index of another format is built anew
SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES
    ('sequence', 0), ('revision', 0), ('folded', 0),
    ('title words', 0), ('tags words', 0), ('summary words', 0), ('body words', 0);
CREATE TABLE doc (
    page INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, date TEXT, organisations TEXT NOT NULL,
    fingerprint TEXT NOT NULL, title TEXT NOT NULL, tags TEXT NOT NULL, summary TEXT NOT NULL, body TEXT NOT NULL
);
-- What pages are sorted by; apart from their texts, so that it is read fast. How many words each field has.
CREATE TABLE rank (
    page INTEGER PRIMARY KEY, date TEXT, title_key TEXT NOT NULL, title_words INTEGER NOT NULL,
    tags_words INTEGER NOT NULL, summary_words INTEGER NOT NULL, body_words INTEGER NOT NULL
);
CREATE INDEX rank_date ON rank (date DESC, page);
CREATE INDEX rank_title ON rank (title_key, page);
{postings.SCHEMA}
-- The facets as they were at the revision that was folded in, for a process that starts.
CREATE TABLE bitmap (dimension TEXT NOT NULL, value TEXT NOT NULL, pages BLOB NOT NULL, PRIMARY KEY (dimension, value));
CREATE VIRTUAL TABLE fts USING fts5(
    title, tags, summary, body, content='doc', content_rowid='page', tokenize='{TOKENIZER}'
);
CREATE TRIGGER doc_added AFTER INSERT ON doc BEGIN
    INSERT INTO fts (rowid, title, tags, summary, body) VALUES (NEW.page, NEW.title, NEW.tags, NEW.summary, NEW.body);
END;
CREATE TRIGGER doc_removed AFTER DELETE ON doc BEGIN
    INSERT INTO fts (fts, rowid, title, tags, summary, body)
    VALUES ('delete', OLD.page, OLD.title, OLD.tags, OLD.summary, OLD.body);
END;
CREATE TABLE doc_facet (
    dimension TEXT NOT NULL, value TEXT NOT NULL, page INTEGER NOT NULL, PRIMARY KEY (dimension, value, page)
) WITHOUT ROWID;
CREATE INDEX doc_facet_page ON doc_facet (page);
-- What may be suggested while somebody types: a page by its id, an organisation by its own number below zero.
{suggest.SCHEMA}
CREATE TABLE organisation (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, pages INTEGER NOT NULL);
-- What was last written of a page, also of one that is gone: an older write never replaces a newer one.
CREATE TABLE version (page INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, revision INTEGER NOT NULL);
CREATE INDEX version_revision ON version (revision);
"""


def fingerprint(entry: Entry) -> str:
    """A short hash of everything that the index holds of a page."""
    facets = {name: sorted(values) for name, values in sorted(entry.facets.items()) if values}
    parts = [entry.kind, entry.title, entry.url, entry.summary, entry.body, entry.tags, entry.organisations]
    text = json.dumps([*parts, facets, str(entry.date)])
    return blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()


def facet_rows(entry: Entry) -> list[tuple[str, str, int]]:
    facets = dict(entry.facets) | {"kind": (entry.kind,)}
    if entry.date:
        facets[YEAR] = (f"{entry.date.year:04d}",)
    return sorted({(name, value, entry.page_id) for name, values in facets.items() for value in values})


class Store:
    """The files below one folder. Safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._local = threading.local()
        self._pointed: tuple[tuple[int, int, int] | None, str | None] = None, None

    def current(self) -> str | None:
        """The name of the current file. The pointer is read anew only where it has been replaced."""
        pointer = self.folder / POINTER
        try:
            found = pointer.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            held, name = self._pointed
            if stamp != held:
                name = pointer.read_text(errors="replace").strip() or None
                self._pointed = stamp, name
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"the search index cannot be read: {error}") from error
        return name

    def connection(self) -> tuple[str, sqlite3.Connection]:
        """This thread's connection to the current file, and that file's name. Raises Unavailable without an index."""
        for _ in range(3):  # the file may go between the look at the pointer and the opening
            name = self.current()
            if name is None:
                raise Unavailable("there is no search index")
            if getattr(self._local, "name", None) == name:
                return name, self._local.connection
            self.close()
            try:
                connection = self._open(self.folder / name, create=False)
            except (sqlite3.DatabaseError, ValueError):  # gone, damaged, or no name at all
                continue
            self._local.name, self._local.connection = name, connection
            return name, connection
        raise Unavailable("the search index cannot be opened")

    def close(self) -> None:
        if getattr(self._local, "connection", None):
            self._local.connection.close()
        self._local.name = self._local.connection = None

    @staticmethod
    def _open(path: Path, *, create: bool) -> sqlite3.Connection:
        mode = "rwc" if create else "rw"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=5, isolation_level=None
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            # A file without tables, or with those of another release, is no index.
            if not create and connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                raise sqlite3.DatabaseError("the index is of another release")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def reading(self) -> Iterator[tuple[str, sqlite3.Connection]]:
        """One consistent view of the index. Raises Unavailable where the file is damaged."""
        name, connection = self.connection()
        connection.execute("BEGIN")
        try:
            yield name, connection
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
                raise  # not the file, but a mistake of ours
            raise Unavailable(f"the search index cannot be read: {error}") from error
        finally:
            _roll_back(connection)

    def write(
        self, versions: Mapping[int, int], entries: Iterable[Entry], after: int = 0, upto: int | None = None
    ) -> int:
        """Replace these pages' entries; a page in `versions` without an entry leaves the index. With `upto` these are
        all changes between two sequences, and the index has then taken in `upto`. Returns how many pages were written."""
        _, connection = self.connection()
        return len(self._write(connection, versions, entries, after, upto))

    @staticmethod
    def _write(
        connection: sqlite3.Connection,
        versions: Mapping[int, int],
        entries: Iterable[Entry],
        after: int,
        upto: int | None,
    ) -> dict[int, Words]:
        found = {entry.page_id: entry for entry in entries}
        replaced: dict[int, Words] = {}
        connection.execute("BEGIN IMMEDIATE")
        try:
            revision = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0] + 1
            for page, sequence in versions.items():
                held = connection.execute("SELECT sequence FROM version WHERE page = ?", (page,)).fetchone()
                if held and held[0] > sequence:
                    continue
                replaced[page] = _replace(connection, page, found.get(page))
                connection.execute("REPLACE INTO version VALUES (?, ?, ?)", (page, sequence, revision))
            connection.execute("UPDATE meta SET value = ? WHERE key = 'revision'", (revision,))
            if upto is not None:
                # A rebuild may have put an older file in place since the changes were read: it lacks those before.
                connection.execute(
                    "UPDATE meta SET value = max(value, ?) WHERE key = 'sequence' AND value >= ?", (upto, after)
                )
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise
        return replaced

    def versions(self, page_ids: Iterable[int]) -> dict[int, int]:
        _, connection = self.connection()
        held = {}
        for page in page_ids:
            row = connection.execute("SELECT sequence FROM version WHERE page = ?", (page,)).fetchone()
            held[page] = row[0] if row else -1
        return held

    @contextmanager
    def rebuilding(self, sequence: int) -> Iterator["Rebuild"]:
        """A new file to fill, which takes over when the block ends without an error. Raises Busy where another
        process is at it."""
        with self._alone():
            old = self.current()
            # Never a name that was there before: processes that still have the old file open would not see the new one.
            name = f"search-{time.time_ns()}.sqlite3"
            connection = self._open(self.folder / name, create=True)
            try:
                # Nobody sees the file before it is whole: what is left of a half one is thrown away.
                connection.executescript(
                    f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; {SCHEMA}"
                )
                new = Rebuild(connection, sequence)
                yield new
                new.finish()
                connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")
                connection.execute("PRAGMA journal_mode=WAL")
            except BaseException:
                connection.close()
                self._remove(name)
                raise
            connection.close()
            with (self.folder / name).open("rb") as whole:
                os.fsync(whole.fileno())
            self._point_to(name)
            # The file before stays until the next rebuild: other processes may be in the middle of an answer.
            for path in self.folder.glob("search-*.sqlite3"):
                if path.name not in (name, old):
                    self._remove(path.name)

    def rollback(self) -> None:
        """Make the file before the last rebuild the current one. Raises Unavailable where there is none."""
        with self._alone():
            here = self.current()
            for name in sorted((path.name for path in self.folder.glob("search-*.sqlite3")), reverse=True):
                if name == here:
                    continue
                try:
                    self._open(self.folder / name, create=False).close()
                except sqlite3.DatabaseError:
                    continue
                self._point_to(name)
                return
        raise Unavailable("there is no search index before this one")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process changes the pointer meanwhile. Raises Busy where one is at it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "rebuild.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Busy("another process is rebuilding the search index") from None
            yield

    def _point_to(self, name: str) -> None:
        pointer = self.folder / f"{POINTER}.new"  # the lock makes it ours
        pointer.write_text(name)
        pointer.replace(self.folder / POINTER)

    def _remove(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"{name}{suffix}").unlink(missing_ok=True)


class Rebuild:
    def __init__(self, connection: sqlite3.Connection, sequence: int) -> None:
        self._connection = connection
        self._sequence = sequence
        self._pages = BitMap()
        self._words: postings.Added = {}

    def add(self, versions: Mapping[int, int], entries: list[Entry]) -> None:
        for page, words in Store._write(self._connection, versions, entries, after=0, upto=self._sequence).items():
            self._pages.add(page)
            postings.add_to(self._words, page, words)
        if len(self._pages) >= TOGETHER:
            self._fold()

    def _fold(self) -> None:
        postings.fold_in(self._connection, self._pages, self._words)
        self._pages, self._words = BitMap(), {}

    def finish(self) -> None:
        self._fold()
        facets: dict[str, dict[str, BitMap]] = {}
        rows = self._connection.execute("SELECT dimension, value, page FROM doc_facet ORDER BY dimension, value")
        for (dimension, value), group in groupby(rows, key=itemgetter(0, 1)):
            facets.setdefault(dimension, {})[value] = BitMap([row[2] for row in group])
        pages = BitMap([row[0] for row in self._connection.execute("SELECT page FROM doc")])
        revision = self._connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0]
        remember_folded(self._connection, revision, pages, facets)


def remember_folded(
    connection: sqlite3.Connection, revision: int, pages: BitMap, facets: Mapping[str, Mapping[str, BitMap]]
) -> None:
    """Everything up to this revision is folded in, and these were the facets then."""
    rows = [(name, value, held.serialize()) for name, values in facets.items() for value, held in values.items()]
    with transaction(connection):
        connection.execute("DELETE FROM bitmap")
        connection.executemany("INSERT INTO bitmap VALUES (?, ?, ?)", [*rows, (ALL, ALL, pages.serialize())])
        connection.execute("UPDATE meta SET value = ? WHERE key = 'folded'", (revision,))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk ends a transaction by itself
        connection.execute("ROLLBACK")


def _replace(connection: sqlite3.Connection, page: int, entry: Entry | None) -> Words:
    """Write a page's entry in the place of what was there. Returns its words."""
    _remove(connection, page)
    if entry is None:
        return {}
    organisations, texts = texts_of(entry)
    day = entry.date.isoformat() if entry.date else None
    connection.execute(
        "INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (page, entry.kind, entry.url, day, json.dumps(organisations), fingerprint(entry), *texts),
    )
    connection.executemany("INSERT INTO doc_facet VALUES (?, ?, ?)", facet_rows(entry))
    words, lengths = postings.words_of(texts)
    connection.execute("INSERT INTO rank VALUES (?, ?, ?, ?, ?, ?, ?)", (page, day, fold(entry.title), *lengths))
    _count_words(connection, lengths, 1)
    suggested = "INSERT INTO prefix (rowid, text, kind, url) VALUES (?, ?, ?, ?)"
    connection.execute(suggested, (page, texts[0], entry.kind, entry.url))
    for name in organisations:
        known = (
            "INSERT INTO organisation (name, pages) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET pages = pages + 1"
        )
        number, pages = connection.execute(f"{known} RETURNING id, pages", (name,)).fetchone()
        if pages == 1:
            connection.execute(suggested, (-number, name, "organisation", ""))
    return words


def _remove(connection: sqlite3.Connection, page: int) -> None:
    held = connection.execute("SELECT organisations FROM doc WHERE page = ?", (page,)).fetchone()
    if held is None:
        return
    for name in json.loads(held[0]):
        connection.execute("UPDATE organisation SET pages = pages - 1 WHERE name = ?", (name,))
        gone = "DELETE FROM organisation WHERE name = ? AND pages < 1 RETURNING -id"
        connection.executemany("DELETE FROM prefix WHERE rowid = ?", connection.execute(gone, (name,)).fetchall())
    lengths = "SELECT title_words, tags_words, summary_words, body_words FROM rank WHERE page = ?"
    _count_words(connection, connection.execute(lengths, (page,)).fetchone(), -1)
    for table, column in (("prefix", "rowid"), ("rank", "page"), ("doc_facet", "page"), ("doc", "page")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (page,))


def _count_words(connection: sqlite3.Connection, lengths: Iterable[int], sign: int) -> None:
    rows = [(sign * length, f"{field} words") for field, length in zip(postings.FIELDS, lengths, strict=True)]
    connection.executemany("UPDATE meta SET value = value + ? WHERE key = ?", rows)
