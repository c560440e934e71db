"""The mails that go out one by one: those that somebody waits for first."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone

from mail import kinds, lease, suppression
from mail.connection import Connection
from mail.lease import Model, Rows
from mail.models import OutgoingMail, Priority, Reason
from mail.worker import SLICE, DeliveryWorker, write

logger = logging.getLogger("mail.queue")
State = OutgoingMail.State
GIVE_UP = timedelta(days=1)  # after which a mail that could not go has failed
KEPT = GIVE_UP + timedelta(days=7)  # what became of it, and what an administrator needs to send it again
LATE = "It could not be sent within a day."
UNKNOWN = "This release does not know this kind of mail."


def waiting() -> Rows:
    """Those that may go now and that no worker has for itself."""
    due = Q(next_at=None) | Q(next_at__lte=timezone.now())
    return lease.unclaimed(OutgoingMail.objects.filter(due, state=State.QUEUED))


class OutgoingQueue:
    """Implements mail.worker.Queue for OutgoingMail: for all that wait, or for one mail only."""

    model: Model = OutgoingMail
    rate = 0.0

    def __init__(self, only: int | None = None) -> None:
        self._only = Q() if only is None else Q(pk=only)

    def queued(self) -> Rows:
        return OutgoingMail.objects.filter(self._only, state=State.QUEUED)

    def free(self) -> Rows:
        return waiting().filter(self._only).order_by("priority", "pk")

    def rows(self, keys: list[int]) -> list[OutgoingMail]:
        return list(OutgoingMail.objects.filter(pk__in=keys).order_by("priority", "pk"))

    def ready(self, row: OutgoingMail, name: str) -> OutgoingMail | None:
        now = lease.held_by(OutgoingMail, name).filter(pk=row.pk).first()
        if now is None:
            return None
        if now.created_at < timezone.now() - GIVE_UP:
            write(now, state=State.FAILED, problem=now.problem or LATE)
            return None
        kind = kinds.find(now.kind)
        if kind is None:
            write(now, state=State.FAILED, problem=UNKNOWN)
            return None
        reason = suppression.reason_for(now.recipient)
        if reason in kind.stopped_by:
            # Who complained is not written to, whoever says so: nothing is left to be sent again.
            blank = self.sent_values() if reason == Reason.COMPLAINT else {}
            problem = Reason(reason).label
            write(now, state=State.SUPPRESSED, attempts=now.attempts, problem=problem, **blank)
            return None
        return now

    def recipient(self, row: OutgoingMail) -> str:
        return row.recipient

    def message(self, row: OutgoingMail, connection: Connection) -> EmailMessage | None:
        kind = kinds.find(row.kind)
        mail = kind.write(row) if kind else None
        if mail is not None:
            mail.extra_headers.setdefault("Message-ID", row.message_id)
            mail.metadata = {"mail": str(row.pk)}  # type: ignore[attr-defined]  # anymail's, for webhooks
        return mail

    def sent_values(self) -> dict[str, Any]:
        return {"recipient": "", "data": {}}

    def has_sent(self) -> bool:
        return OutgoingMail.objects.filter(state=State.SENT).exists()

    def must_yield(self) -> bool:
        return False

    def touch(self) -> None:
        """Nobody asks who is at it."""

    def was_taken(self) -> None:
        """Each row says it for itself."""

    def wait(self, told: str, name: str) -> None:
        logger.warning("mails wait: %s", told)
        self.queued().update(problem=told)

    def pause(self, told: str) -> None:
        logger.error("no mail goes out until somebody has seen to it: %s", told)
        self.queued().update(problem=told)


def work(only: int | None = None, seconds: float = SLICE) -> bool:
    """Send for a while what waits, or this one mail. Whether it makes sense to go on right away."""
    with DeliveryWorker(OutgoingQueue(only)) as worker:
        worker.run(time.monotonic() + seconds)
    return not worker.stopped and OutgoingQueue(only).free().exists()


def somebody_waits() -> bool:
    """Whether a mail waits that goes before all others."""
    return waiting().filter(priority=Priority.FIRST).exists()


def again(mail: OutgoingMail) -> bool:
    """Let a mail that was not sent be tried once more; an administrator says that its mailbox is well. Whether it can be."""
    stopped = OutgoingMail.objects.filter(pk=mail.pk, state__in=(State.FAILED, State.SUPPRESSED)).exclude(recipient="")
    values = {"state": State.QUEUED, "attempts": 0, "next_at": None, "created_at": timezone.now(), "problem": ""}
    if not stopped.update(**values):
        return False
    if suppression.reason_for(mail.recipient) != Reason.COMPLAINT:
        suppression.lift(mail.recipient)
    return True


def hold(problem: str) -> int:
    """Take everything that waits out of the queue, for an administrator to decide; how many mails that was."""
    return OutgoingMail.objects.filter(state=State.QUEUED).update(state=State.FAILED, problem=problem)


def forget(*emails: str) -> None:
    """Delete what waits for somebody, or is kept because it failed."""
    OutgoingMail.objects.filter(recipient__in=emails).delete()


def forget_old() -> None:
    """Delete the rows whose time is over."""
    OutgoingMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
