"""A small load generator: keep-alive connections over plain sockets, so that the client costs little beside the server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit


@dataclass
class Measured:
    """Seconds per request, and the seconds in which all were answered."""

    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def add(self, other: "Measured") -> None:
        self.latencies += other.latencies
        self.elapsed += other.elapsed

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.elapsed

    def percentile(self, part: float) -> float:
        """Milliseconds below which this part of the requests was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


class Connection:
    def __init__(self, url: str, header: str = "") -> None:
        self._host, self._port = urlsplit(url).hostname or "", urlsplit(url).port or 80
        self._socket: socket.socket | None = None
        headers = [f"Host: {self._host}:{self._port}", *filter(None, [header])]
        self._request = "\r\n".join([" HTTP/1.1", *headers, "", ""])

    def get(self, path: str) -> bytes:
        """The body. Raises RuntimeError for any status but 200."""
        request = f"GET {path}{self._request}".encode()
        for _ in range(2):
            fresh = self._socket is None
            connected = self._socket or self._connect()
            self._socket = connected
            try:
                connected.sendall(request)
                return self._read(connected, path)
            except (ConnectionError, EOFError):  # the server closes what was idle for long
                self._socket = None
                if fresh:
                    raise
        raise ConnectionError(path)

    def _connect(self) -> socket.socket:
        connected = socket.create_connection((self._host, self._port), timeout=60)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def _read(self, connected: socket.socket, path: str) -> bytes:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += _more(connected)
        head = data[:end].lower()
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"{path}: {head.decode()}")
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        parts, held = [data[end + 4 :]], len(data) - end - 4
        while held < length:
            parts.append(_more(connected))
            held += len(parts[-1])
        if b"connection: close" in head:
            self._socket = None
        return b"".join(parts)


def _more(connected: socket.socket) -> bytes:
    data = connected.recv(65536)
    if not data:
        raise EOFError
    return data


def measure(url: str, path: Callable[[int], str], requests: int, threads: int = 4, header: str = "") -> Measured:
    """Ask for `path(n)`, n counting up, from some connections at once."""
    numbers: Iterator[int] = count()
    found = Measured()
    lock = threading.Lock()

    def ask() -> None:
        connection = Connection(url, header)
        mine = []
        for _ in range(requests // threads):
            with lock:
                number = next(numbers)
            started = time.perf_counter()
            connection.get(path(number))
            mine.append(time.perf_counter() - started)
        with lock:
            found.latencies += mine

    workers = [threading.Thread(target=ask) for _ in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found.elapsed = time.perf_counter() - started
    if len(found.latencies) != requests // threads * threads:
        raise RuntimeError("a request failed; see above")
    return found
