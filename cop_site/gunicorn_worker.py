"""gunicorn's threaded worker, with threads for whole requests only (docs/decisions/0038). Its own holds a thread from
the first byte of a request until the last byte of the answer is sent, so a few dozen slow clients stop it."""

import errno
import os
import resource
import selectors
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from socket import SHUT_WR, socket
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http import get_parser  # type: ignore[import-untyped]
from gunicorn.http.body import ChunkedReader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from cop_site import lifeline
from cop_site.buffered_connection import BufferedConnection

HEAD_TIME = 10  # seconds for the whole head of a request
MOVE_TIME = 20  # seconds in which a body or an answer has to move on by MOVE bytes, or to the end
MOVE = 80_000
LINGER = 2  # seconds in which a client may take the end of an answer and close
LONGEST_HEAD = 128 * 1024  # bytes; gunicorn's own limits for lines and headers lie below
LARGEST_BODY = 64 * 1024 * 1024  # bytes; the admin takes files of 20 MB
ALL_BODIES = 512 * 1024 * 1024  # bytes that are on their way to one worker
OPEN_FILES = 4096  # a connection is a file, and so is a long body

REASONS = {
    408: ("Request Timeout", "The request took too long to arrive."),
    411: ("Length Required", "The body must come with its Content-Length."),
    413: ("Content Too Large", f"At most {LARGEST_BODY // 1024**2} MB can be sent at once."),
    431: ("Request Header Fields Too Large", "The head of the request is too long."),
    503: ("Service Unavailable", "Too much is being sent at once. Please try again in a minute."),
}


