"""A client's connection that is never waited for: a whole request is read before a thread works on it, and what the
thread writes is kept until the client has taken it."""

import os
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from tempfile import SpooledTemporaryFile
from typing import IO, Any

IN_MEMORY = 256 * 1024  # bytes of a request or an answer; what is longer waits in a temporary file
PIECE = 64 * 1024  # bytes that are read or sent at once, so that each client has its turn
END_OF_HEAD = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CODED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r$", re.IGNORECASE | re.MULTILINE)


@dataclass
class Part:
    """What is still to be sent of a file, or of what a thread wrote."""

    file: IO[bytes]
    position: int
    rest: int

    def read(self) -> bytes:
        self.file.seek(self.position)
        data = self.file.read(min(PIECE, self.rest))
        if not data:
            raise OSError("a file was cut off while it was being sent")
        return data

    def sent(self, number: int) -> None:
        self.position += number
        self.rest -= number


class BufferedSocket:
    """The socket as gunicorn's parser and its answers know one. Only the worker's own loop calls `receive` and `flush`,
    and never while a thread has the request."""

    def __init__(self, sock: socket) -> None:
        sock.setblocking(False)
        self.raw = sock
        self.sent = 0
        self._outgoing: deque[Part] = deque()
        self.begin_request(b"")

    def begin_request(self, data: bytes) -> None:
        """Forget the last request; `data` is what has arrived of the next."""
        self._head = bytearray()
        self._arrived: SpooledTemporaryFile[bytes] | None = None
        self._read = self.received = 0
        self.body_length = 0
        if data:
            self._take(data)

    # The loop's side

    def receive(self) -> bool:
        """Take in what has arrived. Returns False where the client has closed."""
        data = self.raw.recv(PIECE)
        if data:
            self._take(data)
        return bool(data)

    def _take(self, data: bytes) -> None:
        self.received += len(data)
        if self._arrived is not None:
            self._arrived.write(data)
            return
        searched = max(2, len(self._head) - 3)  # one empty line may stand before a request (RFC 9112, 2.2)
        self._head += data
        end = self._head.find(END_OF_HEAD, searched)
        if end >= 0:
            self._begin_body(end + len(END_OF_HEAD))

    def _begin_body(self, end: int) -> None:
        """What is read here decides only how long to wait; gunicorn's parser decides what the request is."""
        head = bytes(self._head[:end])
        lengths = LENGTH.findall(head)
        self.body_length = int(lengths[0]) if len(lengths) == 1 and not CODED.search(head) else 0
        self._expected = end + self.body_length
        self._arrived = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (lives as long as the request)
        self._arrived.write(self._head)
        if self.received < self._expected and EXPECTS.search(head):
            self.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    @property
    def has_head(self) -> bool:
        return self._arrived is not None

    @property
    def is_complete(self) -> bool:
        return self._arrived is not None and self.received >= self._expected

    @property
    def has_unsent(self) -> bool:
        return bool(self._outgoing)

    def flush(self) -> None:
        """Send a piece of what waits."""
        part = self._outgoing[0]
        number = self.raw.send(part.read())
        self.sent += number
        part.sent(number)
        if not part.rest:
            self._outgoing.popleft()
            part.file.close()

    def close_files(self) -> None:
        for part in self._outgoing:
            part.file.close()
        if self._arrived is not None:
            self._arrived.close()

    def unread(self) -> bytes:
        """What has arrived beyond the request."""
        return self.recv(self.received)

    # The thread's side

    def recv(self, size: int) -> bytes:
        if self._arrived is None:
            return b""
        self._arrived.seek(self._read)
        data = self._arrived.read(size)
        self._read += len(data)
        return data

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and not self._outgoing:
            try:
                rest = rest[self.raw.send(rest) :]
            except BlockingIOError:
                break
        if rest:
            self._keep(rest)

    def _keep(self, data: memoryview) -> None:
        last = self._outgoing[-1] if self._outgoing else None
        if last is None or not isinstance(last.file, SpooledTemporaryFile):
            last = Part(SpooledTemporaryFile(max_size=IN_MEMORY), 0, 0)  # noqa: SIM115 (until it is sent)
            self._outgoing.append(last)
        last.file.seek(0, os.SEEK_END)
        last.file.write(data)
        last.rest += len(data)

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int = 0) -> None:
        """Whoever opened the file closes it before the client has it, so it is opened a second time."""
        part = Part(open(os.dup(file.fileno()), "rb", buffering=0), offset, count)  # noqa: SIM115 (until it is sent)
        self._outgoing.append(part)
        try:
            while len(self._outgoing) == 1 and part.rest:
                part.sent(self.raw.send(part.read()))
        except BlockingIOError:
            return
        if not part.rest:
            self._outgoing.remove(part)
            part.file.close()

    def send(self, data: bytes) -> int:
        """gunicorn sends only "100 Continue" by this, which the client was told when its head had arrived."""
        return len(data)

    def gettimeout(self) -> float:
        return 0.0

    def settimeout(self, seconds: float | None) -> None:
        """Nothing here waits."""

    def setblocking(self, flag: bool) -> None:
        """Nothing here waits."""

    def shutdown(self, how: int) -> None:
        """The loop closes the connection when all is sent."""

    def close(self) -> None:
        """The loop closes the connection when all is sent."""


class BufferedConnection:
    """What `ThreadWorker.handle` asks of a connection, and what the loop knows of it."""

    initialized = data_ready = True
    is_http2 = False

    def __init__(self, cfg: Any, sock: socket, client: Any, server: Any, parser: Callable[..., Any]) -> None:
        self.cfg, self.client, self.server = cfg, client, server
        self.sock = BufferedSocket(sock)
        self.parser = parser(cfg, self.sock, client)
        self.is_receiving = True
        self.keep = False
        self.deadline = 0.0
        self.moved = 0  # bytes, when the deadline was set

    def init(self) -> None:
        """It is ready from the start."""

    def begin_next_request(self) -> None:
        self.sock.begin_request(self.parser.unreader.take_buffered() + self.sock.unread())
