"""Rows that one worker has for itself: for less than a minute, and again and again for as long as it lives.

So a worker that has died, on whatever machine, is known by its silence. The database's clock counts: those of two
machines may differ.
"""

import logging
import threading
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from bulletins.sending.models import Delivery, Sending

logger = logging.getLogger("bulletins.sending")
LEASE = timedelta(seconds=45)
BEAT = 10.0  # seconds, so that a beat or two may fail


def queued(sending: Sending) -> QuerySet[Delivery]:
    return Delivery.objects.filter(sending=sending, state=Delivery.State.QUEUED)


def unclaimed(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those that no worker has for itself."""
    return rows.filter(Q(claimed_until=None) | Q(claimed_until__lte=Now()))


def held_by(name: str) -> QuerySet[Delivery]:
    """What this worker has for itself."""
    return Delivery.objects.filter(claimed_by=name, claimed_until__gt=Now(), state=Delivery.State.QUEUED)


@transaction.atomic
def claim(rows: QuerySet[Delivery], name: str, number: int) -> list[int]:
    """Take at most so many of these rows for this worker alone. On SQLite each transaction has the only lock from its
    beginning; on PostgreSQL rows that another worker is just taking are left out."""
    found = unclaimed(rows).select_for_update(skip_locked=True).order_by("pk")
    keys = list(found.values_list("pk", flat=True)[:number])
    Delivery.objects.filter(pk__in=keys).update(claimed_by=name, claimed_until=Now() + LEASE)
    return keys


class Heart:
    """Keeps what a worker has for itself while it waits for the mail server, in a thread with a connection of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="bulletins.sending.lease")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopped.wait(BEAT):
                self._beat()
        finally:
            connections.close_all()

    def _beat(self) -> None:
        try:
            held_by(self._name).update(claimed_until=Now() + LEASE)
        except (OperationalError, InterfaceError):
            logger.warning("a lease could not be renewed", exc_info=True)
            connections.close_all()
