"""Sending in the background, a slice of some seconds at a time: a worker does one task after the other, and who signs
up meanwhile must not wait for an hour.

While a slice is done the task for another waits already, for whichever worker is free: so all that run take part.
"""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from bulletins.sending import delivery
from bulletins.sending.models import Sending
from mail import lease
from mail.tasks import nobody_takes, ready

QUIET = timedelta(seconds=15)  # after which nobody seems to be at a sending
BEHIND = -50  # priority: whoever signs up meanwhile comes first


@task(backend="background", priority=BEHIND)
def send_due() -> None:
    """What is due of each sending, for a while; the rest is another task's."""
    more = [delivery.work(sending, wake) for sending in delivery.due() if not _rests(sending)]
    if any(more):
        wake()


def _rests(sending: Sending) -> bool:
    """Whether the mail server took nothing a moment ago."""
    return bool(sending.note) and not _is_quiet(sending)


def wake() -> None:
    """Have a worker do what is due; one such task at a time may wait."""
    if not ready(send_due).exists():
        send_due.enqueue()


def go_on() -> None:
    """What nobody is at: it is time to start, or a worker was killed, or a mail is to be tried again. Where no worker
    takes the task, a slice is done here."""
    left = [sending for sending in delivery.due() if _is_left(sending)]
    if left:
        if nobody_takes(send_due):
            for sending in left:
                delivery.work(sending)
        wake()


def _is_left(sending: Sending) -> bool:
    released = lease.release_dead(delivery.queued(sending))
    return bool(released) or _is_quiet(sending)


def _is_quiet(sending: Sending) -> bool:
    return sending.touched_at is None or sending.touched_at < timezone.now() - QUIET
