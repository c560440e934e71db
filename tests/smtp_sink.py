"""A mail server that keeps what it is sent: enough of RFC 5321 for Python's smtplib."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Sink:
    port: int = 0
    refuses: bool = False  # every recipient, with a line that repeats the address
    utf8: bool = False  # whether it offers SMTPUTF8
    asked: int = 0  # how often what it offers
    options: list[str] = field(default_factory=list)  # of each mail, behind its sender
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        parsed = [message_from_bytes(raw, policy=policy.default) for raw in self.raw]
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    sink = Sink()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 sink")
            sender = ""
            recipients: list[str] = []
            while line := self.rfile.readline():
                verb, _, rest = line.decode().strip().partition(":")
                if verb.upper().startswith("EHLO"):
                    sink.asked += 1
                    self.say("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8" if sink.utf8 else "250 sink")
                    continue
                if verb.upper() == "MAIL FROM":
                    sender, _, options = rest.partition(">")
                    sender, recipients = sender.strip(" <"), []
                    sink.options.append(options.strip())
                elif verb.upper() == "RCPT TO":
                    recipients.append(rest.strip(" <>"))
                    if sink.refuses:
                        self.say(f"550 no such person: {rest}")
                        continue
                elif verb.upper() == "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    sink.raw.append(b"".join(line.removeprefix(b".") for line in lines))
                    sink.envelopes.append((sender, recipients))
                elif verb.upper() == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 yes")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield sink
        server.shutdown()
