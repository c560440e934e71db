"""How often something may be done, counted in the database so that it holds in every process.

Who did it is kept only as a keyed hash, and only until it no longer counts.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac


class LimitedUse(models.Model):
    """One use that counts towards a limit until it expires."""

    key = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    affects_readers = False

    class Meta:
        indexes = [models.Index(fields=["key", "expires_at"], name="limited_use_key")]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many uses by one `who` within a time; `name` keeps the limits apart."""

    name: str
    who: str
    most: int
    within: timedelta

    @property
    def key(self) -> str:
        return keyed(self.name, self.who)


class LimitReached(Exception):
    """`wait` is the time until one more use would be let through."""

    def __init__(self, limit: Limit, wait: timedelta) -> None:
        super().__init__(limit.name)
        self.limit = limit
        self.wait = wait

    @property
    def retry_after(self) -> str:
        """The header of an answer: whole seconds."""
        return str(math.ceil(self.wait.total_seconds()))

    @property
    def wait_in_words(self) -> str:
        minutes = max(1, math.ceil(self.wait.total_seconds() / 60))
        number, unit = (minutes, "minute") if minutes <= 90 else (math.ceil(minutes / 60), "hour")
        return f"{number} {unit}{'' if number == 1 else 's'}"


def keyed(name: str, value: str) -> str:
    """A hash of 64 hexadecimal digits that nobody can undo or try out without the site's secret key."""
    return salted_hmac(f"core.rate_limits.{name}", value, algorithm="sha256").hexdigest()


@contextmanager
def counted(*limits: Limit) -> Iterator[Callable[[], object]]:
    """Count one use towards each limit; raises LimitReached for the first that has no room. A use that ends with an
    exception does not count, nor one for which what is given is called."""
    now = timezone.now()
    # Written before it is counted: of two at the same moment each sees the other, so no limit is ever passed.
    mine = LimitedUse.objects.bulk_create(LimitedUse(key=limit.key, expires_at=now + limit.within) for limit in limits)
    forget = LimitedUse.objects.filter(pk__in=[use.pk for use in mine]).delete
    try:
        _check(limits, {use.pk for use in mine}, now)
        yield forget
    except BaseException:
        forget()
        raise


def _check(limits: tuple[Limit, ...], mine: set[int], now: datetime) -> None:
    others: dict[str, list[datetime]] = {limit.key: [] for limit in limits}
    uses = LimitedUse.objects.filter(key__in=others, expires_at__gt=now).exclude(pk__in=mine)
    for key, expires_at in uses.order_by("expires_at").values_list("key", "expires_at"):
        others[key].append(expires_at)
    for limit in limits:
        ends = others[limit.key]
        if len(ends) >= limit.most:
            raise LimitReached(limit, ends[len(ends) - limit.most] - now)


def forget_expired() -> int:
    """Delete the uses that count no more; gives their number."""
    return LimitedUse.objects.filter(expires_at__lte=timezone.now()).delete()[0]
