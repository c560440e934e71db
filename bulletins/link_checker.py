"""Asks whether an address elsewhere answers. An editor's link must not become a way into the network we stand in:
only addresses that are public for everybody are asked, on the two ports of the web, and each step of a redirect anew."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

SECONDS = 3.0  # for one link, all in all
AT_ONCE = 10
MOST = 60
REDIRECTS = 4
HEAD = 16_384  # bytes of an answer's head that are read at most
UNICAST = ipaddress.IPv6Network("2000::/3")
PORTS = {"http": 80, "https": 443}

Allowed = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    address: str
    works: bool
    said: str


def is_public(address: str, port: int) -> bool:
    """Whether this IP address and port are of the public web."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and (found not in UNICAST or found.sixtofour or found.teredo):
        return False  # or it would carry an IPv4 address within it
    return found.is_global and not found.is_multicast and port in PORTS.values()


def check(addresses: list[str], allowed: Allowed = is_public) -> list[Answer]:
    """An answer for each of the first MOST addresses, in order, some at a time."""
    found: list[Answer] = []
    for start in range(0, min(len(addresses), MOST), AT_ONCE):
        found += _together(addresses[start : min(start + AT_ONCE, MOST)], allowed)
    return found


def _together(addresses: list[str], allowed: Allowed) -> list[Answer]:
    answers: dict[str, Answer] = {}

    def one(address: str) -> None:
        answers[address] = _check(address, allowed)

    # Daemons: the look-up of a name cannot be called off, and must not keep the process from ending.
    threads = [threading.Thread(target=one, args=[address], daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    end = time.monotonic() + SECONDS + 0.25
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = f"Did not answer within {SECONDS:.0f} seconds."
    return [answers.get(address, Answer(address, works=False, said=late)) for address in addresses]


class Refused(Exception):
    """The address is none that is asked."""


def _check(address: str, allowed: Allowed) -> Answer:
    end = time.monotonic() + SECONDS
    try:
        status = _follow(address, allowed, end)
    except Refused as refused:
        return Answer(address, works=False, said=str(refused))
    except ssl.SSLError:
        return Answer(address, works=False, said="Its certificate is not valid.")
    except TimeoutError:
        return Answer(address, works=False, said=f"Did not answer within {SECONDS:.0f} seconds.")
    except socket.gaierror:
        return Answer(address, works=False, said="There is no such site.")
    except (OSError, ValueError, UnicodeError):
        return Answer(address, works=False, said="Did not answer.")
    return Answer(address, works=status < 400, said="Works." if status < 400 else f"Answered with error {status}.")


def _follow(address: str, allowed: Allowed, end: float) -> int:
    for _ in range(REDIRECTS + 1):
        status, location = _ask(address, allowed, end)
        if status not in (301, 302, 303, 307, 308) or not location:
            return status
        address = urljoin(address, location)
    raise Refused("It redirects too often.")


def _ask(address: str, allowed: Allowed, end: float) -> tuple[int, str]:
    """The status and the place to go on to."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused("Not checked: it is no address of the web.")
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname.encode("idna").decode()
    # Asked by the very number that was looked at: a name may mean another one a moment later.
    numbers = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not numbers or not all(allowed(number, port) for number in numbers):
        raise Refused("Not checked: it does not lead to the public web.")
    connection = socket.create_connection((sorted(numbers)[0], port), timeout=_left(end))
    with connection as plain_socket:
        plain_socket.settimeout(_left(end))
        if parts.scheme == "http":
            return _read(plain_socket, host, parts, end)
        with ssl.create_default_context().wrap_socket(plain_socket, server_hostname=host) as secure:
            return _read(secure, host, parts, end)


def _read(connection: socket.socket, host: str, parts: SplitResult, end: float) -> tuple[int, str]:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='%=&/?:@!$()*+,;~-._')}" if parts.query else ""
    )
    named = f"[{host}]" if ":" in host else host
    named += f":{parts.port}" if parts.port else ""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {named}\r\nUser-Agent: link-check\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(_left(end))
    connection.sendall(request.encode("ascii"))
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD:
        connection.settimeout(_left(end))
        part = connection.recv(4096)
        if not part:
            break
        head += part
    first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise ValueError(first)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(words[1]), headers.get("location", "")


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
