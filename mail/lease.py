"""Rows that one worker has for itself: for less than a minute, and again and again for as long as it lives.

So a worker that has died, on whatever machine, is known by its silence. The database's clock counts: those of two
machines may differ.
"""

import logging
import threading
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from mail import worker_locks
from mail.models import QueuedMail

logger = logging.getLogger("mail.worker")
LEASE = timedelta(seconds=45)
BEAT = 10.0  # seconds, so that a beat or two may fail

Rows = QuerySet[Any]
Model = type[QueuedMail]


def unclaimed(rows: Rows) -> Rows:
    """Those that no worker has for itself."""
    return rows.filter(Q(claimed_until=None) | Q(claimed_until__lte=Now()))


def held_by(model: Model, name: str) -> Rows:
    """What this worker has for itself."""
    rows: Rows = model._default_manager.filter(claimed_by=name, claimed_until__gt=Now(), state=QueuedMail.QUEUED)
    return rows


@transaction.atomic
def claim(rows: Rows, name: str, number: int) -> list[int]:
    """Take at most so many of these rows, in their order, for this worker alone. On SQLite each transaction has the only
    lock from its beginning; on PostgreSQL rows that another worker is just taking are left out."""
    keys = list(unclaimed(rows).select_for_update(skip_locked=True).values_list("pk", flat=True)[:number])
    rows.model._default_manager.filter(pk__in=keys).update(claimed_by=name, claimed_until=Now() + LEASE)
    return keys


def release(rows: Rows) -> int:
    """Let anybody take these; how many that were."""
    return rows.update(claimed_by="", claimed_until=None)


def claimants(rows: Rows) -> Rows:
    """The names of the workers that have some of these rows."""
    return rows.exclude(claimed_by="").order_by().values_list("claimed_by", flat=True).distinct()


def release_dead(rows: Rows) -> int:
    """Take from workers that were killed what they had claimed; how many rows that was."""
    dead = worker_locks.dead(claimants(rows))
    return release(rows.filter(claimed_by__in=dead)) if dead else 0


def tidy() -> None:
    """Delete the lock files of workers that have ended and have nothing claimed in any table of mails."""
    models = [model for model in apps.get_models() if issubclass(model, QueuedMail)]
    worker_locks.tidy({name for model in models for name in claimants(model._default_manager.all())})


class Heart:
    """Keeps what a worker has for itself while it waits for the mail server, in a thread with a connection of its own."""

    def __init__(self, model: Model, name: str) -> None:
        self._model = model
        self._name = name
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="mail.lease")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopped.wait(BEAT):
                self.beat()
        finally:
            connections.close_all()

    def beat(self) -> None:
        try:
            held_by(self._model, self._name).update(claimed_until=Now() + LEASE)
        except (OperationalError, InterfaceError):
            logger.warning("a lease could not be renewed", exc_info=True)
            connections.close_all()
