"""Readers who consented elsewhere, from a CSV file: first every line is checked, then the good ones are imported.

Both go in batches, each in one transaction with the place that it has reached, so a killed worker loses nothing and
does nothing twice; `manage.py jobs` starts again what stopped.
"""

import datetime
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from bulletins.readers import addresses
from bulletins.readers.csv_lines import Line, Unreadable, decoded, lines
from bulletins.readers.models import (
    Act,
    Consent,
    ForgottenAddress,
    How,
    Reader,
    ReaderArea,
    ReaderImport,
    Reason,
    RefusedLine,
    State,
)
from home.open_forms import NOT_TEXT
from taxonomy.models import Facet, Term

BATCH = 500
LARGEST = 20 * 1024 * 1024  # bytes of a file: some 400,000 addresses
STUCK = datetime.timedelta(minutes=5)
Step = ReaderImport.Step

KNOWN = {
    State.PENDING: "Waits for its own confirmation already.",
    State.CONFIRMED: "Gets the e-bulletin already.",
    State.UNSUBSCRIBED: "Has unsubscribed here. Only the person can come back, with the form.",
    State.SUPPRESSED: "Is suppressed here: {reason}.",
}
FORGOTTEN = {
    ForgottenAddress.Why.ERASED: "Was erased at the person’s wish. Only the person can come back, with the form.",
    ForgottenAddress.Why.UNSUBSCRIBED: "Unsubscribed here long ago. Only the person can come back, with the form.",
}


@dataclass(slots=True)
class Accepted:
    """A reader to be."""

    address: str
    areas: list[int]
    consent: str


@dataclass(slots=True)
class Batch:
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)  # number of the line, reason, what stood there
    last: int = 0  # number of the last line


class Checker:
    """Says of each line whether it can be imported. Asks the database once for each batch."""

    def __init__(self) -> None:
        self._areas = _areas()
        self._seen: dict[int, int] = {}  # 16 bytes an address, whatever its length

    def check(self, rows: list[Line]) -> Batch:
        batch = Batch(last=rows[-1].end)
        found: list[tuple[Line, Accepted]] = []
        for line in rows:
            try:
                found.append((line, self._read(line)))
            except ValidationError as error:
                batch.refused.append((line.number, error.messages[0], line.cells.get("email", line.text)[:254]))
        known = _known(one.address for _, one in found)
        for line, one in found:
            reason = known.get(addresses.same(one.address))
            if reason:
                batch.refused.append((line.number, reason, one.address))
            else:
                batch.accepted.append(one)
        batch.refused.sort()
        return batch

    def pass_over(self, rows: Iterable[Line]) -> None:
        """Remember lines that were dealt with before, so that later ones are known as duplicates."""
        for line in rows:
            try:
                self._read(line)
            except ValidationError:
                continue

    def _read(self, line: Line) -> Accepted:
        if line.problem:
            raise ValidationError(line.problem)
        text = line.cells.get("email", "")
        if not text:
            raise ValidationError("There is no mail address in this line.")
        if NOT_TEXT in text:
            raise ValidationError("Some characters could not be read. Save the file as “CSV UTF-8”.")
        try:
            address = addresses.normalise(text)
        except ValidationError:
            raise ValidationError("This is not a mail address.") from None
        state = line.cells.get("state", "").lower()
        if state not in ("", State.CONFIRMED, "subscribed", "active"):
            raise ValidationError(f"The column “state” says “{state[:40]}”: only “confirmed” is imported.")
        key = hash(addresses.same(address))
        first = self._seen.setdefault(key, line.number)
        if first != line.number:
            raise ValidationError(f"The same address stands in line {first}.")
        return Accepted(address, self._areas_of(line), line.cells.get("consent", "")[:2000])

    def _areas_of(self, line: Line) -> list[int]:
        found: dict[int, None] = {}
        for name in line.cells.get("areas", "").replace("|", ";").split(";"):
            if name := name.strip():
                pk = self._areas.get(name.casefold())
                if pk is None:
                    raise ValidationError(f"There is no service area “{name[:80]}”.")
                found[pk] = None
        return list(found)


def _areas() -> dict[str, int]:
    """Every service area and group by slug and by label, the merged ones as what they were merged into."""
    rows = list(Term.every.filter(facet=Facet.AREA).values_list("pk", "slug", "label", "merged_into_id"))
    named = {label.casefold(): merged or pk for pk, _, label, merged in sorted(rows, key=lambda row: row[3] is None)}
    return named | {slug.casefold(): merged or pk for pk, slug, _, merged in rows}


def _known(found: Iterable[str]) -> dict[str, str]:
    """Why those of these addresses that are known here are not imported. Three queries at most."""
    keys = {addresses.same(address): addresses.hashes(address) for address in found}
    of_hash = {one: same for same, several in keys.items() for one in several}
    known: dict[str, str] = {}
    for key, why in ForgottenAddress.objects.filter(key__in=of_hash).values_list("key", "why"):
        known[of_hash[key]] = FORGOTTEN.get(ForgottenAddress.Why(why)) or _suppressed(why)
    for normalised, state, reason in Reader.objects.filter(normalised__in=keys).values_list(
        "normalised", "state", "reason"
    ):
        known[normalised] = _suppressed(reason) if state == State.SUPPRESSED else KNOWN[State(state)]
    return known


