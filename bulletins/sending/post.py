"""Handing an issue to the mail server, reader by reader, whatever happens in between.

Each reader has one row (Delivery). A worker takes a few rows for itself (bulletins.sending.lease) and writes down what
became of each mail before it hands over the next. So a kill costs at most one mail that goes out twice, for each
connection that was open; and no reader is lost.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from bulletins.models import BulletinPage
from bulletins.readers import consent
from bulletins.readers.models import Reader, Reason
from bulletins.readers.models import State as ReaderState
from bulletins.rendering import letter_for
from bulletins.sending import alive, audience, lease, visits
from bulletins.sending.connection import Connection
from bulletins.sending.lease import queued
from bulletins.sending.models import Delivery, Sending
from bulletins.sending.refusals import Kind, Refusal, of

logger = logging.getLogger("bulletins.sending")
SLICE = 5.0  # seconds at a time, then other tasks get their turn; a worker that is told to stop has ten
FIRST, BATCH = 5, 50  # rows that a worker takes for itself: a few, then as many as it sends in a second, at most these
# Before a mail that could not go is tried again; after the last it has failed.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (0.5, 5, 15, 60, 240, 720))
IN_A_ROW = 10  # refused without one taken in between: then it is not the readers' fault
NONE_AT_ALL = 3  # the same where this issue has reached nobody yet
WAIT = 2.0  # seconds before the server is asked again, or before it is looked whether a mail's time has come
State = Delivery.State


def due() -> list[Sending]:
    """The sendings with something to do now."""
    now = timezone.now()
    begun = Q(state=Sending.State.SENDING)
    found = Sending.objects.filter(begun | Q(state=Sending.State.SCHEDULED, at__lte=now)).order_by("at", "pk")
    return [
        one for one in found if one.state == Sending.State.SCHEDULED or free(one).exists() or not queued(one).exists()
    ]


def free(sending: Sending) -> QuerySet[Delivery]:
    """The rows that may go now and that no worker has for itself."""
    return lease.unclaimed(queued(sending).filter(Q(next_at=None) | Q(next_at__lte=timezone.now())))


def work(sending: Sending, ask_for_help: Callable[[], None] | None = None) -> bool:
    """Do for a while what is due of one sending. Several processes may do this at once: another is asked for help once
    the server has taken a mail here and there is more to do. Whether it makes sense to go on right away."""
    if sending.state == Sending.State.SCHEDULED:
        audience.begin(sending)
    held = Sending.objects.select_related("page").filter(pk=sending.pk, state=Sending.State.SENDING).first()
    if held is None:
        return False
    if held.page is None:
        _pause(held, "The page of this issue is gone.")
        return False
    with DeliveryWorker(held, held.page, ask_for_help) as this:
        this.run(time.monotonic() + SLICE)
    if not queued(held).exists():
        running = Sending.objects.filter(pk=held.pk, state=Sending.State.SENDING)
        running.update(state=Sending.State.SENT, finished_at=timezone.now(), note="")
    return not this.stopped and free(held).exists()


def work_all() -> None:
    """Work until nothing is left that is due, or that will be because a mail is tried again."""
    while True:
        going = [work(sending) for sending in due()]
        running = Sending.objects.filter(state=Sending.State.SENDING)
        if not running.exists():
            return
        if not any(going):
            time.sleep(WAIT)
            for sending in running:
                release_dead(sending)


def release_dead(sending: Sending) -> int:
    """Take from workers that were killed what they had claimed; how many rows that was."""
    names = queued(sending).exclude(claimed_by="").order_by().values_list("claimed_by", flat=True).distinct()
    dead = alive.dead(names)
    return queued(sending).filter(claimed_by__in=dead).update(claimed_by="", claimed_until=None) if dead else 0


def _pause(sending: Sending, note: str) -> None:
    """By itself, with the reason for the editor."""
    logger.error("bulletin %s is paused: %s", sending.page_id, note)
    running = Sending.objects.filter(pk=sending.pk, state=Sending.State.SENDING)
    running.update(state=Sending.State.PAUSED, note=note)


class DeliveryWorker:
    """One worker at one sending, with one connection at a time."""

    def __init__(self, sending: Sending, page: BulletinPage, ask_for_help: Callable[[], None] | None = None) -> None:
        self.sending = sending
        self._ask_for_help = ask_for_help
        self._page = page
        self._address = page.full_url or settings.SITE_URL
        self._name = alive.me()
        self._connection = Connection(letter_for(page))
        self._refused: list[tuple[Delivery, Refusal]] = []  # for good, since the server took one
        self._put_off = 0  # in a row
        self._heart = lease.Heart(self._name)
        self.stopped = False

    def __enter__(self) -> "DeliveryWorker":
        release_dead(self.sending)
        self._heart.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._heart.stop()
        self._connection.close()
        queued(self.sending).filter(claimed_by=self._name).update(claimed_by="", claimed_until=None)

    def run(self, end: float) -> None:
        number = min(FIRST, BATCH)
        while not self.stopped and (rows := self.claim(number)):
            begun = time.monotonic()
            for row in rows:
                self.deliver(row)
                # What is refused for good is known to be meant once the server takes another, so that is waited for.
                if self.stopped or (time.monotonic() > end and not self._refused):
                    return
            number = max(1, min(BATCH, int(len(rows) / (time.monotonic() - begun or 1))))
        if not self.stopped:
            self._none_left()

    def claim(self, number: int) -> list[Delivery]:
        """A few rows for this worker alone."""
        keys = lease.claim(free(self.sending), self._name, number)
        Sending.objects.filter(pk=self.sending.pk).update(touched_at=timezone.now())
        return list(Delivery.objects.filter(pk__in=keys).select_related("reader").order_by("pk"))

    def deliver(self, row: Delivery) -> None:
        """Sends one mail, or writes down why it is not sent."""
        if not self._is_as_it_was(row):
            now = lease.held_by(self._name).filter(pk=row.pk).select_related("reader", "sending").first()
            if now is None:
                return
            if now.sending.state != Sending.State.SENDING:
                self.stopped = True
                return
            row = now
        reader = row.reader
        if reader is None or reader.state != ReaderState.CONFIRMED:
            _write(row, state=State.SUPPRESSED, attempts=row.attempts)
        elif self._open():
            self._send(row, reader)

    def _is_as_it_was(self, row: Delivery) -> bool:
        """Asked before each mail: whoever has left by now gets nothing, and a pause holds from now on."""
        return (
            row.reader is not None
            and lease.held_by(self._name)
            .filter(
                pk=row.pk,
                sending__state=Sending.State.SENDING,
                reader__state=ReaderState.CONFIRMED,
                reader__address=row.reader.address,
            )
            .exists()
        )

    def _open(self) -> bool:
        try:
            self._connection.open()
        except Exception as error:  # every mail backend has errors of its own
            refusal = of(error, "")
            if refusal.kind in (Kind.OURS, Kind.OTHER):
                self._stop(refusal.told, for_good=True)
            else:
                self._stop(refusal.told)
            return False
        return True

    def _send(self, row: Delivery, reader: Reader) -> None:
        try:
            if why := self._connection.why_not(reader.address):
                _write(row, state=State.FAILED, problem=why)
                return
            links = visits.links(self._page.pk, self._address, reader)
            mail = self._connection.mail(reader.address, links, row.message_id)
            mail.metadata = {"delivery": str(row.pk)}  # type: ignore[attr-defined]  # anymail's, for webhooks
            self._connection.send(mail)
        except Exception as error:
            self._refuse(row, of(error, reader.address))
        else:
            _write(row, state=State.SENT, sent_at=timezone.now(), problem="")
            self._put_off = 0
            self._settle()
            if self.sending.note:  # that the server takes nothing
                self.sending.note = ""
                self.sending.save(update_fields=["note"])
            self._have_help()

    def _have_help(self) -> None:
        """Once, and where the server takes mails: it is no use that two wait for it."""
        if self._ask_for_help and free(self.sending).exists():
            self._ask_for_help()
        self._ask_for_help = None

    def _refuse(self, row: Delivery, refusal: Refusal) -> None:
        if refusal.kind == Kind.OURS:
            self._stop(refusal.told, for_good=True)
        elif refusal.kind in (Kind.PASSING, Kind.DROPPED):
            self._again_later(row, refusal)
        else:
            self._refused.append((row, refusal))
            if row.attempts:  # refused before, and somebody has let it go on
                self._settle()
            elif len(self._refused) >= IN_A_ROW:
                self._not_their_fault()

    def _again_later(self, row: Delivery, refusal: Refusal) -> None:
        if refusal.kind == Kind.DROPPED:
            self._connection.close()
        if row.attempts < len(BACKOFF):
            _write(row, next_at=timezone.now() + BACKOFF[row.attempts], problem=refusal.told)
        else:
            _write(row, state=State.FAILED, problem=refusal.told)
        self._put_off += 1
        if self._put_off >= IN_A_ROW:
            self._stop(refusal.told)

    def _settle(self) -> None:
        """Write down who was refused for good: the server is well, so they were meant."""
        for row, refusal in self._refused:
            if refusal.kind == Kind.READER and row.reader:
                consent.suppress(row.reader, Reason.REFUSED)
            _write(row, state=State.FAILED, problem=refusal.told)
        self._refused = []

    def _not_their_fault(self) -> None:
        """Let the last ones wait behind the others: another time it is their turn, and then it counts."""
        for row, refusal in self._refused:
            _write(row, next_at=timezone.now() + BACKOFF[1], problem=refusal.told)
        told = (
            f"The mail server refused {len(self._refused)} mails in a row, the last with: {self._refused[-1][1].told}"
        )
        self._refused = []
        self._stop(told, for_good=True)

    def _none_left(self) -> None:
        others = [refusal for _, refusal in self._refused if refusal.kind == Kind.OTHER]
        sent = Delivery.objects.filter(sending=self.sending, state=State.SENT)
        if len(others) >= NONE_AT_ALL and not sent.exists():
            self._not_their_fault()
        else:
            self._settle()

    def _stop(self, told: str, *, for_good: bool = False) -> None:
        """No mail of ours goes out now: until the next minute, or until somebody has seen to it."""
        self.stopped = True
        if for_good:
            _pause(self.sending, f"{told} Nothing more is sent until the cause is found and somebody resumes it.")
            return
        logger.warning("bulletin %s waits: %s", self.sending.page_id, told)
        if queued(self.sending).exclude(claimed_by__in=("", self._name)).filter(claimed_until__gt=Now()).exists():
            return  # another worker is at it: the server takes mails, but not from here
        waits = f"The mail server takes nothing at the moment; it is asked again each minute. ({told})"
        running = Sending.objects.filter(pk=self.sending.pk, state=Sending.State.SENDING)
        running.update(note=waits, touched_at=timezone.now())


def _write(row: Delivery, **values: Any) -> None:
    """In the books before anything else happens. The mail is out: a busy database is waited for, for a minute."""
    values = {"attempts": F("attempts") + 1, "claimed_by": "", "claimed_until": None} | values
    for wait in (0.1, 1, 10, 20, 30, None):
        try:
            Delivery.objects.filter(pk=row.pk).update(**values)
        except OperationalError:
            if wait is None:
                raise
            logger.warning("delivery %s cannot be written down yet", row.pk, exc_info=True)
            connection.close_if_unusable_or_obsolete()
            time.sleep(wait)
        else:
            return
