"""`manage.py db_worker`: that of django_tasks_db, which goes on when the database was away."""

import logging
import time
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from cop_site import lifeline
from cop_site.errors import DATABASE_AWAY

logger = logging.getLogger("cop_site.worker")
TRIES = 3  # that a task gets when the database goes away under it
PAUSE = 1  # seconds between two looks at a database that is away


class Command(db_worker.Command):
    """As it comes, the worker ends with "the connection is closed", and the task at hand counts as running for ever:
    https://github.com/RealOrangeOne/django-tasks-db/issues/49"""

    def handle(self, **options: Any) -> None:
        lifeline.end_with_serve()
        while True:
            try:
                give_back(options["worker_id"])
                return super().handle(**options)
            except DATABASE_AWAY as error:
                logger.warning("the worker waits for the database: %s", str(error).strip())
                wait_for_database()
                logger.warning("the database answers again")


def wait_for_database() -> None:
    """Return when the database has answered on a new connection."""
    connection = connections[DEFAULT_DB_ALIAS]
    while True:
        connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DATABASE_AWAY:
            time.sleep(PAUSE)
        else:
            return


def give_back(worker_id: str) -> None:
    """What this worker was at when it lost the database is done again: all tasks can be done twice. One with which this
    happens each time has failed."""
    for result in DBTaskResult.objects.running():
        if result.worker_ids[-1:] != [worker_id]:
            continue
        if len(result.worker_ids) < TRIES:
            result.status = TaskResultStatus.READY
            result.save(update_fields=["status"])
        else:
            result.set_failed(ConnectionError("the database went away each time that this was tried"))
