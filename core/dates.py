"""Dates as readers are told of them, kept as printed: a page has a dozen, and most pages have the same ones."""

import datetime
from functools import lru_cache

from django.utils import formats, timezone


@lru_cache(maxsize=2000)
def month(day: datetime.date) -> str:
    return formats.date_format(day, "F Y")


@lru_cache(maxsize=2000)
def full(day: datetime.date) -> str:
    return formats.date_format(day, "j F Y")


def iso_day(moment: datetime.datetime | None) -> str:
    """The day of a moment where the site is, for machines; empty where there is none."""
    return timezone.localdate(moment).isoformat() if moment else ""


def day_of(moment: datetime.datetime) -> str:
    """The day of a moment where the site is."""
    return full(timezone.localdate(moment))
