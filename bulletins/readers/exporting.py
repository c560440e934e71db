"""What we hold, written out: all readers as CSV, one reader as JSON."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from bulletins.readers.models import Reader
from taxonomy.models import Term

COLUMNS = ("email", "state", "reason", "areas", "came_by", "signed_up", "confirmed", "unsubscribed")
BATCH = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"  # or spreadsheets take the accents for something else


class _Line:
    """A file to write to whose lines come out again one by one."""

    def write(self, text: str) -> str:
        return text


def csv_lines(readers: QuerySet[Reader]) -> Iterator[str]:
    """The lines of a CSV file, batch by batch; what `importing` reads again."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(COLUMNS)
    areas = Prefetch("areas", queryset=Term.objects.order_by("slug"))
    for reader in readers.order_by("pk").prefetch_related(None).prefetch_related(areas).iterator(chunk_size=BATCH):
        yield writer.writerow([_inert(cell) for cell in _cells(reader)])


def _cells(reader: Reader) -> list[str]:
    return [
        reader.address,
        reader.state,
        reader.reason,
        "; ".join(term.slug for term in reader.areas.all()),
        reader.came_by,
        *(_time(moment) for moment in (reader.created_at, reader.confirmed_at, reader.unsubscribed_at)),
    ]


def refusal_lines(refusals: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """A CSV report of refused lines: (number, reason, what stood there)."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(("line", "reason", "email"))
    for line, reason, text in refusals:
        yield writer.writerow((line, _inert(reason), _inert(text)))


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _time(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def held_about(reader: Reader) -> dict[str, Any]:
    """All that is kept about one reader, for the reader."""
    return {
        "mail_address": reader.address,
        "state": reader.get_state_display(),
        "suppressed_because": reader.get_reason_display(),
        "service_areas": [term.label for term in reader.areas.all()],
        "came_by": reader.get_came_by_display(),
        "signed_up": _time(reader.created_at),
        "confirmed": _time(reader.confirmed_at),
        "unsubscribed": _time(reader.unsubscribed_at),
        "suppressed": _time(reader.suppressed_at),
        "consent_record": [
            {"when": _time(one.at), "what": one.get_act_display(), "how": one.get_how_display(), "words": one.words}
            for one in reader.consents.all()
        ],
    }
