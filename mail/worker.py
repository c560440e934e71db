"""Handing mails to the mail server, one after the other, whatever happens in between.

Each mail has one row. A worker takes a few rows for itself (mail.lease) and writes down what became of each mail before it
hands over the next. So a kill costs at most one mail that goes out twice, for each connection that was open; and no mail
is lost.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from django.core.mail import EmailMessage
from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone

from mail import lease, suppression, worker_locks
from mail.connection import Connection
from mail.lease import Model, Rows
from mail.models import QueuedMail, Reason
from mail.refusals import Kind, Refusal, of

logger = logging.getLogger("mail.worker")
SLICE = 5.0  # seconds at a time, then other tasks get their turn; a worker that is told to stop has ten
FIRST, BATCH = 5, 50  # rows that a worker takes for itself: a few, then as many as it sends in a second, at most these
# Before a mail that could not go is tried again; after the last it has failed.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (0.5, 5, 15, 60, 240, 720))
IN_A_ROW = 10  # refused without one taken in between: then it is not the recipients' fault
NONE_AT_ALL = 3  # the same where this queue has reached nobody yet


class Paused(Exception):
    """Nothing more of a queue is to be sent."""


class Queue(Protocol):
    """The mails of one kind or of several, and what becomes of them besides what a worker writes into each row."""

    model: Model
    rate: float  # mails a second for each worker; 0: as fast as the server takes them

    def queued(self) -> Rows:
        """All that are not sent yet."""

    def free(self) -> Rows:
        """Those that may go now and that no worker has for itself, the first ones first."""

    def rows(self, keys: list[int]) -> list[Any]:
        """These, with what is needed to write them."""

    def ready(self, row: Any, name: str) -> Any:
        """The row as it is now, if this worker may send it; None where not, and then it is written down why. Raises
        Paused."""

    def recipient(self, row: Any) -> str: ...

    def message(self, row: Any, connection: Connection) -> EmailMessage | None:
        """The mail; None where there is nothing to be sent."""

    def sent_values(self) -> dict[str, Any]:
        """What else is written into a row that is sent."""

    def has_sent(self) -> bool:
        """Whether the server has ever taken one of these mails."""

    def must_yield(self) -> bool:
        """Whether more urgent mails wait."""

    def touch(self) -> None:
        """Called now and then while a worker is at it."""

    def was_taken(self) -> None:
        """The server takes mails."""

    def wait(self, told: str, name: str) -> None:
        """The server takes nothing from this worker at the moment."""

    def pause(self, told: str) -> None:
        """The server takes nothing of ours until somebody has seen to it."""


class DeliveryWorker:
    """One worker at one queue, with one connection at a time."""

    def __init__(self, queue: Queue, ask_for_help: Callable[[], None] | None = None) -> None:
        self.queue = queue
        self._ask_for_help = ask_for_help
        self._name = worker_locks.me()
        self._connection = Connection(queue.rate)
        self._refused: list[tuple[Any, Refusal]] = []  # for good, since the server took one
        self._put_off = 0  # in a row
        self._heart = lease.Heart(queue.model, self._name)
        self.stopped = False

    def __enter__(self) -> "DeliveryWorker":
        lease.release_dead(self.queue.queued())
        self._heart.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._heart.stop()
        self._connection.close()
        lease.release(self.queue.queued().filter(claimed_by=self._name))

    def run(self, end: float) -> None:
        number = min(FIRST, BATCH)
        while not self.stopped and (rows := self.claim(number)):
            begun = time.monotonic()
            for row in rows:
                self.deliver(row)
                # What is refused for good is known to be meant once the server takes another, so that is waited for.
                if self.stopped or (time.monotonic() > end and not self._refused):
                    return
            if not self._refused and self.queue.must_yield():
                return
            number = max(1, min(BATCH, int(len(rows) / (time.monotonic() - begun or 1))))
        if not self.stopped:
            self._none_left()

    def claim(self, number: int) -> list[Any]:
        """A few rows for this worker alone."""
        keys = lease.claim(self.queue.free(), self._name, number)
        self.queue.touch()
        return self.queue.rows(keys) if keys else []

    def deliver(self, row: Any) -> None:
        """Sends one mail, or writes down why it is not sent."""
        try:
            row = self.queue.ready(row, self._name)
        except Paused:
            self.stopped = True
            return
        if row is not None and self._open():
            self._send(row)

    def _open(self) -> bool:
        try:
            self._connection.open()
        except Exception as error:  # every mail backend has errors of its own
            refusal = of(error, "")
            self.stop(refusal.told, for_good=refusal.kind in (Kind.OURS, Kind.OTHER))
            return False
        return True

    def _send(self, row: Any) -> None:
        email = self.queue.recipient(row)
        try:
            if why := self._connection.why_not(email):
                write(row, state=QueuedMail.FAILED, problem=why)
                return
            mail = self.queue.message(row, self._connection)
            if mail is None:
                write(row, state=QueuedMail.SENT, sent_at=timezone.now(), problem="", **self.queue.sent_values())
                return
            self._connection.send(mail)
        except Exception as error:
            self._refuse(row, of(error, email))
            return
        write(row, state=QueuedMail.SENT, sent_at=timezone.now(), problem="", **self.queue.sent_values())
        self._put_off = 0
        self._settle()
        self.queue.was_taken()
        self._have_help()

    def _have_help(self) -> None:
        """Once, and where the server takes mails: it is no use that two wait for it."""
        if self._ask_for_help and self.queue.free().exists():
            self._ask_for_help()
        self._ask_for_help = None

    def _refuse(self, row: Any, refusal: Refusal) -> None:
        if refusal.kind == Kind.OURS:
            self.stop(refusal.told, for_good=True)
        elif refusal.kind in (Kind.PASSING, Kind.DROPPED):
            self.again_later(row, refusal)
        else:
            self._refused.append((row, refusal))
            if row.attempts:  # refused before, and somebody has let it go on
                self._settle()
            elif len(self._refused) >= IN_A_ROW:
                self._not_their_fault()

    def again_later(self, row: Any, refusal: Refusal) -> None:
        if refusal.kind == Kind.DROPPED:
            self._connection.close()
        if row.attempts < len(BACKOFF):
            write(row, next_at=timezone.now() + BACKOFF[row.attempts], problem=refusal.told)
        else:
            write(row, state=QueuedMail.FAILED, problem=refusal.told)
        self._put_off += 1
        if self._put_off >= IN_A_ROW:
            self.stop(refusal.told)

    def _settle(self) -> None:
        """Write down who was refused for good: the server is well, so they were meant."""
        for row, refusal in self._refused:
            if refusal.kind == Kind.RECIPIENT:
                suppression.suppress(self.queue.recipient(row), Reason.REFUSED)
            write(row, state=QueuedMail.FAILED, problem=refusal.told)
        self._refused = []

    def _not_their_fault(self) -> None:
        """Let the last ones wait behind the others: another time it is their turn, and then it counts."""
        for row, refusal in self._refused:
            write(row, next_at=timezone.now() + BACKOFF[1], problem=refusal.told)
        told = (
            f"The mail server refused {len(self._refused)} mails in a row, the last with: {self._refused[-1][1].told}"
        )
        self._refused = []
        self.stop(told, for_good=True)

    def _none_left(self) -> None:
        others = [refusal for _, refusal in self._refused if refusal.kind == Kind.OTHER]
        if len(others) >= NONE_AT_ALL and not self.queue.has_sent():
            self._not_their_fault()
        else:
            self._settle()

    def stop(self, told: str, *, for_good: bool = False) -> None:
        """No mail of ours goes out now: until the next minute, or until somebody has seen to it."""
        self.stopped = True
        if for_good:
            self.queue.pause(told)
        else:
            self.queue.wait(told, self._name)


def write(row: Any, **values: Any) -> None:
    """Before anything else happens. The mail is out: a busy database is waited for, for a minute."""
    values = {"attempts": F("attempts") + 1, "claimed_by": "", "claimed_until": None} | values
    for wait in (0.1, 1, 10, 20, 30, None):
        try:
            type(row)._default_manager.filter(pk=row.pk).update(**values)
        except OperationalError:
            if wait is None:
                raise
            logger.warning("mail %s cannot be written down yet", row.pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()
            time.sleep(wait)
        else:
            return
