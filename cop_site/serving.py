"""The processes of which the site consists, started, watched and ended together, and who listens on its port."""

import json
import logging
import os
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from enum import Enum

from django.conf import settings

from cop_site import lifeline

logger = logging.getLogger("cop_site.serve")
START = 15  # seconds within which a part that ends with an error is taken to be unable to run at all
PAUSE = 1  # seconds before a part is started again


class PartFailed(Exception):
    """A part ended with an error as soon as it was started."""


@dataclass
class Parts:
    """The running processes, by name. They end with this process, however it ends (cop_site.lifeline)."""

    commands: dict[str, list[str]]
    grace: float = lifeline.GRACE
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The second ends are held open, the first as long as this process lives; nothing is ever written.
        self._theirs, self._ours = os.pipe()
        self._gate, self._closed_gate = os.pipe()

    def start(self, *names: str) -> None:
        """Start these parts, or all, where they do not run yet. The web loads, and waits for `open_gate`."""
        self._started = time.monotonic()
        for name in names or self.commands:
            if name not in self.running:
                self._start(name)

    def open_gate(self) -> None:
        os.close(self._closed_gate)
        self._started = time.monotonic()

    def _start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(  # noqa: S603 (our own command)
            self.commands[name],
            cwd=settings.BASE_DIR,
            env=os.environ | {lifeline.NAME: str(self._theirs), lifeline.GATE: str(self._gate)},
            pass_fds=[self._theirs, self._gate],
            start_new_session=True,  # Ctrl-C reaches only this process, which then stops the parts in order
        )

    def restart_ended(self) -> None:
        """Start again what has ended. A part that could not start at all raises PartFailed; one that was killed, or that
        somebody stopped, says nothing of that."""
        for name, process in self.running.items():
            code = process.poll()
            if code is None:
                continue
            if code > 0 and time.monotonic() - self._started < START:
                raise PartFailed(f"{name} stopped at once with exit code {code}.")
            how = f"was killed by signal {-code}" if code < 0 else f"stopped with exit code {code}"
            logger.error("%s %s; starting it again", name, how)
            time.sleep(PAUSE)
            self._start(name)

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=self.grace)
            except subprocess.TimeoutExpired:
                # With its children: a web process that is left behind keeps the port.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


class Listener(Enum):
    NOBODY = "nobody"
    SITE = "a site like this one"
    OTHER = "another program"


def listener(host: str, port: int) -> Listener:
    """Who listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        if probe.connect_ex((host, port)):
            return Listener.NOBODY
    request = urllib.request.Request(f"http://{host}:{port}/healthz", headers={"Host": "127.0.0.1"})
    try:
        with urllib.request.urlopen(request, timeout=3) as response:  # noqa: S310 (http, and this machine)
            said = json.loads(response.read(10_000))
    except (OSError, ValueError):
        return Listener.OTHER
    is_site = isinstance(said, dict) and {"status", "database", "search"} <= set(said)
    return Listener.SITE if is_site else Listener.OTHER
