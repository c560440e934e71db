"""Bounces from a CSV file, for sites whose provider sends no webhooks: somebody lists what came back to the mailbox."""

import datetime
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from bulletins.readers import columns
from bulletins.readers.csv_lines import Row, Text, decoded, table
from bulletins.readers.mailboxes import email_in
from bulletins.readers.models import Reader
from bulletins.readers.workbooks import as_csv
from bulletins.sending.bounces import Kind, Outcome, last_delivery, record
from mail.emails import same

KIND = ("kind", "type", "bouncetype", "bounce")
REASON = ("reason", "error", "diagnostic", "description")
KINDS = {
    **dict.fromkeys(("hard", "permanent", "hard bounce"), Kind.HARD),
    **dict.fromkeys(("soft", "temporary", "transient", "soft bounce"), Kind.SOFT),
    **dict.fromkeys(("complaint", "spam", "abuse", "spam complaint"), Kind.COMPLAINT),
}
# A file may be about an issue that went out a good while ago, but not about the issue before it.
WITHIN = datetime.timedelta(days=60)


class Verdict(enum.StrEnum):
    STOPPED = "gets no more email"
    KEPT = "counted for the issue"
    KNOWN = "nothing new"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the file and what becomes of it; `why` explains a refusal."""

    line: int
    email: str
    kind: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    email: str
    kind: str
    reason: str
    problem: str


def take_in(content: bytes, *, dry_run: bool) -> Iterator[Finding]:
    """Do what the lines say, each for itself; a dry run undoes it. Raises Unreadable."""
    seen: dict[str, int] = {}
    text = decoded(as_csv(content).content)
    with transaction.atomic():
        for line in _lines(text):
            yield _take(line, seen)
        transaction.set_rollback(dry_run)


def _lines(text: Text) -> Iterator[_Line]:
    head = table(text.stream)
    sample = [row.cells for row in islice(head.rows, columns.SAMPLE) if not row.problem]
    email = columns.email_place(head.headings, sample)
    kind = columns.named_place(head.headings, sample, KIND, lambda cell: cell.lower() in KINDS)
    reason = columns.named_place(head.headings, sample, REASON, bool)
    if kind is None:
        raise columns.missing("kind", head.headings)
    for row in table(text.stream).rows:
        yield _Line(row.number, _cell(row, email) or row.text, _cell(row, kind), _cell(row, reason), row.problem)


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _take(line: _Line, seen: dict[str, int]) -> Finding:
    email, told = line.email[:254], line.kind
    try:
        reader, kind = _read(line, seen)
        now = timezone.now()
        delivery = last_delivery(reader, now, WITHIN)
        if kind == Kind.SOFT and delivery is None:
            raise ValidationError(f"No issue was sent to this address in the last {WITHIN.days} days.")
    except ValidationError as error:
        return Finding(line.number, email, told[:40], Verdict.REFUSED, error.messages[0])
    outcome = record(kind, delivery, reader, now, line.reason)
    verdict = {Outcome.STOPPED: Verdict.STOPPED, Outcome.KEPT: Verdict.KEPT, Outcome.NOTHING: Verdict.KNOWN}[outcome]
    return Finding(line.number, email, kind.label, verdict)


def _read(line: _Line, seen: dict[str, int]) -> tuple[Reader, Kind]:
    if line.problem:
        raise ValidationError(line.problem)
    kind = KINDS.get(line.kind.lower())
    if kind is None:
        raise ValidationError("The column “kind” must say hard, soft or complaint.")
    normalised = same(email_in(line.email))
    first = seen.setdefault(normalised, line.number)
    if first != line.number:
        raise ValidationError(f"The same address is in line {first}.")
    reader = Reader.objects.filter(normalised=normalised).first()
    if reader is None:
        raise ValidationError("No reader has this address.")
    return reader, kind
