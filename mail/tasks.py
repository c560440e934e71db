"""Sending in the background, a slice of some seconds at a time: a worker does one task after the other."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from mail import lease, queue
from mail.models import OutgoingMail

NO_WORKER = timedelta(minutes=2)  # after which a task that waits is taken to wait for nobody
BEFORE = 50  # priority: somebody waits for these mails
KEPT = timedelta(days=7)  # rows of tasks that are over


@task(backend="background", priority=BEFORE)
def send_waiting() -> None:
    """What waits, for a while; the rest is another task's."""
    if queue.work():
        wake()


def wake() -> None:
    """Have a worker send what waits; one such task at a time may wait."""
    if not ready(send_waiting).exists():
        send_waiting.enqueue()


def ready(of: Any) -> QuerySet[DBTaskResult]:
    """The tasks of this name that no worker has taken."""
    return DBTaskResult.objects.ready().filter(task_path=of.module_path)


def nobody_takes(of: Any) -> bool:
    """Whether a task has waited for so long that no worker seems to run."""
    return ready(of).filter(enqueued_at__lt=timezone.now() - NO_WORKER).exists()


def resume() -> None:
    """The minute jobs: what a killed worker left, and what is to be tried again. Where no worker takes the task, a slice
    is sent here."""
    queued = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED)
    lease.release_dead(queued)
    if queue.waiting().exists():
        if nobody_takes(send_waiting):
            queue.work()
        wake()
    lease.tidy()


def forget_finished() -> None:
    """Rows of tasks that ended long ago, and of those whose worker was killed."""
    long_ago = timezone.now() - KEPT
    DBTaskResult.objects.finished().filter(finished_at__lt=long_ago).delete()
    DBTaskResult.objects.running().filter(started_at__lt=long_ago).delete()
