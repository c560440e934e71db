"""The content version: what a process remembers is true for one version, so a change anywhere is seen everywhere at once.

A request reads the version once, before it reads anything else. What it makes is kept under that number: something
that changed in between can only be stored under a number that nobody asks for any more.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models.sites import SITE_ROOT_PATHS_CACHE_KEY, SITE_ROOT_PATHS_CACHE_VERSION

from caching.models import ContentVersion

MOST = 5000  # names that a process keeps for one version; the oldest goes first
ROW = 1
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Version:
    """Only both together name one state of the content: a database that is put back to an earlier day counts through the
    same numbers again, but at another time."""

    number: int
    changed_at: datetime

    @property
    def key(self) -> str:
        return f"{self.number} {self.changed_at.isoformat()}"


_request = threading.local()
_held: tuple[Version | None, dict[str, Any]] = (None, {})


def current() -> Version | None:
    """The version now; None where the database cannot say (not migrated, not there)."""
    try:
        with connection.cursor() as cursor:
            # Plain SQL: this is asked by every request.
            cursor.execute("SELECT number, changed_at FROM caching_contentversion WHERE id = %s", [ROW])
            row = cursor.fetchone()
    except DatabaseError:
        return None
    if row is None:
        return Version(0, datetime(2000, 1, 1, tzinfo=UTC))
    changed = row[1] if isinstance(row[1], datetime) else datetime.fromisoformat(row[1])
    return Version(row[0], changed if changed.tzinfo else changed.replace(tzinfo=UTC))


def begin_request() -> Version | None:
    """Read the version that this thread's request goes by until `end_request`."""
    global _held
    _request.version = found = current()
    if found is not None and found != _held[0]:
        # Wagtail keeps the addresses of sites in a cache that may be this process's own.
        cache.delete(SITE_ROOT_PATHS_CACHE_KEY, version=SITE_ROOT_PATHS_CACHE_VERSION)
        _held = (found, {})
    return found


def end_request() -> None:
    _request.version = None


@contextmanager
def paused() -> Iterator[None]:
    """Nothing is remembered meanwhile in this thread: what is shown is a draft, which nobody else may see."""
    held = getattr(_request, "version", None)
    _request.version = None
    try:
        yield
    finally:
        _request.version = held


def is_remembering() -> bool:
    """Whether this thread is at a request that goes by a version."""
    return getattr(_request, "version", None) is not None


def cached_per_version(name: str, make: Callable[[], Made]) -> Made:
    """What `make` returns, kept in this process until content changes. Nobody may change what is returned.
    Inside a transaction nothing is remembered: it may see what nobody else does."""
    version = getattr(_request, "version", None)
    if version is None or connection.in_atomic_block:
        return make()
    held, values = _held
    if held != version:  # another thread has begun with a newer one
        return make()
    if name in values:
        found: Made = values[name]
        return found
    made = make()
    if len(values) >= MOST:  # a large site has more pages than a process should hold
        values.pop(next(iter(values)), None)
    values[name] = made
    return made


def content_changed() -> None:
    """Raise the version when the running transaction is committed; once, however often it is called in it. Models tell
    of themselves by their signals; who changes rows by `update()` or `bulk_create()` calls this."""
    if not any(entry[1] is _raise for entry in connection.run_on_commit):
        transaction.on_commit(_raise)


def _raise() -> None:
    rows = ContentVersion.objects.filter(pk=ROW)
    if rows.update(number=F("number") + 1, changed_at=timezone.now()):
        return
    try:
        with transaction.atomic():
            ContentVersion.objects.create(pk=ROW, number=1)
    except IntegrityError:  # another process made it first
        rows.update(number=F("number") + 1, changed_at=timezone.now())
