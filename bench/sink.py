"""A mail server that takes everything and keeps nothing: `python -m bench.sink` prints its port. It does as little as
it can, so that what is measured is what sends."""

import socketserver
import sys


class Session(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"220 sink\r\n")
        while line := self._until(b"\r\n"):
            verb = line[:4].upper()
            if verb == b"DATA":
                self.request.sendall(b"354 go on\r\n")
                self._until(b"\r\n.\r\n")
            self.request.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 yes\r\n")
            if verb == b"QUIT":
                return

    def _until(self, end: bytes) -> bytes:
        """Whoever sends waits for each answer, so nothing follows what was asked for."""
        taken = b""
        while not taken.endswith(end):
            more: bytes = self.request.recv(1 << 16)
            if not more:
                return b""
            taken += more
        return taken


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main() -> None:
    with Server(("127.0.0.1", 0), Session) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
