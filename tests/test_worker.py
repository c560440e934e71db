"""A worker goes on when the database was away, and does again what it was at."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from community.mails import RESET
from community.models import User
from cop_site.management.commands import jobs
from cop_site.management.commands.db_worker import TRIES
from mail.sending import send
from mail.tasks import send_waiting

pytestmark = pytest.mark.django_db
WORKER = "this-worker"


def work() -> None:
    words = ("--backend", "background", "--queue-name", "*", "--worker-id", WORKER, "--verbosity", "0")
    call_command("db_worker", *words, "--batch", "--no-startup-delay")


@pytest.fixture(autouse=True)
def _within_a_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction would end with it
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def losing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    """A worker whose database is lost in the middle of a task, as often as there are errors here."""
    errors: list[Exception] = []
    before = Worker.run_task

    def run_task(self: Worker, result: DBTaskResult) -> None:
        if errors:
            raise errors.pop()
        before(self, result)

    monkeypatch.setattr(Worker, "run_task", run_task)
    yield errors
    assert not errors


def status(result_id: Any) -> str:
    return DBTaskResult.objects.get(pk=result_id).status


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_task_that_lost_the_database_is_done_again(
    losing: list[Exception], kind: type[Exception], mailoutbox: list[Any]
) -> None:
    User.objects.create_user("somebody@example.com", "correct horse battery")
    send(RESET, "somebody@example.com")
    task = send_waiting.enqueue()
    losing.append(kind("the connection is closed"))
    work()
    assert status(task.id) == TaskResultStatus.SUCCESSFUL
    assert [mail.to for mail in mailoutbox] == [["somebody@example.com"]]


def test_a_task_that_loses_the_database_each_time_fails(losing: list[Exception]) -> None:
    task = send_waiting.enqueue()
    losing += [OperationalError("the connection is closed")] * TRIES
    work()
    assert status(task.id) == TaskResultStatus.FAILED


def test_what_another_worker_is_at_stays_with_it() -> None:
    task = send_waiting.enqueue()
    DBTaskResult.objects.filter(pk=task.id).update(status=TaskResultStatus.RUNNING, worker_ids=["another"])
    work()
    assert status(task.id) == TaskResultStatus.RUNNING


def test_an_error_that_is_none_of_the_database_s_ends_the_worker(losing: list[Exception]) -> None:
    send_waiting.enqueue()
    losing.append(RuntimeError("broken"))
    with pytest.raises(RuntimeError):
        work()


def test_each_of_the_minute_jobs_begins_with_a_connection_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Django does between requests: what broke under one job is no matter of the next."""
    done: list[str] = []
    monkeypatch.setattr(jobs, "renew_connections", lambda: done.append("looked"))
    monkeypatch.setattr(jobs, "JOBS", {name: lambda name=name: done.append(name) for name in ("one", "two")})
    call_command("jobs")
    assert done == ["looked", "one", "looked", "two"]
