"""The change log: written in the transaction that changes a page. Who applies it registers with `after_commit`."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.models import Page

from caching.version import content_changed
from search.models import Change

logger = logging.getLogger("search")
# On PostgreSQL a smaller sequence may become visible after a larger one: rows this young are looked at again.
OVERLAP = timedelta(minutes=5)
# More changes than this are left to the worker: a request must not wait for them.
AT_ONCE = 100
_after_commit: list[Callable[[], None]] = []


def after_commit(call: Callable[[], None]) -> None:
    """Call this after every commit that added to the log."""
    if call not in _after_commit:
        _after_commit.append(call)


def record(page_ids: Iterable[int]) -> None:
    """Note that these pages' entries may have changed, and call what waits for the commit."""
    ids = sorted(set(page_ids))
    if not ids:
        return
    with transaction.atomic():
        newest = Change.objects.aggregate(newest=Max("sequence"))["newest"] or 0
        Change.objects.bulk_create([Change(page_id=page_id) for page_id in ids], batch_size=500)
        for start in range(0, len(ids), 500):
            Change.objects.filter(page_id__in=ids[start : start + 500], sequence__lte=newest).delete()
        for call in _after_commit:
            transaction.on_commit(call, robust=True)
        content_changed()


def record_below(page: Page) -> None:
    """Note the page and all its descendants."""
    record(Page.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True))


def newest() -> int:
    """The last sequence in the log, 0 where it is empty."""
    return Change.objects.aggregate(newest=Max("sequence"))["newest"] or 0


def pending(after: int, limit: int) -> list[tuple[int, int]]:
    """(sequence, page id) of changes after a sequence, oldest first."""
    rows = Change.objects.filter(sequence__gt=after).order_by("sequence").values_list("sequence", "page_id")
    return list(rows[:limit])


def recent(upto: int) -> list[tuple[int, int]]:
    """(sequence, page id) of young changes up to a sequence: those that may have been overtaken."""
    rows = Change.objects.filter(sequence__lte=upto, time__gt=timezone.now() - OVERLAP)
    return list(rows.order_by("sequence").values_list("sequence", "page_id"))


def versions(page_ids: Iterable[int]) -> dict[int, int]:
    """The newest sequence of each of these pages, 0 of one that the log does not name; read it before the page itself."""
    ids = list(page_ids)
    rows = Change.objects.filter(page_id__in=ids).order_by("sequence")
    return dict.fromkeys(ids, 0) | dict(rows.values_list("page_id", "sequence"))


def lag(after: int) -> int:
    """How many changes an index that has taken in `after` still lacks."""
    return Change.objects.filter(sequence__gt=after).count()
