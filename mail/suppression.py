"""The one list of emails to which nothing is sent, because mail came back, was refused or was reported as spam. Whoever
leaves an e-bulletin is not on it: that is between the reader and the e-bulletin."""

from collections.abc import Iterable, Mapping

from django.dispatch import Signal

from mail.emails import hashes
from mail.models import Reason, SuppressedEmail

SALT = "mail.suppression"
# Sent when an email comes onto the list or its reason changes. Gives `email` and `reason`.
email_suppressed = Signal()


def suppress(email: str, reason: Reason) -> bool:
    """Send nothing more there. A complaint says more than the other reasons, and stays. Whether it changes anything."""
    listed = SuppressedEmail.objects.filter(key__in=hashes(email, SALT))
    known = listed.values_list("reason", flat=True).first()
    if known is not None and (known == reason or reason != Reason.COMPLAINT):
        return False
    if known is None:
        row = SuppressedEmail(key=hashes(email, SALT)[0], reason=reason)
        SuppressedEmail.objects.bulk_create([row], ignore_conflicts=True)  # another process may be at it, too
    else:
        listed.update(reason=reason)
    email_suppressed.send(SuppressedEmail, email=email, reason=reason)
    return True


def suppress_all(reasons: Mapping[str, str]) -> None:
    """Many emails at once, each with its reason; those that are listed already stay as they are. Sends no signal."""
    known = reasons_for(reasons)
    SuppressedEmail.objects.bulk_create(
        (
            SuppressedEmail(key=hashes(email, SALT)[0], reason=reason)
            for email, reason in reasons.items()
            if email not in known
        ),
        ignore_conflicts=True,
    )


def reason_for(email: str) -> str:
    """Why nothing is sent there; empty where mail may go."""
    return reasons_for([email]).get(email, "")


def reasons_for(emails: Iterable[str]) -> dict[str, str]:
    """The reasons of those emails that are on the list. One query."""
    of_key = {key: email for email in emails for key in hashes(email, SALT)}
    return {
        of_key[key]: why for key, why in SuppressedEmail.objects.filter(key__in=of_key).values_list("key", "reason")
    }


def lift(email: str) -> bool:
    """Let mail go there again. Whether it was on the list."""
    return bool(SuppressedEmail.objects.filter(key__in=hashes(email, SALT)).delete()[0])