class BufferingWorker(ThreadWorker):
    """Reads and sends in its loop, with deadlines; a slow client costs a file and no thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: dict[BufferedConnection, None] = {}  # in the order in which they began to wait
        self.swept = 0.0

    def init_process(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        super().init_process()

    def run(self) -> None:
        held = lifeline.descriptor()
        if held is not None:
            self.poller.register(held, selectors.EVENT_READ, self.end_with_serve)
        super().run()

    def end_with_serve(self, held: int) -> None:
        """`manage.py serve` is gone, however it ended: the whole server stops, which only its first process can."""
        self.poller.unregister(held)
        os.kill(self.ppid, signal.SIGTERM)

    def accept(self, listener: socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self.make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self.make_room()
        conn = BufferedConnection(self.cfg, sock, client, listener.getsockname(), get_parser)
        self.listen(conn, HEAD_TIME)
        self.receive(conn)  # most requests have arrived by now

    def make_room(self) -> None:
        """Close the connection that has been waited for longest, if there is one of those whose request is awaited."""
        receiving = (conn for conn in self.waiting if conn.is_receiving)
        longest = next(receiving, next(iter(self.waiting), None))
        if longest:
            self.drop(longest)

    def wait(self, conn: BufferedConnection, event: int, then: Callable[..., None], seconds: float) -> None:
        self.waiting[conn] = None
        conn.deadline = time.monotonic() + seconds
        self.poller.register(conn.sock.raw, event, partial(then, conn))

    def stop_waiting(self, conn: BufferedConnection) -> None:
        if conn in self.waiting:
            del self.waiting[conn]
            self.poller.unregister(conn.sock.raw)

    def drop(self, conn: BufferedConnection) -> None:
        self.stop_waiting(conn)
        self.nr_conns -= 1
        conn.sock.close_files()
        util.close(conn.sock.raw)

    def listen(self, conn: BufferedConnection, seconds: float) -> None:
        conn.is_receiving = True
        self.wait(conn, selectors.EVENT_READ, self.receive, seconds)

    def receive(self, conn: BufferedConnection, _: object = None) -> None:
        if conn not in self.waiting:  # dropped for another whose event came with this one's
            return
        is_new, had_head = not conn.sock.received, conn.sock.has_head
        try:
            is_open = conn.sock.receive()
        except BlockingIOError:
            return
        except OSError:
            is_open = False
        if not is_open:
            self.drop(conn)
            return
        if is_new:
            conn.deadline = time.monotonic() + HEAD_TIME
        elif had_head:
            self.moves(conn, conn.sock.received)
        self.go_on(conn, had_head)

    def moves(self, conn: BufferedConnection, total: int) -> None:
        if total - conn.moved >= MOVE:
            conn.moved = total
            conn.deadline = time.monotonic() + MOVE_TIME

    def go_on(self, conn: BufferedConnection, had_head: bool) -> None:
        """Give a request that is complete to a thread; refuse at once what cannot become one."""
        sock = conn.sock
        if sock.is_complete:
            self.stop_waiting(conn)
            self.enqueue_req(conn)
        elif not sock.has_head:
            if sock.received > LONGEST_HEAD:
                self.refuse(conn, 431)
        elif not had_head:
            conn.deadline = time.monotonic() + MOVE_TIME
            conn.moved = sock.received
            if sock.body_length > LARGEST_BODY:
                self.refuse(conn, 413)
            elif sum(other.sock.body_length for other in self.waiting) > ALL_BODIES:
                self.refuse(conn, 503)

    def refuse(self, conn: BufferedConnection, status: int) -> None:
        self.stop_waiting(conn)
        conn.keep = False
        try:
            util.write_error(conn.sock, status, *REASONS[status])
        except OSError:
            self.drop(conn)
        else:
            self.send(conn)

    def handle_request(self, req: Any, conn: BufferedConnection) -> bool:
        """Answer in a thread. Django reads no body without a length: better no answer than one to an empty form."""
        if isinstance(req.body.reader, ChunkedReader):
            util.write_error(conn.sock, 411, *REASONS[411])
            return False
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: BufferedConnection, done: "Future[Any]") -> None:
        conn.keep = not done.cancelled() and done.exception() is None and bool(done.result())
        self.send(conn)

    def send(self, conn: BufferedConnection) -> None:
        conn.is_receiving = False
        if conn.sock.has_unsent:
            conn.moved = conn.sock.sent
            self.wait(conn, selectors.EVENT_WRITE, self.flush, MOVE_TIME)
        elif conn.keep:
            conn.begin_next_request()
            self.listen(conn, HEAD_TIME if conn.sock.received else self.cfg.keepalive)
            if conn.sock.received:
                self.go_on(conn, had_head=False)
        else:
            self.linger(conn)

    def flush(self, conn: BufferedConnection, _: object = None) -> None:
        if conn not in self.waiting:
            return
        try:
            conn.sock.flush()
        except BlockingIOError:
            return
        except OSError:
            self.drop(conn)
            return
        self.moves(conn, conn.sock.sent)
        if not conn.sock.has_unsent:
            self.stop_waiting(conn)
            self.send(conn)

    def linger(self, conn: BufferedConnection) -> None:
        """Close when the client has: a connection with unread data would be reset, and the answer with it (RFC 9112, 9.6)."""
        try:
            conn.sock.raw.shutdown(SHUT_WR)
        except OSError:
            self.drop(conn)
        else:
            self.wait(conn, selectors.EVENT_READ, self.discard, LINGER)

    def discard(self, conn: BufferedConnection, _: object = None) -> None:
        if conn not in self.waiting:
            return
        data = b""
        with suppress(OSError):
            data = conn.sock.raw.recv(65536)
        if not data:
            self.drop(conn)

    def murder_pending(self) -> None:
        """gunicorn's name: end what is over its time. A worker that stops waits for requests no longer than `LINGER`."""
        now = time.monotonic()
        if now - self.swept < 0.5:
            return
        self.swept = now
        for conn in list(self.waiting):
            if not self.alive and conn.is_receiving:
                conn.deadline = min(conn.deadline, now + LINGER)
            if conn.deadline > now:
                continue
            if self.alive and conn.is_receiving and conn.sock.received:
                self.refuse(conn, 408)
            else:
                self.drop(conn)
