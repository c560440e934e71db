"""Mail that came back and mail that was reported as spam: what the books keep of it, and who gets no more mail then."""

import datetime
import enum

from django.db import models, transaction

from bulletins.readers.models import Reader, State
from bulletins.sending.models import Delivery
from mail import suppression
from mail.models import Reason

SOFT_ISSUES = 3  # in a row
# A notice that names no mail is about the last issue, where that is not older than this.
LATE = datetime.timedelta(days=10)
SKEW = datetime.timedelta(minutes=10)  # by which a provider's clock may be behind ours


class Kind(models.TextChoices):
    HARD = "hard", "hard bounce"
    SOFT = "soft", "soft bounce"
    COMPLAINT = "complaint", "spam complaint"


class Outcome(enum.IntEnum):
    NOTHING = 0  # it was known, or it is too late to matter
    KEPT = 1  # counted for the issue
    STOPPED = 2  # the reader gets no more mail from now on


@transaction.atomic
def record(
    kind: Kind, delivery: Delivery | None, reader: Reader | None, at: datetime.datetime, reason: str = ""
) -> Outcome:
    """Keep what came back of this delivery to this reader (either may be unknown). A notice that comes twice changes
    nothing, and one from before the reader signed up again stops nothing."""
    if delivery is not None and not _kept(kind, delivery, at, reason):
        return Outcome.NOTHING
    kept = Outcome.KEPT if delivery else Outcome.NOTHING
    if reader is None or (reader.confirmed_at and at < reader.confirmed_at):
        return kept
    if kind == Kind.SOFT and not (delivery and _soft_in_a_row(reader)):
        return kept
    return Outcome.STOPPED if _suppress(reader, kind) else kept


def _kept(kind: Kind, delivery: Delivery, at: datetime.datetime, reason: str) -> bool:
    row = Delivery.objects.filter(pk=delivery.pk)
    if kind == Kind.COMPLAINT:
        return bool(row.filter(complained_at=None).update(complained_at=at))
    # A soft one may turn out to be hard, not the other way round.
    worse = row.exclude(bounced=Kind.HARD) if kind == Kind.HARD else row.filter(bounced="")
    told = reason[: Delivery._meta.get_field("problem").max_length]
    return bool(worse.update(bounced=kind.value, bounced_at=at, problem=told))


def _soft_in_a_row(reader: Reader) -> bool:
    sent = Delivery.objects.filter(reader=reader, state=Delivery.State.SENT)
    if reader.confirmed_at:
        sent = sent.filter(sent_at__gte=reader.confirmed_at)
    last = sent.order_by("-sending__started_at", "-pk").values_list("bounced", flat=True)[:SOFT_ISSUES]
    return list(last) == [Kind.SOFT.value] * SOFT_ISSUES


def _suppress(reader: Reader, kind: Kind) -> bool:
    """Whether it changes anything. A complaint says more than a bounce, and stays."""
    reason = Reason.COMPLAINT if kind == Kind.COMPLAINT else Reason.BOUNCE
    if reader.state == State.SUPPRESSED and (reason == Reason.BOUNCE or reader.reason == reason):
        return False
    return suppression.suppress(reader.address, reason)


def last_delivery(reader: Reader, at: datetime.datetime, within: datetime.timedelta = LATE) -> Delivery | None:
    """The last mail that this reader had got by then."""
    got = Delivery.objects.filter(reader=reader, state=Delivery.State.SENT, sent_at__range=(at - within, at + SKEW))
    return got.order_by("-sent_at").first()
