"""The index files: which one is current, its connections, its writes.

`search.current` names the file in use. A rebuild fills a new file and replaces that pointer in one step; every read
and write looks at the pointer first, so that nobody sees half an index. A file is never renamed: that would break
processes which have its WAL open.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from search.documents import Document
from search.embedded import tables
from search.embedded.building import Rebuild
from search.embedded.soundness import Soundness, flaw
from search.embedded.tables import FORMAT, TABLES, roll_back, transaction
from search.protocols import Busy, Unavailable

POINTER = "search.current"
CACHE = 16_384  # KiB at most that each thread keeps of a large file; not mapped into memory: a damaged one would end the process


class Store:
    """The files below one folder. Safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.soundness = Soundness(folder)
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
            connection.execute(f"PRAGMA cache_size=-{CACHE}")
            # A file without tables, or with those of another release, is no index.
            if not create and connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                raise sqlite3.DatabaseError("the index is of another release")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def reading(self) -> Iterator[tuple[str, sqlite3.Connection]]:
        """One consistent view of the index. Raises Unavailable where the file cannot be read, Damaged where it is damaged."""
        name, connection = self.connection()
        connection.execute("BEGIN")
        try:
            with self.soundness.watching(name):
                yield name, connection
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
                raise  # not the file, but a mistake of ours
            raise Unavailable(f"the search index cannot be read: {error}") from error
        finally:
            roll_back(connection)

    def write(
        self, versions: Mapping[int, int], entries: Iterable[Document], after: int = 0, upto: int | None = None
    ) -> int:
        """Replace these pages' entries; a page in `versions` without an entry leaves the index. With `upto` these are
        all changes between two sequences, and the index has then taken in `upto`. Returns how many pages were written."""
        name, connection = self.connection()
        found = {entry.page_id: entry for entry in entries}
        written = 0
        with self.soundness.watching(name), transaction(connection):
            revision = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()[0] + 1
            for page, sequence in versions.items():
                held = connection.execute("SELECT sequence FROM version WHERE page = ?", (page,)).fetchone()
                if held and held[0] > sequence:
                    continue
                tables.replace(connection, page, found.get(page))
                connection.execute("REPLACE INTO version VALUES (?, ?, ?)", (page, sequence, revision))
                written += 1
            connection.execute("UPDATE meta SET value = ? WHERE key = 'revision'", (revision,))
            if upto is not None:
                # A rebuild may have put an older file in place since the changes were read: it lacks those before.
                connection.execute(
                    "UPDATE meta SET value = max(value, ?) WHERE key = 'sequence' AND value >= ?", (upto, after)
                )
        return written

    def versions(self, page_ids: Iterable[int]) -> dict[int, int]:
        name, connection = self.connection()
        held = {}
        with self.soundness.watching(name):
            for page in page_ids:
                row = connection.execute("SELECT sequence FROM version WHERE page = ?", (page,)).fetchone()
                held[page] = row[0] if row else -1
        return held

    @contextmanager
    def rebuilding(self, sequence: int, common: Set[str] = frozenset()) -> Iterator[Rebuild]:
        """A new file to fill, in which phrases of these common stems are found faster, and which takes over when the block ends without an error. Raises Busy where another
        process is at it."""
        with self._alone():
            old = self.current()
            # Never a name that was there before: processes that still have the old file open would not see the new one.
            name = f"search-{time.time_ns()}.sqlite3"
            connection = self._open(self.folder / name, create=True)
            try:
                # Nobody sees the file before it is whole: what is left of a half one is thrown away.
                connection.executescript(
                    f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-32768; {TABLES}"
                )
                new = Rebuild(connection, sequence, common)
                yield new
                new.finish()
                connection.execute("PRAGMA journal_mode=WAL")
            except BaseException:
                connection.close()
                self._remove(name)
                raise
            connection.close()
            with (self.folder / name).open("rb") as whole:
                os.fsync(whole.fileno())
            self._point_to(name)
            self.soundness.renewed()
            # The file before stays until the next rebuild: other processes may be in the middle of an answer.
            for path in self.folder.glob("search-*.sqlite3"):
                if path.name not in (name, old):
                    self._remove(path.name)

    def rollback(self) -> None:
        """Make the file before the last rebuild the current one. Raises Unavailable where there is none that is sound."""
        with self._alone():
            here = self.current()
            for name in sorted((path.name for path in self.folder.glob("search-*.sqlite3")), reverse=True):
                if name == here or flaw(self.folder / name):
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
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            opened = (self.folder / "rebuild.lock").open("w")
        except OSError as error:
            raise Unavailable(f"the folder of the search index cannot be written: {error}") from error
        with opened as lock:
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