def _suppressed(reason: str) -> str:
    return KNOWN[State.SUPPRESSED].format(reason=Reason(reason).label)


def start(content: bytes, file_name: str, statement: str, by: object = None) -> ReaderImport:
    """A file to be checked; nothing is imported yet."""
    return ReaderImport.objects.create(
        content=content,
        file_name=file_name[-200:],
        statement=statement,
        by=by,  # type: ignore[misc]
        lines=content.count(b"\n") + (not content.endswith(b"\n")),
    )


def go_on(run: ReaderImport) -> bool:
    """Let a file that was checked be imported. Whether it was waiting for that: two clicks import once."""
    waiting = ReaderImport.objects.filter(pk=run.pk, step=Step.CHECKED, content__isnull=False)
    now = timezone.now()
    with transaction.atomic():
        if not waiting.update(step=Step.IMPORTING, read=0, good=0, refused=0, touched_at=now):
            return False
        RefusedLine.objects.filter(run=run).delete()
    return True


def work_through(import_id: int) -> None:
    """Do the rest of the step that an import is in. Where two processes do this, one of them stops."""
    run = ReaderImport.objects.filter(pk=import_id).first()
    if run is None or not run.running or run.content is None:
        return
    text = decoded(bytes(run.content))
    try:
        for batch in _batches(text.stream, run.read):
            if not _take(run, batch):
                return
    except Unreadable as problem:
        ReaderImport.objects.filter(pk=run.pk).update(step=Step.FAILED, note=str(problem), content=None)
        return
    done: dict[str, Any] = {"step": Step.DONE, "content": None}
    if run.step == Step.CHECKING:
        done = {"step": Step.CHECKED, "note": text.note}
    ReaderImport.objects.filter(pk=run.pk, step=run.step, read=run.read).update(touched_at=timezone.now(), **done)


def _batches(stream: io.TextIOBase, reached: int) -> Iterator[Batch]:
    checker = Checker()
    rows = lines(stream)
    while found := list(islice(rows, BATCH)):
        before = [line for line in found if line.end <= reached]
        checker.pass_over(before)
        if ahead := found[len(before) :]:
            yield checker.check(ahead)


def _take(run: ReaderImport, batch: Batch) -> bool:
    """Write down a batch, and import it where that is the step. False where somebody else has gone on with this file."""
    with transaction.atomic():
        held = ReaderImport.objects.select_for_update().defer("content").filter(pk=run.pk).first()
        if held is None or held.step != run.step or held.read != run.read:
            return False
        if run.step == Step.IMPORTING:
            _import(run, batch)
        RefusedLine.objects.bulk_create(
            RefusedLine(run=run, line=line, reason=reason[:300], text=text[:254])
            for line, reason, text in batch.refused
        )
        held.read = run.read = batch.last
        held.good += len(batch.accepted)
        held.refused += len(batch.refused)
        held.touched_at = timezone.now()
        held.save(update_fields=["read", "good", "refused", "touched_at"])
    return True


def _import(run: ReaderImport, batch: Batch) -> None:
    """Make the readers. Who signed up since the batch was checked is refused like everybody who is known."""
    try:
        with transaction.atomic():
            _make(run, batch.accepted)
    except IntegrityError:
        known = _known(one.address for one in batch.accepted)
        for one in list(batch.accepted):
            if reason := known.get(addresses.same(one.address)):
                batch.accepted.remove(one)
                batch.refused.append((batch.last, reason, one.address))
        _make(run, batch.accepted)


def _make(run: ReaderImport, accepted: list[Accepted]) -> None:
    now = timezone.now()
    readers = Reader.objects.bulk_create(
        Reader(
            address=one.address,
            normalised=addresses.same(one.address),
            state=State.CONFIRMED,
            came_by=How.IMPORT,
            created_at=now,
            confirmed_at=now,
        )
        for one in accepted
    )
    pairs = list(zip(readers, accepted, strict=True))
    Consent.objects.bulk_create(
        Consent(
            reader=reader,
            at=now,
            act=Act.CONFIRMED,
            how=How.IMPORT,
            words=one.consent or run.statement,
            by_id=run.by_id,
        )
        for reader, one in pairs
    )
    ReaderArea.objects.bulk_create(
        ReaderArea(reader=reader, term_id=area) for reader, one in pairs for area in one.areas
    )


def resume_stuck() -> None:
    """Go on with imports whose worker was killed."""
    stuck = ReaderImport.objects.filter(
        step__in=(Step.CHECKING, Step.IMPORTING), touched_at__lt=timezone.now() - STUCK
    ).values_list("pk", flat=True)
    for pk in list(stuck):
        work_through(pk)
