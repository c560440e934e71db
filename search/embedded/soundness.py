"""Whether an index file can be trusted. What one process finds out all processes of the machine know, by small files
beside the index."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, time

from search.protocols import Busy, Unavailable, Waiting

logger = logging.getLogger("search")
DAMAGED = "search.damaged"  # the name of a file that cannot be trusted
CHECKED = "search.checked"  # the name of the file that was checked last, and how many seconds that took
FAILED = "search.failed"  # is as old as the last rebuild that failed
# A check comes at the earliest after so many times what the last one took: it costs a hundredth of a core.
SHARE, SHARE_IN_DOUBT = 100, 10
PAUSE = 300  # seconds after a rebuild that failed until the next one begins by itself
# What SQLite says of a file whose pages make no sense. Other errors, such as a full disk, say nothing about the file.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Damaged(Unavailable):
    """The index file is damaged; only a new one helps."""


class Soundness:
    """What is known of the files in one folder. Safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._distrusted = ""  # where the folder cannot be written, this process knows it at least

    def distrust(self, name: str, reason: object) -> None:
        """Tell everybody that this file needs to be replaced."""
        if self.is_distrusted(name):
            return
        logger.error("the search index is damaged; the minute jobs build it anew (%s: %s)", name, reason)
        self._distrusted = name
        with suppress(OSError):
            (self._folder / DAMAGED).write_text(name)

    def is_distrusted(self, name: str | None) -> bool:
        return name is not None and name in (self._distrusted, _text(self._folder / DAMAGED))

    def is_sound(self, name: str, share: int = SHARE) -> bool:
        """Whether nothing is known against this file. It is read through now and then, and what is found is told."""
        if self.is_distrusted(name):
            return False
        if not self._is_due(name, share):
            return True
        started = monotonic()
        reason = flaw(self._folder / name)
        with suppress(OSError):
            (self._folder / CHECKED).write_text(f"{name} {monotonic() - started:.3f}")
        if reason:
            self.distrust(name, reason)
        return not reason

    def _is_due(self, name: str, share: int) -> bool:
        path = self._folder / CHECKED
        checked, _, took = _text(path).partition(" ")
        try:
            return checked != name or not 0 <= time() - path.stat().st_mtime < share * float(took)
        except (OSError, ValueError):
            return True

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Raises Damaged for whatever goes wrong inside because this file is damaged."""
        try:
            yield
        except (Unavailable, Busy):
            raise
        except Exception as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
            if code in _DAMAGE:
                self.distrust(name, error)
            # What is read of a damaged file may also be text that is none, or a row too few.
            elif code not in (sqlite3.SQLITE_OK, sqlite3.SQLITE_ERROR) or self.is_sound(name, SHARE_IN_DOUBT):
                raise
            raise Damaged(f"the search index is damaged: {error}") from error

    @contextmanager
    def mending(self) -> Iterator[None]:
        """A rebuild that nobody asked for. Raises Waiting where the last one failed a moment ago."""
        path = self._folder / FAILED
        with suppress(OSError):
            if 0 <= time() - path.stat().st_mtime < PAUSE:
                raise Waiting(f"the last rebuild of the search index failed ({_text(path)})")
        try:
            yield
        except Busy:
            raise
        except Exception as error:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{type(error).__name__}: {error}")
            raise

    def renewed(self) -> None:
        """There is a new file: what was known of the one before counts no more."""
        for name in (DAMAGED, FAILED):
            (self._folder / name).unlink(missing_ok=True)


def flaw(path: Path) -> str:
    """What is wrong with the structure of this file, empty where nothing is. Read by a connection of its own: another may
    still hold in memory what the file has lost."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)
        try:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE else ""
    return "" if found == "ok" else " ".join(found.split())


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
