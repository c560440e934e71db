"""A port is held for a server: nobody else gets it, and the server does."""

import socket
import sys
from contextlib import ExitStack

import pytest

from bench.ports import HOST, held_port, hold


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port is only looked for, not held")
def test_a_held_port_is_for_a_server_that_asks_for_it() -> None:
    with held_port() as port:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((HOST, port))
        with ExitStack() as stack, pytest.raises(OSError, match="in use"):
            hold(stack, port)
        with socket.socket() as reader:
            assert reader.connect_ex((HOST, port)) != 0
        for _ in range(2):  # it may be started again
            with socket.create_server((HOST, port)), socket.create_connection((HOST, port)):
                pass
    with ExitStack() as stack:
        assert hold(stack, port) == port
