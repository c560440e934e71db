"""What can be done with the sending of an issue. The worker does the rest (bulletins.sending.post)."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from bulletins.approval import may_be_sent
from bulletins.readers.recipients import readers_for
from bulletins.sending.models import Delivery, Sending

if TYPE_CHECKING:
    from bulletins.models import BulletinPage

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
def send(page: "BulletinPage", user: Any, at: datetime.datetime | None = None) -> Sending:
    """Let an issue go out, now or at a time. Raises NotNow."""
    held = Sending.objects.select_for_update().filter(page=page).first()
    reasons = may_be_sent(page, user)
    if held and held.state != State.CANCELLED:
        reasons = ["It is on its way already."]
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
    return sending


def cancel(sending: Sending) -> None:
    """Raises NotNow once it has started."""
    _turn(sending, State.SCHEDULED, State.CANCELLED, "It has started. You can pause it.")


def pause(sending: Sending) -> None:
    """Raises NotNow where it is not being sent."""
    _turn(sending, State.SENDING, State.PAUSED, "It is not being sent.")


def resume(sending: Sending) -> None:
    """Raises NotNow where it is not paused."""
    _turn(sending, State.PAUSED, State.SENDING, "It is not paused.")


def _turn(sending: Sending, before: State, after: State, problem: str) -> None:
    if not Sending.objects.filter(pk=sending.pk, state=before).update(state=after, note=""):
        raise NotNow([problem])
    sending.state, sending.note = after, ""


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
