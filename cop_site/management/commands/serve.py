"""`manage.py serve`: web, worker and minute jobs under one command. Ctrl-C stops all; one that dies is started again."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from cop_site.site import align_site

logger = logging.getLogger("cop_site.serve")
START = 15  # seconds within which a part that stops is taken to have failed for good
JOBS_EVERY = 60  # seconds
GRACE = 10  # seconds that a part has to finish what it is doing


class Command(BaseCommand):
    help = "Run web, worker and minute jobs together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--prepare", action="store_true", help="run `prepare` first")
        # Threads of one process wait for each other's Python: two processes a core answer up to twice as many.
        parser.add_argument("--workers", type=int, default=min(8, 2 * (os.cpu_count() or 1)))

    def handle(self, *args: Any, **options: Any) -> None:
        if _listening(options["host"], options["port"]):
            raise CommandError(f"Port {options['port']} is taken. Choose another: make run PORT={options['port'] + 1}")
        _begin_again_with(options["port"])
        if options["prepare"]:
            call_command("prepare", stdout=self.stdout)
        align_site()
        web = [
            *(sys.executable, "-m", "gunicorn", "cop_site.wsgi"),
            *("--bind", f"{options['host']}:{options['port']}", "--workers", str(options["workers"]), "--threads", "4"),
            *("--limit-request-line", "8190", "--no-control-socket", "--preload", "--log-level", "warning"),
        ]
        worker = [sys.executable, "manage.py", "db_worker", "--backend", "background", "--queue-name", "*"]
        worker += ["--no-reload", "--verbosity", "0"]
        parts = {"web": web, "worker": worker}
        running = {name: self._start(command) for name, command in parts.items()}
        stopping = False
        greeted = False

        def stop(signum: int, frame: object) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        started = time.monotonic()
        due = started + JOBS_EVERY
        try:
            while not stopping:
                time.sleep(0.2)
                if not greeted and _listening(options["host"], options["port"]):
                    self._greet(options["host"], options["port"])
                    greeted = True
                for name, process in running.items():
                    if process.poll() is not None and not stopping:
                        if time.monotonic() - started < START:
                            raise CommandError(f"{name} stopped at once with exit code {process.returncode}.")
                        logger.error("%s stopped with exit code %s; starting it again", name, process.returncode)
                        time.sleep(1)
                        running[name] = self._start(parts[name])
                if time.monotonic() >= due and not stopping:
                    self._jobs()
                    due = time.monotonic() + JOBS_EVERY
        finally:
            stop_all(list(running.values()))

    def _greet(self, host: str, port: int) -> None:
        self.stdout.write(f"The site is at http://{host}:{port}/ (Ctrl-C stops it).")
        if not get_user_model().objects.filter(is_superuser=True).exists():
            self.stdout.write(
                "To make an administrator: .venv/bin/python manage.py createsuperuser; then log in at /admin/."
            )
        self.stdout.flush()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches only this process, which then stops the parts in order.
        return subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)  # noqa: S603

    def _jobs(self) -> None:
        try:
            close_old_connections()
            call_command("jobs")
        except Exception:
            logger.exception("the minute jobs failed; they are tried again in a minute")


def stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ends these parts; those that do not stop in time are killed."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            # With its children: a web process that is left behind keeps the port.
            os.killpg(process.pid, signal.SIGKILL)


def _begin_again_with(port: int) -> None:
    """Where nobody named an address it follows the port, which every part reads from the environment."""
    if port != settings.PORT and f"http://127.0.0.1:{settings.PORT}" == settings.SITE_URL:
        os.environ["PORT"] = str(port)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


def _listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((host, port)) == 0
