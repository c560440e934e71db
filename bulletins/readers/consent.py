"""What a reader agrees to and takes back. Each act changes the reader's state and adds a line to the consent record."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from bulletins.readers.models import Consent, ConsentEvent, ForgottenAddress, Reader, Reason, Source, State
from caching.site_name import site_name


def words() -> str:
    """What somebody who signs up agrees to; the form shows these words, and the record keeps them."""
    return f"Yes, send me the e-bulletin of {site_name()} by mail. I can unsubscribe at any time."


@transaction.atomic
def subscribe(reader: Reader, how: Source, said: str = "") -> None:
    """The person has shown that the address is theirs and that they want the e-bulletin: whatever stopped it is over."""
    reader.state, reader.reason = State.CONFIRMED, ""
    reader.confirmed_at, reader.unsubscribed_at, reader.suppressed_at = timezone.now(), None, None
    reader.save(update_fields=["state", "reason", "confirmed_at", "unsubscribed_at", "suppressed_at"])
    ForgottenAddress.of(reader.address).delete()
    Consent.objects.create(reader=reader, act=ConsentEvent.CONFIRMED, how=how, words=said or words())


@transaction.atomic
def unsubscribe(reader: Reader, how: Source, by: Any = None) -> bool:
    """Whether there was something to take back. A suppressed address stays suppressed."""
    left = Reader.objects.filter(pk=reader.pk, state__in=(State.PENDING, State.CONFIRMED))
    if not left.update(state=State.UNSUBSCRIBED, unsubscribed_at=timezone.now()):
        return False
    Consent.objects.create(reader=reader, act=ConsentEvent.WITHDRAWN, how=how, by=by)
    return True


def suppress(reader: Reader, reason: Reason) -> None:
    """Send nothing more to this address, for one of the reasons that a mail server or its owner gives."""
    Reader.objects.filter(pk=reader.pk).update(state=State.SUPPRESSED, reason=reason, suppressed_at=timezone.now())


def lift(reader: Reader) -> bool:
    """Let a suppressed address sign up again; until then it gets nothing. Whether it was suppressed."""
    lifted = Reader.objects.filter(pk=reader.pk, state=State.SUPPRESSED)
    now = timezone.now()
    return bool(lifted.update(state=State.UNSUBSCRIBED, reason="", suppressed_at=None, unsubscribed_at=now))
