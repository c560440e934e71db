"""The web server as a process of its own, and what an operator may meet: a database that is held, a damaged search index."""

import json
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from bench.ports import held_port
from search.embedded.store import POINTER
from tests.readers import ADA, stamped
from tests.served import ROOT, copy_site, environment, manage

LIMIT = 300  # seconds, however slow the machine is
PAGE = 4096  # bytes
SUBSCRIBE = "/bulletins/subscribe/"


class Web:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, "Message[str, str]", str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.url + path, data, {"Origin": self.url, "Sec-Fetch-Site": "same-origin"})
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def health(self) -> str:
        return str(json.loads(self.ask("/healthz")[2])["status"])


@pytest.fixture
def web(new_site: Path, tmp_path: Path) -> Iterator[Web]:
    """Without the jobs that `serve` runs each minute."""
    folder = copy_site(new_site, tmp_path)
    with held_port() as port:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "cop_site.wsgi"]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, port), stdout=log, stderr=log)
        try:
            site = Web(folder, port)
            end = time.monotonic() + LIMIT
            while True:
                try:
                    site.ask("/readyz")
                    break
                except OSError:
                    assert process.poll() is None, (tmp_path / "log").read_text()
                    assert time.monotonic() < end
                    time.sleep(0.1)
            yield site
        finally:
            process.terminate()
            process.communicate(timeout=LIMIT)


def test_a_form_that_meets_a_held_database_and_then_a_damaged_index(web: Web, settings: Any) -> None:
    settings.SECRET_KEY = environment(web.folder)["SECRET_KEY"]
    form = {"email": ADA, "consent": "on", "website": "", "stamp": stamped()}
    with closing(sqlite3.connect(web.folder / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, headers, page = web.ask(SUBSCRIBE, form)
        assert (status, headers["Retry-After"]) == (503, "30")
        assert f'name="email" value="{ADA}"' in page
        assert web.ask("/case-studies/")[0] == 200
        other.execute("ROLLBACK")
    status, _, page = web.ask(SUBSCRIBE, form)
    assert (status, "Error" in page) == (200, False)

    assert web.ask("/search/?q=charity")[0] == 200
    folder = web.folder / "search"
    file = folder / (folder / POINTER).read_text()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    total = file.stat().st_size // PAGE
    with file.open("r+b") as opened:  # as `dd` does, over 60 pages in the middle or all but the first and the last
        opened.seek(max(total // 2 - 30, 1) * PAGE)
        opened.write(b"\0" * PAGE * min(60, total - 2))
    assert web.health() == "degraded"
    assert web.ask("/search/?q=probation")[0] == 503
    assert web.ask("/")[0] == 200
    assert manage(web.folder, "jobs").returncode == 0
    assert web.health() == "ok"
    assert web.ask("/search/?q=probation")[0] == 200
    assert manage(web.folder, "search_index", "check").returncode == 0
