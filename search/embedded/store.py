"""The index files: which one is current, its tables, its connections, its writes.

`search.current` names the file in use. A rebuild fills a new file and replaces that pointer in one step; every read
and write looks at the pointer first, so that nobody sees half an index. A file is never renamed: that would break
processes which have its WAL open.
"""

import fcntl
import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from search.analysis import fold
from search.engine import Busy, Unavailable
from search.entries import Entry, plain
from search.facets import YEAR

POINTER = "search.current"
FORMAT = 2  # goes up when the tables change: an index of another format is built anew
SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('sequence', 0), ('revision', 0);
CREATE TABLE doc (
    page INTEGER PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, tags TEXT NOT NULL, summary TEXT NOT NULL,
    body TEXT NOT NULL, url TEXT NOT NULL, date TEXT, title_key TEXT NOT NULL, organisations TEXT NOT NULL,
    fingerprint TEXT NOT NULL
);
CREATE INDEX doc_date ON doc (date DESC, page);
CREATE INDEX doc_title ON doc (title_key, page);
CREATE VIRTUAL TABLE fts USING fts5(
    title, tags, summary, body, content='doc', content_rowid='page', tokenize='porter unicode61 remove_diacritics 2'
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
CREATE VIRTUAL TABLE prefix USING fts5(
    text, kind UNINDEXED, url UNINDEXED, tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
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

    def current(self) -> str | None:
        try:
            return (self.folder / POINTER).read_text(errors="replace").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"the search index cannot be read: {error}") from error

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
            if not create:
                # A file without tables, or with those of another release, is no index.
                if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
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
        return self._write(connection, versions, entries, after, upto)

    @staticmethod
    def _write(
        connection: sqlite3.Connection,
        versions: Mapping[int, int],
        entries: Iterable[Entry],
        after: int,
        upto: int | None,
    ) -> int:
        found = {entry.page_id: entry for entry in entries}
        written = 0
        connection.execute("BEGIN IMMEDIATE")
        try:
            revision = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0] + 1
            for page, sequence in versions.items():
                held = connection.execute("SELECT sequence FROM version WHERE page = ?", (page,)).fetchone()
                if held and held[0] > sequence:
                    continue
                _replace(connection, page, found.get(page))
                connection.execute("REPLACE INTO version VALUES (?, ?, ?)", (page, sequence, revision))
                written += 1
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
        return written

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
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "rebuild.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Busy("another process is rebuilding the search index") from None
            old = self.current()
            # Never a name that was there before: processes that still have the old file open would not see the new one.
            name = f"search-{time.time_ns()}.sqlite3"
            connection = self._open(self.folder / name, create=True)
            try:
                connection.executescript(SCHEMA)
                yield Rebuild(connection, sequence)
                connection.execute("INSERT INTO fts (fts) VALUES ('optimize')")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except BaseException:
                connection.close()
                self._remove(name)
                raise
            connection.close()
            pointer = self.folder / f"{POINTER}.new"  # the lock makes it ours
            pointer.write_text(name)
            pointer.replace(self.folder / POINTER)
            # The file before stays until the next rebuild: other processes may be in the middle of an answer.
            for path in self.folder.glob("search-*.sqlite3"):
                if path.name not in (name, old):
                    self._remove(path.name)

    def _remove(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"{name}{suffix}").unlink(missing_ok=True)


class Rebuild:
    def __init__(self, connection: sqlite3.Connection, sequence: int) -> None:
        self._connection = connection
        self._sequence = sequence

    def add(self, versions: Mapping[int, int], entries: list[Entry]) -> None:
        Store._write(self._connection, versions, entries, after=0, upto=self._sequence)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk ends a transaction by itself
        connection.execute("ROLLBACK")


def _replace(connection: sqlite3.Connection, page: int, entry: Entry | None) -> None:
    held = connection.execute("SELECT organisations FROM doc WHERE page = ?", (page,)).fetchone()
    for name in json.loads(held[0]) if held else ():
        connection.execute("UPDATE organisation SET pages = pages - 1 WHERE name = ?", (name,))
        gone = "DELETE FROM organisation WHERE name = ? AND pages < 1 RETURNING -id"
        connection.executemany("DELETE FROM prefix WHERE rowid = ?", connection.execute(gone, (name,)).fetchall())
    connection.execute("DELETE FROM prefix WHERE rowid = ?", (page,))
    connection.execute("DELETE FROM doc WHERE page = ?", (page,))
    connection.execute("DELETE FROM doc_facet WHERE page = ?", (page,))
    if entry is None:
        return
    organisations = list(dict.fromkeys(filter(None, map(plain, entry.organisations))))
    # Once more plain: the sentinels of highlights must never come from content, whatever a page type hands over.
    connection.execute(
        "INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry.page_id, entry.kind, plain(entry.title), plain(" · ".join(entry.tags)), plain(entry.summary)),
            *(plain(entry.body), entry.url),
            entry.date.isoformat() if entry.date else None,
            *(fold(entry.title), json.dumps(organisations), fingerprint(entry)),
        ),
    )
    connection.executemany("INSERT INTO doc_facet VALUES (?, ?, ?)", facet_rows(entry))
    suggested = "INSERT INTO prefix (rowid, text, kind, url) VALUES (?, ?, ?, ?)"
    connection.execute(suggested, (page, plain(entry.title), entry.kind, entry.url))
    for name in organisations:
        known = (
            "INSERT INTO organisation (name, pages) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET pages = pages + 1"
        )
        number, pages = connection.execute(f"{known} RETURNING id, pages", (name,)).fetchone()
        if pages == 1:
            connection.execute(suggested, (-number, name, "organisation", ""))
