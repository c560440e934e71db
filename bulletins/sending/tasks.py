"""Sending in the background, a slice of some seconds at a time: a worker does one task after the other, and who signs
up meanwhile must not wait for an hour.

While a slice is done the task for another waits already, for whichever worker is free: so all that run take part.
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from bulletins.sending import alive, post
from bulletins.sending.models import Delivery, Sending

QUIET = timedelta(seconds=15)  # after which nobody seems to be at a sending
NO_WORKER = timedelta(minutes=2)  # after which a task that waits is taken to wait for nobody
BEHIND = -50  # priority: whoever signs up meanwhile comes first
KEPT = timedelta(days=7)  # rows of tasks that are over


@task(backend="background", priority=BEHIND)
def send_due() -> None:
    """What is due of each sending, for a while; the rest is another task's."""
    more = [post.work(sending, wake) for sending in post.due() if not _rests(sending)]
    if any(more):
        wake()


def _rests(sending: Sending) -> bool:
    """Whether the mail server took nothing a moment ago."""
    return bool(sending.note) and not _is_quiet(sending)


def wake() -> None:
    """Have a worker do what is due; one such task at a time may wait."""
    if not _waiting().exists():
        send_due.enqueue()


def _waiting() -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.ready().filter(task_path=send_due.module_path)


def go_on() -> None:
    """What nobody is at: it is time to start, or a worker was killed, or a mail is to be tried again. Where no worker
    takes the task, a slice is done here."""
    left = [sending for sending in post.due() if _is_left(sending)]
    if left:
        if _waiting().filter(enqueued_at__lt=timezone.now() - NO_WORKER).exists():
            for sending in left:
                post.work(sending)
        wake()
    alive.tidy(Delivery.objects.exclude(claimed_by="").order_by().values_list("claimed_by", flat=True).distinct())


def _is_left(sending: Sending) -> bool:
    released = post.release_dead(sending)
    return bool(released) or _is_quiet(sending)


def _is_quiet(sending: Sending) -> bool:
    return sending.touched_at is None or sending.touched_at < timezone.now() - QUIET


def forget_finished() -> None:
    """Rows of tasks that ended long ago, and of those whose worker was killed."""
    long_ago = timezone.now() - KEPT
    DBTaskResult.objects.finished().filter(finished_at__lt=long_ago).delete()
    DBTaskResult.objects.running().filter(started_at__lt=long_ago).delete()
