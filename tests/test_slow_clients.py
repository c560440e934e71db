"""Clients that send or read slowly hold no thread and have deadlines: gunicorn as a process, with the site's worker."""

import hashlib
import http.client
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from cop_site import lifeline
from cop_site.buffered_connection import BufferedConnection
from cop_site.gunicorn_worker import LARGEST_BODY, MOVE, BufferingWorker
from tests.served import ROOT
from tests.small_web import FILE, LARGE

NAME, HOST = "a.example", b"Host: a.example\r\n"
SENDERS, READERS = 200, 20  # at once; what a reader does not take lies on the disk
PATIENCE = 300  # seconds; nothing here takes as long
SLOW = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: a.exa",
    "two bytes of a body": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nab",
    "a piece of a chunked body": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n64\r\nab",
    "an answer that is not read": b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n",
    "a file that is not read": b"GET /file HTTP/1.1\r\n" + HOST + b"\r\n",
}


@contextmanager
def web(folder: Path, held: int | None = None, **more: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The server's port and process."""
    (folder / FILE).write_bytes(b"x" * LARGE)
    words = [sys.executable, "-m", "gunicorn", "--config", "python:tests.small_web", "tests.small_web"]
    env = os.environ | {FILE: str(folder / FILE)} | more
    kept = [held] if held is not None else []
    process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, pass_fds=kept)
    try:
        assert process.stdout
        yield int(process.stdout.readline()), process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with web(tmp_path_factory.mktemp("web")) as (found, _):
        yield found


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that has no patience."""
    with web(tmp_path_factory.mktemp("hasty"), CLIENT_TIME="0.3") as (found, _):
        yield found


def connect(port: int, data: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.sendall(data)
    return client


def read_all(client: socket.socket) -> bytes:
    with client, client.makefile("rb") as file:
        return file.read()


def ask(port: int, path: str = "/asked", body: bytes | None = None) -> str:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    asked.request("GET" if body is None else "POST", path, body, {"Host": NAME})
    text = asked.getresponse().read().decode()
    asked.close()
    return text


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("kind", SLOW)
def test_two_threads_answer_beside_many_slow_clients(port: int, kind: str) -> None:
    with ExitStack() as opened:
        for _ in range(READERS if "read" in kind else SENDERS):
            opened.enter_context(connect(port, SLOW[kind]))
        assert ask(port).startswith("/asked 0 ")


@pytest.mark.parametrize("kind", ["half a head", "two bytes of a body"])
def test_what_does_not_arrive_in_time_is_refused(hasty: int, kind: str) -> None:
    assert read_all(connect(hasty, SLOW[kind])).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("kind", ["nothing", "an answer that is not read", "a file that is not read"])
def test_who_neither_asks_nor_reads_is_let_go(hasty: int, kind: str) -> None:
    with connect(hasty, SLOW[kind]):
        until(lambda: ask(hasty, "/connections") == "1")


def test_a_body_that_moves_on_gets_more_time() -> None:
    ours, theirs = socket.socketpair()
    worker = BufferingWorker.__new__(BufferingWorker)  # without a server
    conn = BufferedConnection(None, ours, "", "", lambda *rest: None)
    worker.waiting = {conn: None}
    with ours, theirs:
        theirs.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
        worker.receive(conn)
        deadlines = []
        for length in (MOVE // 2, MOVE // 2):
            conn.deadline = 0
            theirs.sendall(b"x" * length)
            worker.receive(conn)
            deadlines.append(conn.deadline)
    assert deadlines[0] == 0
    assert deadlines[1] > 0


@pytest.mark.parametrize("length", [0, 2, 5_000, 1_500_000])
def test_a_body_arrives_whole(port: int, length: int) -> None:
    body = os.urandom(length)
    assert ask(port, "/sent", body) == f"/sent {length} {hashlib.sha256(body).hexdigest()}"


@pytest.mark.parametrize("path", ["/large", "/file"])
def test_a_long_answer_arrives_whole_at_a_reader_who_waits(port: int, path: str) -> None:
    assert ask(port, path) == "x" * LARGE


def test_requests_that_come_together_are_answered_in_turn(port: int) -> None:
    first = b"POST /first HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc"
    second = b"POST /unread HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nabcd"
    last = b"GET /last HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    said = read_all(connect(port, first + second + last))
    assert said.count(b"HTTP/1.1 200 OK") == 3
    assert said.index(b"/first 3 ") < said.index(b"ok\r\n") < said.index(b"/last 0 ")


def test_a_client_that_asks_first_is_told_to_go_on(port: int) -> None:
    head = b"POST /asks HTTP/1.1\r\n" + HOST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    client = connect(port, head)
    told = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert client.recv(len(told), socket.MSG_WAITALL) == told
    client.sendall(b"abc")
    answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"/asks 3 " in answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), 413),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 200_000, 431),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: two\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
    ],
)
def test_what_cannot_be_answered_is_refused_at_once(port: int, data: bytes, status: int) -> None:
    assert read_all(connect(port, data)).startswith(b"HTTP/1.1 %d " % status)


def test_the_server_stops_though_clients_are_slow(tmp_path: Path) -> None:
    with web(tmp_path, LINGER="0.1") as (port, process), connect(port, SLOW["half a head"]):
        until(lambda: ask(port, "/connections") == "2")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_the_server_ends_with_serve(tmp_path: Path) -> None:
    """However that ends: the system closes its end of the pipe."""
    theirs, ours = os.pipe()
    with web(tmp_path, theirs, LINGER="0.1", **{lifeline.NAME: str(theirs)}) as (port, process):
        assert ask(port).startswith("/asked")
        os.close(ours)
        assert process.wait(PATIENCE) == 0
        with pytest.raises(OSError, match="refused"):
            connect(port)
    with suppress(OSError):
        os.close(theirs)


def test_the_site_is_served_by_this_worker() -> None:
    found = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert found["worker_class"] == "cop_site.gunicorn_worker.BufferingWorker"
