"""What tests of sending need of real life: a mail server and workers in processes of their own, at the tests' database."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from django.db import connection
from django.utils import timezone

from bulletins.readers.models import Reader, State
from bulletins.sending.models import Sending
from mail.emails import same
from tests.served import ROOT, environment

LIMIT = 300  # seconds, however slow the machine is


@dataclass
class Server:
    port: int
    log: Path

    def taken(self) -> Counter[tuple[str, str]]:
        """How often it took which mail: Message-ID and recipient."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter((found[0], found[1]) for found in (line.split(" ") for line in lines) if len(found) == 2)


@contextmanager
def _running(*words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def mail_server(folder: Path, *wishes: str) -> Iterator[Server]:
    folder.mkdir(exist_ok=True)
    log = folder / "taken.log"
    with _running("tests.bulletins.sending.server", str(log), *wishes) as process:
        assert process.stdout
        yield Server(int(process.stdout.readline()), log)


class Workers:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.alive: list[int] = []
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

    def _ask(self, line: str) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, host: str = "") -> None:
        self.alive.append(self._ask(f"start {host}"))

    def serve(self, host: str, server: Server) -> None:
        """The worker of this machine, as people run it, with a mail server of its own."""
        self.alive.append(self._ask(f"serve {host} {server.port}"))

    def run_until_killed(self, step: str, times: int, calls: int, host: str = "") -> None:
        """A worker that is killed so many calls of functions after it has begun this step for the given time."""
        assert self._ask(f"kill {step} {times} {calls} {host}") == signal.SIGKILL


@contextmanager
def workers(server: Server, folder: Path, **more: str) -> Iterator[Workers]:
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "DATABASE_URL": database()}
    with _running("tests.bulletins.sending.worker", **environment(folder) | mail | more) as process:
        running = Workers(process)
        try:
            yield running
        finally:
            for number in running.alive:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    continue


def database() -> str:
    """The address of the tests' own database."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    who = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}"
    return f"postgres://{who}@{quote(found['HOST'], safe='')}:{found['PORT']}/{found['NAME']}"


def address(number: int) -> str:
    return f"reader{number}@example.com"


def readers(number: int) -> None:
    now = timezone.now()
    Reader.objects.bulk_create(
        Reader(address=address(n), normalised=same(address(n)), state=State.CONFIRMED, confirmed_at=now)
        for n in range(1, number + 1)
    )


def wait_for(sending: Sending, state: str, note: str = "") -> None:
    """Until it is in this state, and its note says this."""
    end = monotonic() + LIMIT
    while monotonic() < end:
        sending.refresh_from_db()
        if sending.state == state and note in sending.note:
            return
        sleep(0.05)
    raise AssertionError(f"it is {sending.state} and not {state}: {sending.note}")
