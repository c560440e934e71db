"""What can be done with the sending of an issue. The worker does the rest (bulletins.sending.post)."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from bulletins.approval import may_be_sent
from bulletins.models import BulletinPage
from bulletins.sending import tasks
from bulletins.sending.audience import readers_for
from bulletins.sending.models import Delivery, Sending

State = Sending.State


class NotNow(Exception):
    """It cannot be done; `reasons` are sentences for whoever asked."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Progress:
    state: str
    readers: int
    queued: int
    sent: int
    failed: int
    suppressed: int
    bounced: int
    complained: int
    unsubscribed: int


@transaction.atomic
def send(page: BulletinPage, user: Any = None, at: datetime.datetime | None = None) -> Sending:
    """Let an issue go out, now or at a time. Raises NotNow."""
    held = Sending.objects.select_for_update().filter(page=page).first()
    reasons = ["It is already on its way."] if held and held.state != State.CANCELLED else may_be_sent(page, user)
    if reasons:
        raise NotNow(reasons)
    values = {
        "title": page.title,
        "state": State.SCHEDULED,
        "at": at or timezone.now(),
        "by": user,
        "readers": readers_for(page).count(),
        "note": "",
    }
    sending, _ = Sending.objects.update_or_create(page=page, defaults=values)
    if at is None or at <= timezone.now():
        transaction.on_commit(tasks.wake)
    return sending


@transaction.atomic
def cancel(sending: Sending) -> None:
    """Raises NotNow once it has started."""
    waiting = (State.SCHEDULED, State.PAUSED)
    _turn(sending, Q(state__in=waiting, started_at=None), State.CANCELLED, "It has started. You can pause it.")
    sending.deliveries.all().delete()


@transaction.atomic
def pause(sending: Sending) -> None:
    """Raises NotNow where it neither is being sent nor waits for that."""
    running = (State.SCHEDULED, State.SENDING)
    _turn(sending, Q(state__in=running), State.PAUSED, "It is not being sent.")
    if sending.started_at is None:
        sending.deliveries.all().delete()  # who gets it is looked at anew when it starts


@transaction.atomic
def resume(sending: Sending) -> None:
    """Raises NotNow where it is not paused."""
    sending.refresh_from_db()
    if sending.page_id is None:
        raise NotNow(["This issue’s page no longer exists, so there is nothing to send."])
    after = State.SENDING if sending.started_at else State.SCHEDULED
    _turn(sending, Q(state=State.PAUSED), after, "It is not paused.")
    transaction.on_commit(tasks.wake)


def _turn(sending: Sending, before: Q, after: State, problem: str) -> None:
    if not Sending.objects.filter(before, pk=sending.pk).update(state=after, note=""):
        raise NotNow([problem])
    sending.refresh_from_db()


def progress(sending: Sending) -> Progress:
    """How far it is. One query."""
    states = {state.value: Count("pk", filter=Q(state=state)) for state in Delivery.State}
    found = Delivery.objects.filter(sending=sending).aggregate(
        **states,
        bounced=Count("pk", filter=~Q(bounced="")),
        complained=Count("complained_at"),
        unsubscribed=Count("unsubscribed_at"),
    )
    return Progress(sending.state, sending.readers, **found)
