"""The change log: written in the transaction that changes a page, applied to the index after its commit."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import models, transaction
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


def record(page_ids: Iterable[int]) -> None:
    """Note that these pages' entries may have changed, and apply it after the commit."""
    ids = sorted(set(page_ids))
    if not ids:
        return
    with transaction.atomic():
        newest = Change.objects.aggregate(newest=Max("sequence"))["newest"] or 0
        Change.objects.bulk_create([Change(page_id=page_id) for page_id in ids], batch_size=500)
        for start in range(0, len(ids), 500):
            Change.objects.filter(page_id__in=ids[start : start + 500], sequence__lte=newest).delete()
        transaction.on_commit(_apply, robust=True)
        content_changed()


def record_below(page: Page) -> None:
    """Note the page and all its descendants."""
    record(Page.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True))


def _apply() -> None:
    from search.engine import Unavailable, engine
    from search.tasks import catch_up_soon

    here = engine()
    # The change is in the log: whatever fails here, the next search or the minute jobs make good.
    try:
        if here.local is not here:
            catch_up_soon()  # whatever crosses a network is the worker's
        if len(pending(here.local.sequence(), AT_ONCE + 1)) > AT_ONCE:
            catch_up_soon()
        else:
            here.local.catch_up()
    except Unavailable:
        logger.debug("no search index that could take the change in; it waits in the log")
    except Exception:
        logger.exception("the search index could not take in a change; it stays in the log")


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


def pages_using(thing: models.Model) -> set[int]:
    """Every page that refers to this object: directly, through its own child rows, or through what refers to it
    (a group's terms, an organisation's type)."""
    pages: set[int] = set()
    seen: set[tuple[type[models.Model], int]] = set()
    waiting: list[tuple[type[models.Model], set[int]]] = [(type(thing), {thing.pk})]
    while waiting:
        current, found = waiting.pop()
        keys = {pk for pk in found if (current, pk) not in seen}
        seen.update((current, pk) for pk in keys)
        for relation in current._meta.related_objects if keys else ():
            model = relation.related_model
            users = model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            owner = _owner_field(model)
            if issubclass(model, Page):
                pages.update(users.values_list("pk", flat=True))
            elif owner:
                pages.update(users.values_list(owner, flat=True))
            elif model._meta.app_label not in _FOREIGN:
                waiting.append((model, set(users.values_list("pk", flat=True))))
    return pages


# Apps whose rows point at everything and belong to no page.
_FOREIGN = {"wagtailcore", "wagtailadmin", "wagtailsearch", "auth", "contenttypes"}


def _owner_field(model: type[models.Model]) -> str | None:
    """The column that points from a page's child row to its page."""
    from modelcluster.fields import ParentalKey

    for field in model._meta.get_fields():
        if isinstance(field, ParentalKey) and issubclass(field.related_model, Page):
            return field.attname
    return None


def lag(after: int) -> int:
    """How many changes an index that has taken in `after` still lacks."""
    return Change.objects.filter(sequence__gt=after).count()
