"""Long headers of mails are folded with the length of their own name in mind.

Django 5.2 folds the text of a header as if nothing stood before it. Python then finds that it does not fit behind
"Subject: ", and leaves that line empty: some mail programs show no subject, and some servers refuse the mail. Django 6.0
writes mails with Python's newer classes (https://code.djangoproject.com/ticket/35581); then this module can go.
"""

from collections.abc import Callable
from email.header import Header
from email.utils import formataddr, getaddresses, quote
from typing import Any

from django.conf import settings
from django.core.mail import message as mail

LINE = 76  # characters of a line with an encoded word in it, RFC 2047
_as_django_does: Callable[..., tuple[str, str]] = mail.forbid_multi_line_headers


def sender(name: str) -> str:
    """The site's name and email, as a mail has them behind "From"; FROM_EMAIL says both where it is set."""
    if settings.FROM_EMAIL:
        return settings.FROM_EMAIL
    # A name beyond ASCII is encoded where the header is folded.
    return (
        formataddr((name, settings.NOREPLY_EMAIL)) if name.isascii() else f'"{quote(name)}" <{settings.NOREPLY_EMAIL}>'
    )


def fold_with_names() -> None:
    mail.forbid_multi_line_headers = folded  # type: ignore[assignment]


def folded(name: str, value: Any, encoding: str | None) -> tuple[str, str]:
    """In place of django.core.mail.message.forbid_multi_line_headers, which still says what is refused."""
    name, done = _as_django_does(name, value, encoding)
    text, charset = str(value), encoding or settings.DEFAULT_CHARSET
    is_ascii = text.isascii()
    if name.lower() in mail.ADDRESS_HEADERS:
        return name, done if is_ascii else _mailboxes(name, text, charset)
    if is_ascii:
        return name, encoded(name, text, None) if name.lower() == "subject" else done
    return name, encoded(name, text, charset)


def encoded(name: str, text: str, charset: str | None) -> str:
    """The text folded behind the name of its header, as encoded words (RFC 2047) where a charset is given."""
    # Python counts the end of an encoded word, "?=", in all lines but the first.
    return Header(text, charset, header_name=name).encode(maxlinelen=LINE - 2)


def _mailboxes(name: str, text: str, charset: str) -> str:
    """Each on lines of its own behind the first."""
    found = [_mailbox(name, words, email, charset) for words, email in getaddresses((text,))]
    return ",\n ".join(found)


def _mailbox(name: str, words: str, email: str, charset: str) -> str:
    email = mail.sanitize_address(email, charset)
    if words.isascii():
        return formataddr((words, email))
    phrase = encoded(name, words, charset)
    first, _, last = phrase.rpartition("\n")
    room = LINE - len(",") - len(last) - (0 if first else len(name) + 2)
    space = " " if len(email) + 3 <= room else "\n "
    return f"{phrase}{space}<{email}>"
