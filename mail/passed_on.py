"""Mails that Django, Wagtail or another package writes, as the queue keeps them: EMAIL_BACKEND is mail.backend."""

from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives

from mail import kinds
from mail.emails import LONGEST
from mail.models import OutgoingMail, Priority

NAME = "passed_on"


class NotQueued(Exception):
    """The queue cannot keep this mail."""


def emails_of(mail: EmailMessage) -> list[str]:
    """Everybody who gets it, without the names. Raises NotQueued for what can be no email."""
    emails = [parseaddr(recipient)[1] for recipient in mail.recipients()]
    if not all(0 < len(email) <= LONGEST for email in emails):
        raise NotQueued("A recipient of a mail has no email, or one that is too long.")
    return emails


def data_of(mail: EmailMessage) -> dict[str, Any]:
    """What the queue keeps. Raises NotQueued for a mail with attachments."""
    if mail.attachments or mail.content_subtype != "plain":
        raise NotQueued("The queue of mails keeps text and alternatives, no attachments.")
    mail.message()  # raises BadHeaderError now, where the sender sees it
    return {
        "subject": str(mail.subject),
        "body": str(mail.body),
        "from": mail.from_email,
        "reply_to": list(mail.reply_to),
        "headers": {name: str(value) for name, value in mail.extra_headers.items()},
        "alternatives": [[str(text), str(kind)] for text, kind in getattr(mail, "alternatives", [])],
    }


def write(mail: OutgoingMail) -> EmailMessage:
    data = mail.data
    found = EmailMultiAlternatives(
        data["subject"],
        data["body"],
        data["from"],
        [mail.recipient],
        reply_to=data["reply_to"],
        headers=data["headers"],
    )
    for text, kind in data["alternatives"]:
        found.attach_alternative(text, kind)
    return found


def register() -> None:
    """Somebody may wait for such a mail: it goes before what can wait."""
    kinds.register(kinds.Kind(NAME, "Notification", write, Priority.FIRST))
