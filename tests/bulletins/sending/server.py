"""A real mail server as a process of its own: `python -m tests.bulletins.sending.server LOG [--refuse 10] ...`. It prints
its port, and writes one line for each mail that it took before it says so: the Message-ID and the recipient."""

import argparse
import asyncio
import re
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

NUMBER = re.compile(r"\d+")
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Handler:
    """Readers have a number in their address; every so manieth is treated badly."""

    def __init__(self, log: TextIO, wishes: argparse.Namespace) -> None:
        self.log, self.wishes = log, wishes
        self.seen: set[tuple[str, str]] = set()
        self.taken = 0

    def _meets(self, what: str, recipient: str) -> bool:
        """Whether this befalls this recipient now; all but a refusal befalls nobody twice."""
        every: int = getattr(self.wishes, what)
        found = NUMBER.search(recipient)
        if not every or found is None or int(found[0]) % every:
            return False
        known = (what, recipient) in self.seen
        self.seen.add((what, recipient))
        return what == "refuse" or not known

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.wishes.relay:
            return "554 5.7.1 Relay access denied"
        if self._meets("refuse", address):
            return f"550 5.1.1 <{address}>: no such person"
        if self._meets("defer", address):
            return "451 4.7.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        while self.wishes.after and self.taken and not _has_words(self.wishes.after):
            await asyncio.sleep(0.02)
        if self._meets("drop", recipient):
            assert server.transport
            server.transport.close()
            return "421 gone"
        if self._meets("hang", recipient):
            await asyncio.Event().wait()
        if self._meets("content", recipient):
            return "554 5.6.0 not such a mail"
        assert isinstance(envelope.content, bytes)
        found = MESSAGE_ID.search(envelope.content[:4000])
        self.log.write(f"{found[1].decode() if found else ''} {recipient}\n")
        self.log.flush()
        self.taken += 1
        return "250 taken"


def _has_words(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


async def serve(wishes: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    with open(wishes.log, "a") as log:
        handler = Handler(log, wishes)
        server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        stop = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    for name in ("refuse", "defer", "drop", "hang", "content"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--relay", action="store_true")
    parser.add_argument("--after", type=Path, help="a file that must have words in it before a second mail is taken")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
