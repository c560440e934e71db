"""What we hold, written out: all readers as CSV, one reader as JSON."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from bulletins.readers.models import Reader
from bulletins.readers.signals import telling
from mail import kinds
from mail.models import OutgoingMail
from search.spreadsheets import inert
from taxonomy.models import Term

COLUMNS = ("email", "state", "reason", "areas", "came_by", "signed_up", "confirmed", "unsubscribed")
BATCH = 1000
BOM = "\ufeff"  # or spreadsheets take the accents for something else


class _Line:
    """A file to write to whose lines come out again one by one."""

    def write(self, text: str) -> str:
        return text


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file that spreadsheets open as it is meant."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([inert(cell) for cell in row])


def download(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Lines of CSV as a file that no cache keeps."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def csv_lines(readers: QuerySet[Reader]) -> Iterator[str]:
    """The lines of a CSV file, batch by batch; what `importing` reads again."""
    areas = Prefetch("areas", queryset=Term.objects.order_by("slug"))
    found = readers.order_by("pk").prefetch_related(None).prefetch_related(areas)
    return csv_of(COLUMNS, map(_cells, found.iterator(chunk_size=BATCH)))


def _cells(reader: Reader) -> list[str]:
    return [
        reader.address,
        reader.state,
        reader.reason,
        "; ".join(term.slug for term in reader.areas.all()),
        reader.came_by,
        *(time_of(moment) for moment in (reader.created_at, reader.confirmed_at, reader.unsubscribed_at)),
    ]


def refusal_lines(refusals: Iterator[tuple[int, str, str]]) -> Iterator[str]:
    """A CSV report of refused lines: (number, reason, what stood there)."""
    return csv_of(("line", "reason", "email"), ((str(line), reason, text) for line, reason, text in refusals))


def time_of(moment: datetime | None) -> str:
    """With its offset; empty where there is none."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def held_about(reader: Reader) -> dict[str, Any]:
    """All that is kept about one reader, for the reader."""
    held: dict[str, Any] = {
        "mail_address": reader.address,
        "state": reader.get_state_display(),
        "suppressed_because": reader.get_reason_display(),
        "service_areas": [term.label for term in reader.areas.all()],
        "came_by": reader.get_came_by_display(),
        "signed_up": time_of(reader.created_at),
        "confirmed": time_of(reader.confirmed_at),
        "unsubscribed": time_of(reader.unsubscribed_at),
        "suppressed": time_of(reader.suppressed_at),
        "consent_record": [
            {"when": time_of(one.at), "what": one.get_act_display(), "how": one.get_how_display(), "words": one.words}
            for one in reader.consents.all()
        ],
    }
    mails = OutgoingMail.objects.filter(recipient__in=(reader.address, reader.normalised)).order_by("pk")
    held["mails_not_sent"] = [
        {"what": kinds.label(mail.kind), "asked_for": time_of(mail.created_at), "problem": mail.problem}
        for mail in mails
    ]
    telling.send(Reader, reader=reader, held=held)
    return held
