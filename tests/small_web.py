"""A small WSGI application behind the site's own gunicorn worker: `gunicorn --config python:tests.small_web tests.small_web`.
It prints its port. The environment variables CLIENT_TIME and LINGER are how many seconds clients are given."""

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from cop_site import gunicorn_worker

gunicorn_worker.HEAD_TIME = gunicorn_worker.MOVE_TIME = float(os.environ.get("CLIENT_TIME", "900"))  # type: ignore[assignment]
gunicorn_worker.LINGER = float(os.environ.get("LINGER", "900"))  # type: ignore[assignment]
LARGE = 12_000_000  # bytes: more than the system takes from a process for a client that does not read
FILE = "large-file"

# gunicorn's settings
worker_class = gunicorn_worker.BufferingWorker
bind, workers, threads, control_socket_disable = "127.0.0.1:0", 1, 2, True
running: list[Any] = []


def when_ready(server: Any) -> None:
    sys.stdout.write(f"{server.LISTENERS[0].sock.getsockname()[1]}\n")
    sys.stdout.flush()


def post_worker_init(worker: Any) -> None:
    running.append(worker)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer: Iterable[bytes]
    path = environ["PATH_INFO"]
    if path == "/large":
        answer = [b"x" * 1_000_000] * (LARGE // 1_000_000)
    elif path == "/file":
        answer = environ["wsgi.file_wrapper"](open(os.environ[FILE], "rb"))  # noqa: SIM115 (the server closes it)
    elif path == "/connections":
        answer = [str(running[0].nr_conns).encode()]
    elif path == "/unread":
        answer = [b"ok"]
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = io.BytesIO(f"{path} {len(body)} {hashlib.sha256(body).hexdigest()}".encode())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return answer
