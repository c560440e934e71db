"""Erasure at a reader's wish, and what is deleted when its time has come. `manage.py jobs` calls `forget_old`."""

import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bulletins.readers.addresses import hashes
from bulletins.readers.models import ForgottenAddress, Reader, ReaderImport, RefusedLine, SignUp, State
from bulletins.readers.signals import forgetting

# A sign-up that was never confirmed.
PENDING_KEPT = datetime.timedelta(days=30)
# The address of somebody who left: long enough to answer a question about why mail came or did not.
UNSUBSCRIBED_KEPT = datetime.timedelta(days=365)
# The lines of a file that were refused, and a file that was checked and never imported.
IMPORTS_KEPT = datetime.timedelta(days=30)
BATCH = 500


@transaction.atomic
def erase(reader: Reader) -> None:
    """Delete everything about this reader but a keyed hash of the address, so that no import brings it back."""
    _remember(reader, ForgottenAddress.ForgottenReason.ERASED)
    SignUp.objects.filter(address__in=(reader.address, reader.normalised)).delete()
    RefusedLine.objects.filter(text__in=(reader.address, str(reader))).delete()
    reader.delete()


def _remember(reader: Reader, why: str) -> None:
    """Keep a hash of the email, and let other parts forget what they hold."""
    forgetting.send(Reader, reader=reader)
    if reader.state == State.SUPPRESSED:
        why = reader.reason
    ForgottenAddress.objects.update_or_create(key=hashes(reader.address)[0], defaults={"why": why})


def forget_old() -> None:
    """Delete what is older than the times above."""
    now = timezone.now()
    pending = Reader.objects.filter(state=State.PENDING, created_at__lt=now - PENDING_KEPT)
    # Who asked again lately has a link that still works.
    _delete(pending.exclude(consents__at__gte=now - PENDING_KEPT))
    _reduce(Reader.objects.filter(state=State.UNSUBSCRIBED, unsubscribed_at__lt=now - UNSUBSCRIBED_KEPT))
    old = Q(created_at__lt=now - IMPORTS_KEPT)
    RefusedLine.objects.filter(run__in=ReaderImport.objects.filter(old)).delete()
    ReaderImport.objects.filter(old, step__in=(ReaderImport.Step.CHECKED, ReaderImport.Step.FAILED)).delete()


def _delete(readers: QuerySet[Reader]) -> None:
    while found := list(readers.values_list("pk", flat=True)[:BATCH]):
        Reader.objects.filter(pk__in=found).delete()


def _reduce(readers: QuerySet[Reader]) -> None:
    """Leave a hash of each address, so that an import of an old list does not bring back who left."""
    while found := list(readers[:BATCH]):
        for reader in found:
            with transaction.atomic():
                _remember(reader, ForgottenAddress.ForgottenReason.UNSUBSCRIBED)
                reader.delete()
