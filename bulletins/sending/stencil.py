"""An issue's mail written out once as it goes over the line, with gaps for what differs from reader to reader.

Python takes some milliseconds to write out one mail of usual size, as long as everything else together that is done for a
reader. The mail is the same as `rendering.message` makes, and the tests compare them.
"""

import quopri
import re
from dataclasses import replace
from email.message import Message
from secrets import token_hex
from typing import Any

from django.core.mail import EmailMessage
from django.utils.html import escape

from bulletins.rendering import BROWSER, PREFERENCES, UNSUBSCRIBE, Links, RenderedMail, message

PLACEHOLDERS = {"browser": BROWSER, "preferences": PREFERENCES, "unsubscribe": UNSUBSCRIBE}
HEADERS = {"To": "to", "Message-ID": "id", "List-Unsubscribe": "click"}
# Longer than any address that comes to stand there, so that lines which would get too long are folded.
LENGTH = "x" * 400
_SOFT_BREAK = "=\n"  # of quoted-printable: no break in what it says
_CHUNK = 24  # characters, of which each may become three


class Written(EmailMessage):
    """A mail that is written out already. Django's SMTP backend asks no more of a mail than this."""

    def __init__(self, to: str, content: bytes) -> None:
        super().__init__(to=[to])
        self._content = content

    def message(self, **policy: Any) -> Any:
        return self

    def as_bytes(self, linesep: str) -> bytes:
        return self._content


class Stencil:
    def __init__(self, letter: RenderedMail) -> None:
        self._key = token_hex(8)
        marked = replace(letter, text=self._marked(letter.text, "text"), html=self._marked(letter.html, "html"))
        # The date is that of the stencil: some seconds ago.
        # Django's mails know how to end a line; the stubs do not say so.
        mail: Any = message(marked, "reader@link.invalid", Links("", "", "")).message()
        for header, name in HEADERS.items():
            mail.replace_header(header, self._mark(name, "as-is", ""))
        for part in mail.walk():
            if part.get("Content-Transfer-Encoding") == "quoted-printable":
                self._open_up(part)
        self._pieces = self._gaps.split(mail.as_bytes(linesep="\r\n"))

    @property
    def _gaps(self) -> re.Pattern[bytes]:
        return re.compile(rf"{self._key}\.([\w-]+)\.([\w-]+)\.x*\.".encode())

    def _mark(self, name: str, how: str, padding: str = LENGTH) -> str:
        return f"{self._key}.{name}.{how}.{padding}."

    def _marked(self, text: str, how: str) -> str:
        for name, placeholder in PLACEHOLDERS.items():
            text = text.replace(placeholder, self._mark(name, how))
        return text

    def _open_up(self, part: Message) -> None:
        """In quoted-printable a gap stands in a line of its own."""
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)  # noqa: S101 (no multipart is quoted-printable)
        pieces = self._gaps.split(content)
        done = [quopri.encodestring(pieces[0]).decode()]
        for name, how, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            done += [self._mark(name.decode(), f"{how.decode()}-quoted", ""), quopri.encodestring(text).decode()]
        part.set_payload(_SOFT_BREAK.join(done))

    def mail(self, to: str, links: Links, message_id: str) -> Written:
        values = {"to": to, "id": message_id, "click": f"<{links.one_click or links.unsubscribe}>"}
        values |= {name: getattr(links, name) for name in PLACEHOLDERS}
        pieces = list(self._pieces)
        for at in range(1, len(pieces), 3):
            name, how = pieces[at].decode(), pieces[at + 1].decode()
            pieces[at], pieces[at + 1] = _filled(values[name], how).encode(), b""
        return Written(to, b"".join(pieces))


def _filled(value: str, how: str) -> str:
    if how.startswith("html"):
        value = escape(value)
    if not how.endswith("quoted"):
        return value
    chunks = (value[at : at + _CHUNK].replace("=", "=3D") for at in range(0, len(value), _CHUNK))
    return _SOFT_BREAK.replace("\n", "\r\n").join(chunks)
