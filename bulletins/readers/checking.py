"""Says of each row of a file about readers whether it can be taken, and if not, why."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from bulletins.readers import addresses
from bulletins.readers.columns import Layout, Refusal, Role, area_names
from bulletins.readers.csv_lines import Row
from bulletins.readers.mailboxes import email_in
from bulletins.readers.models import ForgottenAddress, Reader, ReaderImport, Reason, State
from core.open_forms import NOT_TEXT
from mail.server import why_not
from taxonomy.models import Facet, Term

KNOWN = {
    State.PENDING: "Waits for its own confirmation already.",
    State.CONFIRMED: "Gets the e-bulletin already.",
    State.UNSUBSCRIBED: "Has unsubscribed here. Only the person can come back, with the form.",
    State.SUPPRESSED: "Is suppressed here: {reason}.",
}
ForgottenReason = ForgottenAddress.ForgottenReason
FORGOTTEN = {
    ForgottenReason.ERASED: "Was erased at the person’s wish. Only the person can come back, with the form.",
    ForgottenReason.UNSUBSCRIBED: "Unsubscribed here long ago. Only the person can come back, with the form.",
    ForgottenReason.LISTED: "Is on a suppression list that was imported here. Only the person can come back, with the form.",
}
ALREADY_OUT = "Gets no mail from here already."
NO_REFUSAL = "Nothing in this line says no, and this list is for those who refused."
COMPLAINT = re.compile(r"complain|spam|abuse", re.IGNORECASE)
BOUNCE = re.compile(r"bounce|clean|undeliver|invalid", re.IGNORECASE)


@dataclass(slots=True)
class Accepted:
    """A reader to be, or an email to be suppressed: for a Reason, or because the person left."""

    email: str
    areas: list[int] = field(default_factory=list)
    consent: str = ""
    reason: str = ""


@dataclass(slots=True)
class Batch:
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)  # number of the line, reason, what stood there
    last: int = 0  # number of the last line


class Checker:
    """Checks the rows of one file. Asks the database once for each batch."""

    def __init__(self, layout: Layout, kind: str, areas: Mapping[str, int]) -> None:
        self._layout = layout
        self._suppressing = kind == ReaderImport.Kind.SUPPRESSION
        self._areas = areas
        # 16 bytes an email, whatever its length:
        self._seen: dict[int, int] = {}
        self._said_no: dict[int, int] = {}

    def look_for_refusals(self, rows: Iterable[Row]) -> None:
        """Go through the whole file first: who says no in one line is not imported from another."""
        for row in rows:
            if not row.problem and self._layout.refusal(row.cells):
                try:
                    self._said_no.setdefault(_key(self._email(row)), row.number)
                except ValidationError:
                    continue

    def check(self, rows: list[Row]) -> Batch:
        batch = Batch(last=rows[-1].end)
        found: list[tuple[Row, Accepted]] = []
        for row in rows:
            try:
                found.append((row, self._read(row)))
            except ValidationError as error:
                batch.refused.append((row.number, error.messages[0], self._shown(row)))
        known = already_out(found) if self._suppressing else known_here(one.email for _, one in found)
        for row, one in found:
            if reason := known.get(addresses.same(one.email)):
                batch.refused.append((row.number, reason, one.email))
            else:
                batch.accepted.append(one)
        batch.refused.sort()
        return batch

    def pass_over(self, rows: Iterable[Row]) -> None:
        """Remember rows that were dealt with before, so that later ones are known as duplicates."""
        for row in rows:
            try:
                self._read(row)
            except ValidationError:
                continue

    def _read(self, row: Row) -> Accepted:
        email = self._email(row)
        refusal = self._layout.refusal(row.cells)
        key = _key(email)
        if self._suppressing:
            if self._layout.says_who_refused and not refusal:
                raise ValidationError(NO_REFUSAL)
        elif refusal:
            raise ValidationError(refusal.reason)
        elif line := self._said_no.get(key):
            raise ValidationError(f"The same address says no in line {line}.")
        elif why := why_not(email):
            raise ValidationError(why)
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            raise ValidationError(f"The same address stands in line {first}.")
        if self._suppressing:
            return Accepted(email, reason=_reason(refusal))
        return Accepted(email, self._areas_of(row), self._layout.cell(Role.CONSENT, row.cells)[:2000])

    def _email(self, row: Row) -> str:
        if row.problem:
            raise ValidationError(row.problem)
        text = self._layout.cell(Role.EMAIL, row.cells)
        if NOT_TEXT in text:
            raise ValidationError("Some characters could not be read. Save the file as “CSV UTF-8”.")
        if text:
            try:
                return email_in(text)
            except ValidationError:
                if len(row.cells) <= len(self._layout.columns):
                    raise
        if len(row.cells) > len(self._layout.columns):
            raise ValidationError(
                "There are more cells in this line than columns. A cell with a comma in it needs quotation marks."
            )
        raise ValidationError("There is no mail address in this line.")

    def _shown(self, row: Row) -> str:
        """What the report shows of a refused row: the email as we write it, so that erasing a reader finds it there."""
        try:
            return self._email(row)
        except ValidationError:
            return (self._layout.cell(Role.EMAIL, row.cells) or row.text)[:254]

    def _areas_of(self, row: Row) -> list[int]:
        found: dict[int, None] = {}
        for name in area_names(self._layout.cell(Role.AREAS, row.cells)):
            pk = self._areas.get(name.casefold())
            if pk is None:
                raise ValidationError(f"There is no service area “{name[:80]}”.")
            found[pk] = None
        return list(found)


def area_ids() -> dict[str, int]:
    """Every service area and group by slug and by label, the merged ones as what they were merged into."""
    rows = list(Term.all_objects.filter(facet=Facet.AREA).values_list("pk", "slug", "label", "merged_into_id"))
    named = {label.casefold(): merged or pk for pk, _, label, merged in sorted(rows, key=lambda row: row[3] is None)}
    return named | {slug.casefold(): merged or pk for pk, slug, _, merged in rows}


def known_here(emails: Iterable[str]) -> dict[str, str]:
    """Why those of these emails that are known here are not imported. Three queries at most."""
    keys = {addresses.same(email): addresses.hashes(email) for email in emails}
    of_hash = {one: same for same, several in keys.items() for one in several}
    known: dict[str, str] = {}
    for key, why in ForgottenAddress.objects.filter(key__in=of_hash).values_list("key", "why"):
        known[of_hash[key]] = FORGOTTEN.get(ForgottenReason(why)) or _suppressed(why)
    for normalised, state, reason in Reader.objects.filter(normalised__in=keys).values_list(
        "normalised", "state", "reason"
    ):
        known[normalised] = _suppressed(reason) if state == State.SUPPRESSED else KNOWN[State(state)]
    return known


def already_out(found: Iterable[tuple[Row, Accepted]]) -> dict[str, str]:
    """Which of these need no suppressing. Somebody who left can still be found to bounce or to have complained."""
    reasons = {addresses.same(one.email): one.reason for _, one in found}
    known = known_here(one.email for _, one in found)
    still_in = (KNOWN[State.PENDING], KNOWN[State.CONFIRMED])
    left = KNOWN[State.UNSUBSCRIBED]
    return {
        same: ALREADY_OUT
        for same, told in known.items()
        if told not in still_in and not (told == left and reasons[same])
    }


def _suppressed(reason: str) -> str:
    return KNOWN[State.SUPPRESSED].format(reason=Reason(reason).label)


def _reason(refusal: Refusal | None) -> str:
    told = f"{refusal.heading} {refusal.cell}" if refusal else ""
    if COMPLAINT.search(told):
        return Reason.COMPLAINT.value
    return Reason.BOUNCE.value if BOUNCE.search(told) else ""


def _key(email: str) -> int:
    return hash(addresses.same(email))
