"""Mail by SMTP, to emails with letters beyond ASCII before the @ too, where the server offers SMTPUTF8 (RFC 6531).

Django's backend would write such letters as an encoded word, which is another email.
"""

import smtplib
from email.message import Message
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

NOT_OFFERED = (
    "Our mail server cannot send to an address with letters such as “é” before the @ (it offers no SMTPUTF8). "
    "Another address is needed."
)
NO_ANSWER = (
    "Our mail server does not answer at the moment, so we cannot find out whether it can send to an address with letters "
    "such as “é” before the @. Try again in some minutes, or give another address."
)
# Seconds for which an answer of the server is remembered, and that it gave none.
KNOWN_FOR, SILENT_FOR = 60 * 60, 60
OPTIONS = ("SMTPUTF8", "BODY=8BITMIME")
STAND_IN = "stand-in@link.invalid"  # until the mail is written out: Python's header classes would encode the letters


class EmailBackend(smtp.EmailBackend):
    def offers_utf8(self) -> bool:
        """Whether the server of this connection, which is open, takes letters beyond ASCII before the @."""
        connection: Any = self.connection
        connection.ehlo_or_helo_if_needed()
        return bool(connection.has_extn("smtputf8"))

    def _send(self, email_message: EmailMessage) -> bool:
        beyond = [email for email in email_message.recipients() if not is_plain(email)]
        if not beyond:
            return bool(super()._send(email_message))  # type: ignore[misc]  # the stubs do not know it
        if not self.offers_utf8():
            raise smtplib.SMTPRecipientsRefused({beyond[0]: (553, f"5.6.7 {NOT_OFFERED}".encode())})
        sender = sanitize_address(email_message.from_email, settings.DEFAULT_CHARSET)
        connection: Any = self.connection
        connection.sendmail(sender, email_message.recipients(), _written(email_message), mail_options=OPTIONS)
        return True


def _written(email_message: EmailMessage) -> bytes:
    message: Any = email_message.message()
    if isinstance(message, Message):
        message.replace_header("To", STAND_IN)
    content: bytes = message.as_bytes(linesep="\r\n")
    return content.replace(STAND_IN.encode(), ", ".join(email_message.to).encode())


def is_plain(email: str) -> bool:
    """Whether any mail server takes it."""
    return parseaddr(email)[1].rpartition("@")[0].isascii()


def why_not(email: str, connection: Any = None) -> str:
    """Why mail cannot go to this email, over this open connection or in general; empty where it can."""
    if is_plain(email):
        return ""
    if connection is not None:
        offered = isinstance(connection, EmailBackend) and connection.offers_utf8()
    else:
        known = _offered_in_general()
        if known is None:
            return NO_ANSWER
        offered = known
    return "" if offered else NOT_OFFERED


def _offered_in_general() -> bool | None:
    """None where the server does not answer."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        return False
    key = f"mail-server-offers-utf8:{backend.host}:{backend.port}"
    known: str | None = cache.get(key)
    if known is None:
        known = _asked(backend)
        cache.set(key, known, KNOWN_FOR if known else SILENT_FOR)
    return {"yes": True, "no": False}.get(known)


def _asked(backend: EmailBackend) -> str:
    try:
        backend.open()
        return "yes" if backend.offers_utf8() else "no"
    except OSError:  # smtplib's errors are OSErrors too
        return ""
    finally:
        try:
            backend.close()
        except OSError:
            backend.connection = None
