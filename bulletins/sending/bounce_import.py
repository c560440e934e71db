"""Bounces from a CSV file, for sites whose provider sends no webhooks: somebody lists what came back to the mailbox."""

import datetime
import enum
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from bulletins.readers import csv_lines
from bulletins.readers.addresses import normalise, same
from bulletins.readers.csv_lines import Line
from bulletins.readers.models import Reader
from bulletins.sending.bounces import Kind, Outcome, last_delivery, record

NAMES: csv_lines.Names = {
    "email": csv_lines.NAMES["email"],
    "kind": ("kind", "type", "bouncetype", "bounce"),
    "reason": ("reason", "error", "diagnostic", "description"),
}
KINDS = {
    **dict.fromkeys(("hard", "permanent", "hard bounce"), Kind.HARD),
    **dict.fromkeys(("soft", "temporary", "transient", "soft bounce"), Kind.SOFT),
    **dict.fromkeys(("complaint", "spam", "abuse", "spam complaint"), Kind.COMPLAINT),
}
# A file may be about an issue that went out a good while ago, but not about the issue before it.
WITHIN = datetime.timedelta(days=60)


class Verdict(enum.StrEnum):
    STOPPED = "gets no more mail"
    KEPT = "counted for the issue"
    KNOWN = "nothing new"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the file and what becomes of it; `why` explains a refusal."""

    line: int
    address: str
    kind: str
    verdict: Verdict
    why: str = ""


def take_in(content: bytes, *, dry_run: bool) -> Iterator[Finding]:
    """Do what the lines say, each for itself; a dry run undoes it. Raises Unreadable."""
    seen: dict[str, int] = {}
    with transaction.atomic():
        for line in csv_lines.lines(csv_lines.decoded(content).stream, NAMES, ("email", "kind")):
            yield _take(line, seen)
        transaction.set_rollback(dry_run)


def _take(line: Line, seen: dict[str, int]) -> Finding:
    address, told = line.cells.get("email", line.text)[:254], line.cells.get("kind", "")
    try:
        reader, kind = _read(line, seen)
        now = timezone.now()
        delivery = last_delivery(reader, now, WITHIN)
        if kind == Kind.SOFT and delivery is None:
            raise ValidationError(f"No issue was sent to this address in the last {WITHIN.days} days.")
    except ValidationError as error:
        return Finding(line.number, address, told[:40], Verdict.REFUSED, error.messages[0])
    outcome = record(kind, delivery, reader, now, line.cells.get("reason", ""))
    verdict = {Outcome.STOPPED: Verdict.STOPPED, Outcome.KEPT: Verdict.KEPT, Outcome.NOTHING: Verdict.KNOWN}[outcome]
    return Finding(line.number, address, kind.label, verdict)


def _read(line: Line, seen: dict[str, int]) -> tuple[Reader, Kind]:
    if line.problem:
        raise ValidationError(line.problem)
    kind = KINDS.get(line.cells.get("kind", "").lower())
    if kind is None:
        raise ValidationError("The column “kind” must say hard, soft or complaint.")
    try:
        normalised = same(normalise(line.cells.get("email", "")))
    except ValidationError:
        raise ValidationError("This is not a mail address.") from None
    first = seen.setdefault(normalised, line.number)
    if first != line.number:
        raise ValidationError(f"The same address stands in line {first}.")
    reader = Reader.objects.filter(normalised=normalised).first()
    if reader is None:
        raise ValidationError("No reader has this address.")
    return reader, kind
