"""Issues that are on their way or have arrived, as tests need them: without any mail."""

import datetime
import itertools
from typing import Any

from django.utils import timezone

from bulletins.models import BulletinPage
from bulletins.readers.models import Reader
from bulletins.sending.models import Delivery, Sending
from tests.readers import reader

_numbers = itertools.count(1)


def sending(page: BulletinPage, state: Sending.State = Sending.State.SENT, **values: Any) -> Sending:
    now = timezone.now()
    times = {"at": now, "started_at": None if state == Sending.State.SCHEDULED else now}
    if state == Sending.State.SENT:
        times["finished_at"] = now
    return Sending.objects.create(page=page, title=page.title, state=state, **(times | values))


def delivery(
    of: Sending, to: Reader | None = None, state: Delivery.State = Delivery.State.SENT, **values: Any
) -> Delivery:
    number = next(_numbers)
    to = to or reader(f"reader-{number}@example.org")
    if state == Delivery.State.SENT:
        # After the reader signed up, and before what the test does next.
        values.setdefault("sent_at", timezone.now())
    values.setdefault("message_id", f"<{number}.{of.pk}@testserver>")
    return Delivery.objects.create(sending=of, reader=to, state=state, **values)


def older(moment: datetime.datetime, days: int) -> datetime.datetime:
    return moment - datetime.timedelta(days=days)
