"""Ports for servers that are started here: free ones, which nobody else gets before the server listens there."""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

HOST = "127.0.0.1"


def hold(stack: ExitStack, port: int = 0) -> int:
    """This port, or any free one, held while the stack is open: only a server that asks for it by number may have it, as
    those that set SO_REUSEADDR do. Raises OSError where it is in use."""
    held = stack.enter_context(socket.socket())
    held.bind((HOST, port))
    found: int = held.getsockname()[1]
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform != "linux":  # elsewhere two sockets cannot share a port, even where neither listens
        held.close()
    return found


@contextmanager
def held_port() -> Iterator[int]:
    """A free port for one server."""
    with ExitStack() as stack:
        yield hold(stack)
