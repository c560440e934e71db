"""The kinds of mail that go out one by one. Each app registers its own when the site starts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.mail import EmailMessage

from mail.models import OutgoingMail, Priority, Reason

Writer = Callable[[OutgoingMail], EmailMessage | None]
# What stops a mail that somebody is sent. Where people ask for a mail themselves, to show that it arrives, only a
# complaint does: a stranger may have typed in the email of somebody who does not want to hear from us.
ALL_REASONS = frozenset(Reason)
COMPLAINTS = frozenset({Reason.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Kind:
    """`write` makes the mail at the moment when it leaves, as often as it is tried, or gives None where none is to be
    sent. What it writes into the database it must be able to write twice."""

    name: str
    label: str  # for administrators
    write: Writer
    priority: Priority = Priority.LATER
    stopped_by: frozenset[str] = ALL_REASONS


registered: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    registered[kind.name] = kind


def find(name: str) -> Kind | None:
    """None for the kind of an older or a newer release."""
    return registered.get(name)


def label(name: str) -> str:
    kind = find(name)
    return kind.label if kind else name
