"""The parts of the site start, start again and end as they should; whoever listens on the port is named."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bench.ports import held_port
from cop_site import serving
from cop_site.serving import Listener, PartFailed, Parts, listener
from tests.served import ROOT

# A part that would run for ever, and one that pays no heed to SIGTERM; each says that it has begun.
PART = (
    "import time; from cop_site import lifeline; lifeline.end_with_serve(); print('begun', flush=True); time.sleep(900)"
)
SERVE = f"""
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from cop_site.serving import Parts
Parts({{"part": [sys.executable, "-c", {PART!r}]}}).start()
time.sleep(900)
"""
STUBBORN = ["sh", "-c", "trap '' TERM; echo begun; sleep 60; true"]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(serving, "PAUSE", 0)
    found = Parts({"web": ["sleep", "900"], "worker": ["sleep", "900"]}, grace=0.5)
    yield found
    found.stop()


def test_all_parts_end_with_a_process_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVE], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"begun\n"
        process.kill()
        # The part holds the other end of what it prints to: it has ended when there is no more to read.
        assert select.select([process.stdout], [], [], 300)[0]
        assert process.stdout.read() == b""


WAITS = """
import sys
from pathlib import Path
from cop_site import lifeline
begun, opened, seen = map(Path, sys.argv[1:])
begun.touch()
lifeline.wait_for_serve()
seen.write_text(str(opened.exists()))
"""


def test_a_part_waits_until_the_gate_is_opened_and_not_when_it_is_started_again(parts: Parts, tmp_path: Path) -> None:
    begun, opened, seen = (tmp_path / name for name in ("begun", "opened", "seen"))
    parts.commands["web"] = [sys.executable, "-c", WAITS, str(begun), str(opened), str(seen)]
    parts.start("web")
    assert set(parts.running) == {"web"}
    while not begun.exists():
        assert parts.running["web"].poll() is None
    opened.touch()
    parts.open_gate()
    assert parts.running["web"].wait(300) == 0
    assert seen.read_text() == "True"
    parts.restart_ended()
    assert parts.running["web"].wait(300) == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_part_that_was_killed_is_started_again_at_any_time(parts: Parts, how: int) -> None:
    parts.start()
    web, worker = parts.running["web"], parts.running["worker"]
    os.kill(worker.pid, how)
    worker.wait()
    parts.restart_ended()
    assert parts.running["worker"].poll() is None
    assert parts.running["worker"].pid != worker.pid
    assert parts.running["web"] is web


def test_a_part_that_ends_by_itself_at_once_has_failed(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.commands["worker"] = ["sh", "-c", "exit 3"]
    parts.start()
    parts.running["worker"].wait()
    with pytest.raises(PartFailed, match="worker stopped at once with exit code 3"):
        parts.restart_ended()
    monkeypatch.setattr(serving, "START", 0)
    parts.restart_ended()  # later it is an accident


def test_a_part_that_stopped_without_an_error_is_started_again(parts: Parts) -> None:
    parts.commands["worker"] = ["true"]
    parts.start()
    ended = parts.running["worker"]
    ended.wait()
    parts.commands["worker"] = ["sleep", "900"]
    parts.restart_ended()
    assert parts.running["worker"] is not ended


def test_a_part_that_does_not_stop_is_ended_with_its_children(parts: Parts) -> None:
    """A web process that is left behind keeps the port, and the site cannot start again."""
    part = subprocess.Popen(STUBBORN, start_new_session=True, stdout=subprocess.PIPE)
    assert part.stdout
    assert part.stdout.readline() == b"begun\n"
    parts.running = {"web": part}
    parts.stop()
    # The end of what they print: neither is there any more.
    assert select.select([part.stdout], [], [], 300)[0]
    assert part.stdout.read() == b""


@contextmanager
def answering(text: str) -> Iterator[int]:
    """The port of a server that says this to whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


SITE = json.dumps({"status": "ok", "database": True, "search": {}})


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        (SITE, Listener.SITE, "already runs at"),
        ("{}", Listener.OTHER, "Another program"),
        ("[]", Listener.OTHER, "Another program"),
        ("<html>", Listener.OTHER, "Another program"),
    ],
)
def test_serve_says_who_has_the_port(text: str, expected: Listener, hint: str) -> None:
    with answering(text) as port:
        assert listener("127.0.0.1", port) is expected
        with pytest.raises(CommandError, match=hint):
            call_command("serve", port=port)


def test_a_free_port_has_no_listener() -> None:
    with held_port() as port:
        assert listener("127.0.0.1", port) is Listener.NOBODY
