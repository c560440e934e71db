"""Who gets an issue, and the start of its sending: readers are fixed in rows, what they get in a frozen copy."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from bulletins.approval import may_be_sent
from bulletins.models import BulletinPage
from bulletins.readers.models import Reader
from bulletins.readers.recipients import confirmed
from bulletins.rendering import freeze
from bulletins.sending.models import Delivery, Sending
from core.findable import findable_models

BATCH = 1000
State = Sending.State


def readers_for(bulletin: BulletinPage) -> QuerySet[Reader]:
    """Who gets this issue: every confirmed reader who chose no service area, or one that the issue is about. An issue
    with anything that is about no area, such as a news item, concerns everybody and goes to all."""
    return confirmed(areas_of(bulletin))


def areas_of(bulletin: BulletinPage) -> set[int]:
    """The service areas of all that stands in an issue; none where something in it is about no area."""
    picked: set[int] = set()
    for section in bulletin.sections.raw_data:
        for item in section["value"].get("items") or ():
            page = item["value"].get("page")
            if not page:
                return set()
            picked.add(page)
    about: dict[int, set[int]] = {page: set() for page in picked}
    for kind in findable_models():
        if picked and any(field.name == "areas" for field in kind._meta.get_fields()):
            for page, area in kind._default_manager.filter(pk__in=picked, areas__isnull=False).values_list(
                "pk", "areas"
            ):
                about[page].add(area)
    return set().union(*about.values()) if all(about.values()) else set()


def begin(sending: Sending) -> None:
    """Let a sending start whose time has come; where the issue may not go out any more, it is paused and says why.

    It counts as waiting until all rows are there. Killed on the way, it goes on where it was; two processes that do
    this at once wait for each other.
    """
    page = sending.page
    reasons = ["The page of this issue is gone."] if page is None else may_be_sent(page)
    if page is None or reasons:
        Sending.objects.filter(pk=sending.pk, state=State.SCHEDULED).update(state=State.PAUSED, note=" ".join(reasons))
        return
    while add_rows(sending, page):
        pass


@transaction.atomic
def add_rows(sending: Sending, page: BulletinPage) -> bool:
    """The next rows; where there are none left, the start. Whether to go on."""
    held = Sending.objects.select_for_update().get(pk=sending.pk)
    if held.state != State.SCHEDULED:
        return False
    rows = Delivery.objects.filter(sending=held)
    last = rows.aggregate(last=Max("reader_id"))["last"] or 0
    found = list(readers_for(page).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if found:
        # The Message-ID is decided here: a mail that goes out twice carries the same, and many programs show it once.
        Delivery.objects.bulk_create(Delivery(sending=held, reader_id=pk, message_id=_message_id()) for pk in found)
        return True
    _start(held, page, rows.count(), timezone.now())
    return False


def _start(sending: Sending, page: BulletinPage, readers: int, now: datetime) -> None:
    freeze(page, now)
    sending.state, sending.started_at, sending.readers, sending.note = State.SENDING, now, readers, ""
    sending.save(update_fields=["state", "started_at", "readers", "note"])


def _message_id() -> str:
    return f"<{uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>"
