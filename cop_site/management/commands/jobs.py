"""`manage.py jobs`: what is due, done once. Cron calls it each minute where `serve` does not."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from bulletins.readers.erasing import forget_old
from bulletins.readers.importing import resume_stuck
from bulletins.readers.signing_up import answer_waiting
from bulletins.sending.tasks import forget_finished, go_on
from casestudies.asking import forget_old_questions
from core.models import SiteSettings
from core.rate_limits import forget_expired
from editorial.reminders import remind
from editorial.scheduling import publish_scheduled
from search.engine import engine
from search.protocols import Busy, Unavailable, Waiting

logger = logging.getLogger("cop_site.jobs")


def remind_of_reviews() -> None:
    remind(SiteSettings.current().contact_email)


def catch_up_search() -> None:
    try:
        engine().sync()
    finally:  # the index on this machine is kept fast while another cannot be reached
        engine().tidy()


def sweep() -> None:
    forget_old_questions()
    forget_expired()
    forget_old()
    forget_finished()


JOBS: dict[str, Callable[[], object]] = {
    "scheduled publishing": publish_scheduled,
    "search index": catch_up_search,
    "review reminders": remind_of_reviews,
    "sign-ups for the e-bulletin": answer_waiting,
    "imports of readers": resume_stuck,
    "sending of e-bulletins": go_on,
    "old records": sweep,
}


class Command(BaseCommand):
    help = (
        "Do once what is due: scheduled publishing and expiry, what the search index has not caught up with, reminders "
        "of reviews, e-bulletins whose time has come or whose worker was killed, the sweep of old records. A job that fails does not stop the others; the exit code is then 1."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for name, job in JOBS.items():
            renew_connections()
            try:
                job()
            except Waiting:  # the log says why
                failed.append(name)
            except (Unavailable, Busy) as error:
                logger.error("%s must wait: %s", name, error)
                failed.append(name)
            except Exception:
                logger.exception("%s failed; it is tried again with the next call", name)
                failed.append(name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")


def renew_connections() -> None:
    """A connection that broke under the job before is of no use to the next. One within a transaction is its opener's."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
