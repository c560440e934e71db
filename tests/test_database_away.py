"""PostgreSQL goes away and comes back, as it does when it is started again, and two hosts prepare it at once. The tests of
this module are for PostgreSQL alone: SQLite does not go away."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from home.models import HomePage
from mail.tasks import send_waiting
from tests.bulletins.sending.life import database
from tests.served import ROOT, STARTER_PAGES, copy_site, environment

__test__ = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
pytestmark = pytest.mark.dialect
PATIENCE = 300  # seconds


@contextmanager
def away() -> Iterator[None]:
    """The server ends every connection to the tests' database and takes no new one."""
    import psycopg

    found = connection.settings_dict
    who = {name: found[name.upper()] for name in ("host", "port", "user", "password") if found[name.upper()]}
    connection.close()
    with psycopg.connect(dbname="postgres", autocommit=True, **who) as server:
        server.execute(f'ALTER DATABASE "{found["NAME"]}" ALLOW_CONNECTIONS false')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [found["NAME"]])
        try:
            yield
        finally:
            server.execute(f'ALTER DATABASE "{found["NAME"]}" ALLOW_CONNECTIONS true')
            connection.close()


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    env = environment(folder) | {"DATABASE_URL": database()}
    command = [sys.executable, "manage.py", *words]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(task: Any) -> None:
    end = time.monotonic() + PATIENCE
    while DBTaskResult.objects.get(pk=task.id).status != TaskResultStatus.SUCCESSFUL:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_readers_get_503_while_it_is_away(committed: None, home: HomePage, client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/").status_code == 200
    with away():
        for path in ("/", "/case-studies/", "/search/?q=care", "/feed/", "/nowhere/"):
            response = client.get(path)
            assert response.status_code == 503, path
            assert response["Retry-After"], path
        assert client.get("/admin/").status_code in (302, 503)
        assert client.get("/admin/login/").status_code in (200, 503)
        form = {"email": "a@example.com", "consent": "on"}
        assert client.post("/bulletins/subscribe/", form).status_code in (403, 503)
        assert client.post("/admin/login/", {"username": "a@example.com", "password": "b"}).status_code == 503
        for path in ("/healthz", "/readyz"):
            response = client.get(path)
            assert (response.status_code, response.json()["database"]) == (503, False)
    assert client.get("/").status_code == 200


def test_a_worker_goes_on_when_it_is_back(committed: None, tmp_path: Path) -> None:
    first = send_waiting.enqueue()
    words = ("--backend", "background", "--queue-name", "*", "--verbosity", "0", "--interval", "0.05")
    with start(tmp_path, "db_worker", *words) as worker:
        try:
            assert worker.stderr
            wait_for(first)
            with away():
                assert any("waits for the database" in line for line in worker.stderr)
            second = send_waiting.enqueue()
            wait_for(second)
            assert worker.poll() is None
        finally:
            worker.kill()


def test_two_hosts_that_prepare_an_empty_database_at_once_both_succeed(
    committed: None, new_site: Path, tmp_path: Path
) -> None:
    folders = [copy_site(new_site, tmp_path / name) for name in ("one", "two")]
    running = [start(folder, "prepare") for folder in folders]
    said = [process.communicate(timeout=PATIENCE) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sorted("starter content is loaded" in out for out, _ in said) == [False, True]
    assert not any("Traceback" in errors for _, errors in said)
    shown = start(folders[0], "search_index", "status", "--json").communicate(timeout=PATIENCE)[0]
    assert f'"entries": {STARTER_PAGES}' in shown
