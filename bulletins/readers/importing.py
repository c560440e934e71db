"""Readers who consented elsewhere, or who refused, from a file: first every line is checked, then the good ones are taken.

Both go in batches, each in one transaction with the place that it has reached, so a killed worker loses nothing and
does nothing twice; `manage.py jobs` starts again what stopped.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from bulletins.readers import addresses, columns, workbooks
from bulletins.readers.checking import Accepted, Batch, Checker, area_ids, known_here
from bulletins.readers.columns import Layout
from bulletins.readers.consent_words import recorded
from bulletins.readers.csv_lines import Text, Unreadable, decoded, table
from bulletins.readers.models import Consent, ConsentEvent, Reader, ReaderArea, ReaderImport, RefusedLine, Source, State
from bulletins.readers.suppressing import suppress

BATCH = 500
LARGEST = 20 * 1024 * 1024  # bytes of a file: some 400,000 addresses
STUCK = datetime.timedelta(minutes=5)
Step = ReaderImport.Step


def start(
    content: bytes, file_name: str, statement: str, by: object = None, kind: str = ReaderImport.Kind.READERS
) -> ReaderImport:
    """A file to be checked; nothing is imported yet."""
    return ReaderImport.objects.create(
        content=content,
        file_name=file_name[-200:],
        kind=kind,
        statement=statement,
        by=by,  # type: ignore[misc]
        lines=_count_lines(content),
    )


def _count_lines(content: bytes) -> int:
    return content.count(b"\n") + (not content.endswith(b"\n"))


def check_again(run: ReaderImport, layout: Layout) -> bool:
    """Let a file that was checked be checked with other columns. Whether it was waiting for that."""
    return _leave_checked(run, Step.CHECKING, columns=layout.as_json())


def go_on(run: ReaderImport) -> bool:
    """Let a file that was checked be imported. Whether it was waiting for that: two clicks import once."""
    return _leave_checked(run, Step.IMPORTING)


def _leave_checked(run: ReaderImport, step: str, **changes: Any) -> bool:
    waiting = ReaderImport.objects.filter(pk=run.pk, step=Step.CHECKED, content__isnull=False)
    now = timezone.now()
    with transaction.atomic():
        if not waiting.update(step=step, read=0, good=0, refused=0, touched_at=now, **changes):
            return False
        RefusedLine.objects.filter(run=run).delete()
    return True


def work_through(import_id: int) -> None:
    """Do the rest of the step that an import is in. Where two processes do this, one of them stops."""
    run = ReaderImport.objects.filter(pk=import_id).first()
    if run is None or not run.running or run.content is None:
        return
    try:
        areas = area_ids()
        text = _opened(run, areas)
        for batch in _batches(run, text, areas):
            if not take(run, batch):
                return
    except Unreadable as problem:
        ReaderImport.objects.filter(pk=run.pk).update(step=Step.FAILED, note=str(problem), content=None, columns=[])
        return
    if run.step == Step.CHECKING:
        done: dict[str, Any] = {"step": Step.CHECKED, "note": text.note or run.note}
    else:
        kept = Layout.from_json(run.columns).without_examples()
        done = {"step": Step.DONE, "content": None, "columns": kept.as_json()}
    ReaderImport.objects.filter(pk=run.pk, step=run.step, read=run.read).update(touched_at=timezone.now(), **done)


def _opened(run: ReaderImport, areas: Mapping[str, int]) -> Text:
    """The text of the file. A workbook is kept as CSV from then on, and every file with what its columns hold."""
    content = bytes(run.content or b"")
    plain = workbooks.as_csv(content)
    text = decoded(plain.content)
    changes: dict[str, Any] = {}
    if plain.content != content:
        changes = {"content": plain.content, "lines": _count_lines(plain.content), "note": plain.note}
    if not run.columns:
        changes["columns"] = columns.choose(table(text.stream), areas).as_json()
    for name, value in changes.items():
        setattr(run, name, value)
    if changes:
        ReaderImport.objects.filter(pk=run.pk, step=run.step, read=run.read).update(**changes)
    return text


def _batches(run: ReaderImport, text: Text, areas: Mapping[str, int]) -> Iterator[Batch]:
    checker = Checker(Layout.from_json(run.columns), run.kind, areas)
    checker.look_for_refusals(table(text.stream).rows)
    rows = table(text.stream).rows
    while found := list(islice(rows, BATCH)):
        before = [row for row in found if row.end <= run.read]
        checker.pass_over(before)
        if ahead := found[len(before) :]:
            yield checker.check(ahead)


def take(run: ReaderImport, batch: Batch) -> bool:
    """Write down a batch, and import it where that is the step. False where somebody else has gone on with this file."""
    with transaction.atomic():
        held = ReaderImport.objects.select_for_update().defer("content").filter(pk=run.pk).first()
        if held is None or (held.step, held.read, held.columns) != (run.step, run.read, run.columns):
            return False
        if run.step == Step.IMPORTING and run.suppresses:
            suppress(run, batch.accepted)
        elif run.step == Step.IMPORTING:
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
        known = known_here(one.email for one in batch.accepted)
        for one in list(batch.accepted):
            if reason := known.get(addresses.same(one.email)):
                batch.accepted.remove(one)
                batch.refused.append((batch.last, reason, one.email))
        _make(run, batch.accepted)


def _make(run: ReaderImport, accepted: Sequence[Accepted]) -> None:
    now = timezone.now()
    readers = Reader.objects.bulk_create(
        Reader(
            address=one.email,
            normalised=addresses.same(one.email),
            state=State.CONFIRMED,
            came_by=Source.IMPORT,
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
            act=ConsentEvent.CONFIRMED,
            how=Source.IMPORT,
            words=recorded(one.consent, run.statement),
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
