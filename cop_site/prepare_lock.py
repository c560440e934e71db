"""Sees to it that only one `prepare` changes a database at a time, whichever hosts they run on."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

KEY = 4_712_038  # of the lock in PostgreSQL, which are numbered; nothing else of the site takes one
PAUSE = 0.5  # seconds


@contextmanager
def only_one(waits: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; `waits` is called once where another holds it. A process that dies lets go of it."""
    with _in_postgresql(waits) if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else _in_a_file(waits):
        yield


@contextmanager
def _in_postgresql(waits: Callable[[], None]) -> Iterator[None]:
    # A connection of its own: the lock lasts as long as this does, whatever happens to the other.
    holder = connections[DEFAULT_DB_ALIAS].copy()
    try:
        with holder.cursor() as cursor:
            told = False
            # It asks again and again: a query that waits is a transaction too, and some migrations wait for those.
            while not _taken(cursor):
                if not told:
                    waits()
                    told = True
                time.sleep(PAUSE)
        yield
    finally:
        holder.close()


def _taken(cursor: object) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEY])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


@contextmanager
def _in_a_file(waits: Callable[[], None]) -> Iterator[None]:
    with (settings.DATA_DIR / "prepare.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
