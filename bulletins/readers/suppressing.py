"""What an imported suppression list does: nobody on it gets mail, and no later import brings anybody on it back."""

from django.utils import timezone

from bulletins.readers.checking import Accepted
from bulletins.readers.models import (
    FORGOTTEN_SALT,
    Consent,
    ConsentEvent,
    ForgottenAddress,
    Reader,
    ReaderImport,
    Source,
    State,
)
from mail import suppression
from mail.emails import hashes, same


def suppress(run: ReaderImport, listed: list[Accepted]) -> None:
    """Unsubscribe or suppress those who are readers. Of all others a keyed hash is kept, and no email: of whom mail came back
    or who complained, on the one list that stops every kind of mail."""
    now = timezone.now()
    suppression.suppress_all({one.email: one.reason for one in listed if one.reason})
    by_email = {same(one.email): one for one in listed}
    readers = list(Reader.objects.select_for_update().filter(normalised__in=by_email))
    left: list[Reader] = []
    for reader in readers:
        one = by_email.pop(reader.normalised)
        if one.reason and reader.state != State.SUPPRESSED:
            reader.state, reader.reason, reader.suppressed_at = State.SUPPRESSED, one.reason, now
        elif reader.state in (State.PENDING, State.CONFIRMED):
            reader.state, reader.unsubscribed_at = State.UNSUBSCRIBED, now
            left.append(reader)
    Reader.objects.bulk_update(readers, ["state", "reason", "suppressed_at", "unsubscribed_at"])
    Consent.objects.bulk_create(
        Consent(
            reader=reader, at=now, act=ConsentEvent.WITHDRAWN, how=Source.IMPORT, words=run.statement, by_id=run.by_id
        )
        for reader in left
    )
    ForgottenAddress.objects.bulk_create(
        (
            ForgottenAddress(key=hashes(one.email, FORGOTTEN_SALT)[0], why=ForgottenAddress.ForgottenReason.LISTED)
            for one in by_email.values()
            if not one.reason
        ),
        ignore_conflicts=True,
    )
