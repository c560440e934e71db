"""Issues on their way, reader by reader: what mail.worker asks of an issue's deliveries."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from bulletins.models import BulletinPage
from bulletins.readers.models import State as ReaderState
from bulletins.rendering import letter_for
from bulletins.sending import audience, visits
from bulletins.sending.issue_mail import IssueMail
from bulletins.sending.models import Delivery, Sending
from mail import lease
from mail import queue as outgoing
from mail.connection import Connection
from mail.lease import Model, Rows
from mail.worker import SLICE, DeliveryWorker, Paused, write

logger = logging.getLogger("bulletins.sending")
WAIT = 2.0  # seconds before the server is asked again, or before it is looked whether a mail's time has come
State = Delivery.State


def queued(sending: Sending) -> Rows:
    return Delivery.objects.filter(sending=sending, state=State.QUEUED)


def free(sending: Sending) -> Rows:
    """The rows that may go now and that no worker has for itself."""
    due = queued(sending).filter(Q(next_at=None) | Q(next_at__lte=timezone.now()))
    return lease.unclaimed(due).order_by("pk")


def due() -> list[Sending]:
    """The sendings with something to do now."""
    now = timezone.now()
    begun = Q(state=Sending.State.SENDING)
    found = Sending.objects.filter(begun | Q(state=Sending.State.SCHEDULED, at__lte=now)).order_by("at", "pk")
    return [
        one for one in found if one.state == Sending.State.SCHEDULED or free(one).exists() or not queued(one).exists()
    ]


def work(sending: Sending, ask_for_help: Callable[[], None] | None = None) -> bool:
    """Do for a while what is due of one sending. Several processes may do this at once: another is asked for help once
    the server has taken a mail here and there is more to do. Whether it makes sense to go on right away."""
    if sending.state == Sending.State.SCHEDULED:
        audience.begin(sending)
    held = Sending.objects.select_related("page").filter(pk=sending.pk, state=Sending.State.SENDING).first()
    if held is None:
        return False
    if held.page is None:
        _pause(held, "This issue’s page no longer exists.")
        return False
    with DeliveryWorker(IssueQueue(held, held.page), ask_for_help) as worker:
        worker.run(time.monotonic() + SLICE)
    if not queued(held).exists():
        running = Sending.objects.filter(pk=held.pk, state=Sending.State.SENDING)
        running.update(state=Sending.State.SENT, finished_at=timezone.now(), note="")
    return not worker.stopped and free(held).exists()


def work_all() -> None:
    """Work until nothing is left that is due, or that will be because a mail is tried again."""
    while True:
        if outgoing.somebody_waits():  # here may be no worker that sends those
            outgoing.work()
        going = [work(sending) for sending in due()]
        running = Sending.objects.filter(state=Sending.State.SENDING)
        if not running.exists():
            return
        if not any(going):
            time.sleep(WAIT)
            for sending in running:
                lease.release_dead(queued(sending))


def _pause(sending: Sending, note: str) -> None:
    """By itself, with the reason for the editor."""
    logger.error("bulletin %s is paused: %s", sending.page_id, note)
    running = Sending.objects.filter(pk=sending.pk, state=Sending.State.SENDING)
    running.update(state=Sending.State.PAUSED, note=note)


class IssueQueue:
    """Implements mail.worker.Queue for the deliveries of one issue."""

    model: Model = Delivery

    def __init__(self, sending: Sending, page: BulletinPage) -> None:
        self.sending = sending
        self.rate: float = settings.BULLETIN_RATE
        self._page = page
        self._url = page.full_url or settings.SITE_URL
        self._mail = IssueMail(letter_for(page))

    def queued(self) -> Rows:
        return queued(self.sending)

    def free(self) -> Rows:
        return free(self.sending)

    def rows(self, keys: list[int]) -> list[Delivery]:
        return list(Delivery.objects.filter(pk__in=keys).select_related("reader").order_by("pk"))

    def ready(self, row: Delivery, name: str) -> Delivery | None:
        if self._is_as_it_was(row, name):
            return row
        held = lease.held_by(Delivery, name).filter(pk=row.pk)
        now: Delivery | None = held.select_related("reader", "sending").first()
        if now is None:
            return None
        if now.sending.state != Sending.State.SENDING:
            raise Paused
        if now.reader is None or now.reader.state != ReaderState.CONFIRMED:
            write(now, state=State.SUPPRESSED, attempts=now.attempts)
            return None
        return now

    def _is_as_it_was(self, row: Delivery, name: str) -> bool:
        """Asked before each mail: whoever has left by now gets nothing, and a pause holds from now on."""
        return (
            row.reader is not None
            and lease.held_by(Delivery, name)
            .filter(
                pk=row.pk,
                sending__state=Sending.State.SENDING,
                reader__state=ReaderState.CONFIRMED,
                reader__address=row.reader.address,
            )
            .exists()
        )

    def recipient(self, row: Delivery) -> str:
        return row.reader.address if row.reader else ""

    def message(self, row: Delivery, connection: Connection) -> EmailMessage | None:
        assert row.reader  # noqa: S101 (`ready` has looked)
        links = visits.links(self._page.pk, self._url, row.reader)
        mail = self._mail.message(row.reader.address, links, row.message_id, written=connection.takes_written)
        mail.metadata = {"delivery": str(row.pk)}  # type: ignore[attr-defined]  # anymail's, for webhooks
        return mail

    def sent_values(self) -> dict[str, Any]:
        return {}

    def has_sent(self) -> bool:
        return Delivery.objects.filter(sending=self.sending, state=State.SENT).exists()

    def must_yield(self) -> bool:
        return outgoing.somebody_waits()

    def touch(self) -> None:
        Sending.objects.filter(pk=self.sending.pk).update(touched_at=timezone.now())

    def was_taken(self) -> None:
        if self.sending.note:  # that the server takes nothing
            self.sending.note = ""
            self.sending.save(update_fields=["note"])

    def pause(self, told: str) -> None:
        _pause(self.sending, f"{told} Nothing more is sent until the cause is found and somebody resumes it.")

    def wait(self, told: str, name: str) -> None:
        logger.warning("bulletin %s waits: %s", self.sending.page_id, told)
        if self.queued().exclude(claimed_by__in=("", name)).filter(claimed_until__gt=Now()).exists():
            return  # another worker is at it: the server takes mails, but not from here
        waits = f"The mail server takes nothing at the moment; it is asked again each minute. ({told})"
        running = Sending.objects.filter(pk=self.sending.pk, state=Sending.State.SENDING)
        running.update(note=waits, touched_at=timezone.now())
