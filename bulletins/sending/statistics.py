"""What became of an issue, in numbers, and who did what with it."""

import datetime
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.dateformat import format as date_format
from wagtail.log_actions import log

from bulletins.models import BulletinPage
from bulletins.sending.models import Delivery, Sending, Visit

LONDON = ZoneInfo("Europe/London")
ACTS = {"send": "Send", "cancel": "Cancel sending", "pause": "Pause sending", "resume": "Resume sending"}
State = Delivery.State

# What can be asked about the deliveries of an issue, in the order in which it is shown.
KINDS: dict[str, tuple[str, Q]] = {
    "queued": ("Queued", Q(state=State.QUEUED)),
    "sent": ("Sent", Q(state=State.SENT)),
    "failed": ("Failed", Q(state=State.FAILED)),
    "suppressed": ("Not sent: the reader had left", Q(state=State.SUPPRESSED)),
    "bounced": ("Bounced", ~Q(bounced="")),
    "complained": ("Reported as spam", Q(complained_at__isnull=False)),
    "unsubscribed": ("Unsubscribed", Q(unsubscribed_at__isnull=False)),
}


def london(moment: datetime.datetime) -> str:
    """The clock on the wall in London, whatever zone an editor's own admin is set to."""
    return date_format(timezone.localtime(moment, LONDON), "j F Y, H:i")


def deliveries(sending: Sending, kind: str) -> QuerySet[Delivery]:
    """Those of one of KINDS, the last ones first."""
    found = Delivery.objects.filter(KINDS[kind][1], sending=sending).select_related("reader")
    return found.order_by("-pk")


def figures(sendings: Iterable[Sending]) -> dict[int, dict[str, int]]:
    """For each sending the number of each of KINDS and of visits. Two queries, however many sendings."""
    keys = [sending.pk for sending in sendings]
    counts = {name: Count("pk", filter=condition) for name, (_, condition) in KINDS.items()}
    found = {key: dict.fromkeys([*KINDS, "visits"], 0) for key in keys}
    rows = Delivery.objects.filter(sending__in=keys).order_by().values("sending").annotate(**counts)
    for key, *numbers in rows.values_list("sending", *counts):
        found[key].update(zip(KINDS, numbers, strict=True))
    for key, number in Visit.objects.filter(sending__in=keys).order_by().values_list("sending").annotate(Sum("number")):
        found[key]["visits"] = number
    return found


def logged(page: BulletinPage, act: str, user: Any = None, at: datetime.datetime | None = None) -> None:
    """An act of ACTS in the issue's history; `at` is when it is to begin."""
    log(page, f"bulletins.{act}", user=user, data={"at": f"{london(at)} (London time)"} if at else None)
