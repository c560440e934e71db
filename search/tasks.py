import logging

from django_tasks import task
from django_tasks_db.models import DBTaskResult

from search.engine import engine
from search.protocols import Busy, Unavailable, Waiting
from search.workers import WorkerGone

logger = logging.getLogger("search")


@task(backend="background")
def catch_up() -> None:
    """Take in what the change log holds; safe to run twice, and the minute jobs do the same."""
    try:
        engine().sync()
    except Waiting as error:
        logger.debug("changes wait in the log: %s", error)
    except (Unavailable, Busy, WorkerGone) as error:
        logger.warning("changes wait in the log: %s", error)


def catch_up_soon() -> None:
    """Leave it to the worker; one task that has not begun takes in everything that was committed until now."""
    if not DBTaskResult.objects.ready().filter(task_path=catch_up.module_path).exists():
        catch_up.enqueue()
