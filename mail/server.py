"""Mail by SMTP, to emails with letters beyond ASCII before the @ too, where the server offers SMTPUTF8 (RFC 6531).

Django's backend would write such letters as an encoded word, which is another email.
"""

import smtplib
from datetime import timedelta
from email.message import Message
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address
from django.db.models import QuerySet
from django.utils import timezone

from mail.models import ServerAnswer

NOT_OFFERED = (
    "Our mail server cannot send to an address with letters such as “é” before the @ (it offers no SMTPUTF8). "
    "Another address is needed."
)
NO_ANSWER = (
    "Our mail server is not answering at the moment, so we cannot find out whether it can send to an address with letters "
    "such as “é” before the @. Try again in a few minutes, or give another address."
)
ASKED_EVERY = timedelta(hours=1)
KNOWN_FOR = timedelta(hours=3)  # so long an answer counts where the server gives no newer one
PATIENCE = 5  # seconds: the other minute jobs wait
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


def transport() -> Any:
    """A new connection, not open yet, by which mail leaves for good. Django's own, EMAIL_BACKEND, only adds to the queue."""
    return get_connection(settings.MAIL_SERVER_BACKEND)


def why_not(email: str, connection: Any = None, *, ask: bool = False) -> str:
    """Why mail cannot go to this email, over this open connection or in general; empty where it can. What the server
    offers in general is what it said last; a worker or a command may ask it, a request may not."""
    if is_plain(email):
        return ""
    if connection is not None:
        offered = isinstance(connection, EmailBackend) and connection.offers_utf8()
    else:
        backend = transport()
        if not isinstance(backend, EmailBackend):
            return NOT_OFFERED
        if ask:
            ask_server()
        known = _answers(backend).filter(asked_at__gt=timezone.now() - KNOWN_FOR).first()
        if known is None:
            return NO_ANSWER
        offered = known.offers_utf8
    return "" if offered else NOT_OFFERED


def ask_server() -> None:
    """Ask the mail server what it offers, where it has not said so within the hour. The minute jobs do this."""
    backend = transport()
    if not isinstance(backend, EmailBackend):
        return
    now = timezone.now()
    if _answers(backend).filter(asked_at__gt=now - ASKED_EVERY).exists():
        return
    backend.timeout = PATIENCE
    try:
        backend.open()
        offered = backend.offers_utf8()
    except OSError:  # smtplib's errors are OSErrors too
        return
    finally:
        try:
            backend.close()
        except OSError:
            backend.connection = None
    values = {"offers_utf8": offered, "asked_at": now}
    ServerAnswer.objects.update_or_create(server=_name(backend), defaults=values)


def _answers(backend: EmailBackend) -> QuerySet[ServerAnswer]:
    return ServerAnswer.objects.filter(server=_name(backend))


def _name(backend: EmailBackend) -> str:
    return f"{backend.host}:{backend.port}"[:300]
