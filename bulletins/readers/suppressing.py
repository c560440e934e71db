"""What an imported suppression list does: nobody on it gets mail, and no later import brings anybody on it back."""

from django.utils import timezone

from bulletins.readers import addresses
from bulletins.readers.checking import Accepted
from bulletins.readers.models import Consent, ConsentEvent, ForgottenAddress, Reader, ReaderImport, Source, State


def suppress(run: ReaderImport, listed: list[Accepted]) -> None:
    """Unsubscribe or suppress those who are readers. Of all others a keyed hash is kept, and no email."""
    now = timezone.now()
    by_email = {addresses.same(one.email): one for one in listed}
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
            ForgottenAddress(
                key=addresses.hashes(one.email)[0], why=one.reason or ForgottenAddress.ForgottenReason.LISTED
            )
            for one in by_email.values()
        ),
        ignore_conflicts=True,
    )
