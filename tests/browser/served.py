"""The site as people get it: `prepare` and `serve` in a folder of their own, on SQLite whatever the tests run on."""

import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ports import held_port
from tests.served import ROOT, environment, manage

ADMIN = ("admin@example.com", "correct horse battery")
LIMIT = 300  # seconds for the site to start, and to stop


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    log: Path

    def at(self, path: str) -> str:
        return self.url + path


def fill_site(folder: Path) -> None:
    """Adds to a site with the starter content one more example that has everything, and an administrator."""
    mail, password = ADMIN
    fill = f"from tests.browser.fill import fill; fill({mail!r}, {password!r})"
    done = manage(folder, "shell", "--no-imports", "-c", fill)
    assert done.returncode == 0, done.stderr


@contextmanager
def served(folder: Path, **more: str) -> Iterator[Served]:
    """The running site of a folder. `more` is set in its environment."""
    with held_port() as port:
        env = environment(folder, port, **more)
        site = Served(f"http://127.0.0.1:{port}", folder / "serve.log")
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        with site.log.open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            _wait(site, process)
            yield site
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
    assert "Traceback" not in site.log.read_text(), site.log.read_text()


def _wait(site: Served, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(site.at("/robots.txt"), timeout=LIMIT)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the site did not start:\n{site.log.read_text()}")
