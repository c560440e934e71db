"""`manage.py serve`: web, worker and minute jobs under one command. Ctrl-C stops all; one that dies is started again."""

import logging
import os
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from cop_site.serving import Listener, PartFailed, Parts, listener
from cop_site.site import align_site
from cop_site.static_files import is_current

logger = logging.getLogger("cop_site.serve")
JOBS_EVERY = 60  # seconds


class Command(BaseCommand):
    help = "Run the website, the worker and the minute jobs together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--prepare", action="store_true", help="run `prepare` first")
        # Threads of one process wait for each other's Python: two processes a core answer up to twice as many.
        parser.add_argument("--workers", type=int, default=min(8, 2 * (os.cpu_count() or 1)))

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_taken(options["host"], options["port"])
        _begin_again_with(options["port"])
        parts = Parts({"web": _web(options), "worker": _worker()})
        try:
            if options["prepare"] and is_current():
                parts.start("web")  # it loads beside what follows
            self.check()
            if options["prepare"]:
                call_command("prepare", stdout=self.stdout)
            _align()
            self._run(parts, options)
        except PartFailed as failed:
            raise CommandError(str(failed)) from failed
        finally:
            parts.stop()

    def _run(self, parts: Parts, options: dict[str, Any]) -> None:
        stopping = False
        greeted = False

        def stop(signum: int, frame: object) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        parts.start("web")
        parts.open_gate()
        due = time.monotonic() + JOBS_EVERY
        while not stopping:
            time.sleep(0.1)
            if not greeted and listener(options["host"], options["port"]) is not Listener.NOBODY:
                parts.start()  # the worker too, which would only have made the web's start longer
                self._greet(options["host"], options["port"])
                greeted = True
            if not stopping:
                parts.restart_ended()
            if time.monotonic() >= due and not stopping:
                self._jobs()
                due = time.monotonic() + JOBS_EVERY

    def _greet(self, host: str, port: int) -> None:
        self.stdout.write(f"The site is at http://{host}:{port}/ (Ctrl-C stops it).")
        if not get_user_model().objects.filter(is_superuser=True).exists():
            self.stdout.write(
                "To make an administrator: .venv/bin/python manage.py createsuperuser; then log in at /admin/."
            )
        self.stdout.flush()

    def _jobs(self) -> None:
        try:
            close_old_connections()
            call_command("jobs")
        except CommandError:  # the log says of each job why it failed
            return
        except Exception:
            logger.exception("the minute jobs failed; they are tried again in a minute")


def _align() -> None:
    try:
        align_site()
    except DatabaseError as error:
        raise CommandError(f"The database does not answer, or `manage.py prepare` has not run: {error}") from error


def _web(options: dict[str, Any]) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "cop_site.wsgi"),
        *("--bind", f"{options['host']}:{options['port']}", "--workers", str(options["workers"]), "--threads", "4"),
        *("--limit-request-line", "8190", "--no-control-socket", "--preload", "--log-level", "warning"),
    ]


def _worker() -> list[str]:
    worker = [sys.executable, "manage.py", "db_worker", "--backend", "background", "--queue-name", "*"]
    return [*worker, "--no-reload", "--verbosity", "0"]


def _refuse_taken(host: str, port: int) -> None:
    found = listener(host, port)
    if found is Listener.SITE:
        raise CommandError(
            f"This site, or a copy of it, already runs at http://{host}:{port}/. Stop that one with Ctrl-C where it was "
            f"started, or start a second one on another port: make run PORT={port + 1}"
        )
    if found is Listener.OTHER:
        raise CommandError(f"Another program uses port {port}. Choose another port: make run PORT={port + 1}")


def _begin_again_with(port: int) -> None:
    """Where nobody named an address it follows the port, which every part reads from the environment."""
    if port != settings.PORT and f"http://127.0.0.1:{settings.PORT}" == settings.SITE_URL:
        os.environ["PORT"] = str(port)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
