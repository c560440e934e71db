"""What each column of a file about readers holds, judged by its heading and by what stands in it."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from django.db import models

from bulletins.readers import consent_words
from bulletins.readers.csv_lines import Table, Unreadable
from bulletins.readers.mailboxes import is_email

SAMPLE = 500  # rows by which a column is judged
MOST = 100  # columns
EMAIL = ("email", "mail", "mailaddress", "emailaddress", "mailbox", "useremail", "subscriberemail", "contactemail")
MAYBE_EMAIL = ("address",)  # more often a street
AREAS = ("serviceareas", "servicearea")
MAYBE_AREAS = ("areas", "area")
CONSENT = ("consent", "statement")
# Headings as the usual mail programs, and people, write them; without spaces, marks and digits.
# About something else than mail to this person, or no answer of theirs.
NOT_ASKED = re.compile(
    r"sms|phone|mobile|whatsapp|fax|postal|bypost|directmail|textmessage|bytext|calls?$|photo|image|video|filming"
    r"|(link|url|token|key|hash|code)$"
)
UNWANTED = re.compile(
    r"unsub|opt(ed|s|ing)?out|blacklist|blocklist|blocked|donot|dont(e?mail|contact|send)|^dnc|suppress"
    r"|bounced|bounce(at|date|time|reason|type)|hardbounce|complain|spamreport|^spam$"
    r"|^clean(ed)?((time|date|at|campaign).*)?$|^(cancell?ed|removed|deleted|erased)(at|on|date|time)?$"
    r"|withdr[ae]w|revoked|objected|objection|disabled|nobulk|onhold|undeliverab|churn(ed)?(date|at)|refused|declined"
    r"|^no(t)?(e?mails?|newsletters?|bulletins?|contact|subscribed|consent|marketing)"
)
WANTED = re.compile(
    r"consent|opt(ed|s)?in|subscribed|subscriptionstatus|emailsubscription|^subscri(ption|ber|be)$|confirmed|permission"
    r"|accepts(e?mail|marketing)|marketing|newsletter|bulletin|mailinglist|agree[ds]?|gdpr|receive|wants(e?mail|updates)"
    r"|(may|can|okto|happyto)(we)?(e?mail|contact|hear)|contactable|hearfrom|keepintouch|^active$|isactive|enabled|verified"
)
STATE = re.compile(r"(state|status|^type|(member|subscriber|contact)type)$")


class Role(models.TextChoices):
    EMAIL = "email", "Email"
    AREAS = "areas", "Service areas"
    CONSENT = "consent", "Words of consent; a no refuses the line"
    WANTED = "wanted", "Yes or no; a no refuses the line"
    UNWANTED = "unwanted", "Refusals; anything but a no refuses the line"
    STATE = "state", "State; only “confirmed” and the like are taken"
    UNUSED = "unused", "Not used"


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    role: str
    example: str = ""
    is_ticked: bool = False  # holds yes, perhaps no, and nothing else: an empty cell is a box that nobody ticked


@dataclass(frozen=True, slots=True)
class Refusal:
    """The cell that says no."""

    heading: str
    cell: str
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    columns: tuple[Column, ...]

    def cell(self, role: Role, cells: Sequence[str]) -> str:
        """What stands in the column of this role; empty where there is none."""
        for column, cell in zip(self.columns, cells, strict=False):
            if column.role == role:
                return cell
        return ""

    def refusal(self, cells: Sequence[str]) -> Refusal | None:
        """The first cell of a row that says no to mail."""
        for place, column in enumerate(self.columns):
            cell = cells[place] if place < len(cells) else ""
            if reason := _refusal(column, cell):
                return Refusal(column.heading, cell, reason)
        return None

    @property
    def says_who_refused(self) -> bool:
        """Whether a column is about that."""
        return any(column.role in (Role.CONSENT, Role.WANTED, Role.UNWANTED, Role.STATE) for column in self.columns)

    @property
    def unused(self) -> list[str]:
        """The headings of the columns of which nothing is kept."""
        return [column.heading for column in self.columns if column.role == Role.UNUSED]

    def told(self) -> str:
        """What is not used, in a sentence; empty where all is."""
        named = ", ".join(f"“{heading}”" for heading in self.unused[:20])
        more = f" and {len(self.unused) - 20} more" if len(self.unused) > 20 else ""
        return f"Columns that are not used: {named}{more}." if named else ""

    def with_roles(self, roles: Sequence[str]) -> "Layout":
        return Layout(tuple(replace(column, role=role) for column, role in zip(self.columns, roles, strict=True)))

    def without_examples(self) -> "Layout":
        """What may be kept for good."""
        return Layout(tuple(replace(column, example="") for column in self.columns))

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_json(cls, kept: list[dict[str, Any]]) -> "Layout":
        return cls(tuple(Column(**column) for column in kept))


def _refusal(column: Column, cell: str) -> str:
    """Why this cell refuses its row; empty where it does not."""
    said = f"The column “{column.heading}” says “{cell[:40]}”"
    match column.role:
        case Role.EMAIL | Role.AREAS:
            return ""
        case Role.CONSENT | Role.WANTED if column.is_ticked and consent_words.says_nothing(cell):
            return f"The column “{column.heading}” is empty here, and says yes of others."
        case Role.CONSENT | Role.WANTED:
            no = consent_words.says_no(cell)
        case Role.UNWANTED:
            no = consent_words.refuses(cell)
        case Role.STATE:
            wrong = not consent_words.says_nothing(cell) and not consent_words.state(cell)
            return f"{said}: only “confirmed” is imported." if wrong else ""
        case _:
            no = consent_words.is_refusal(cell)
    return f"{said}: who refused is not imported." if no else ""


def choose(table: Table, areas: Collection[str]) -> Layout:
    """The roles of a file's columns; `areas` are the names of service areas in small letters. Raises Unreadable."""
    sample = [row.cells for row in islice(table.rows, SAMPLE) if not row.problem]
    names = [squashed(heading) for heading in table.headings]
    email = email_place(table.headings, sample)
    columns: list[Column] = []
    for place, heading in enumerate(table.headings):
        values = [cells[place] for cells in sample if place < len(cells) and cells[place]]
        role = Role.EMAIL if place == email else _role(names[place], values, areas)
        if role in (Role.AREAS, Role.CONSENT) and any(column.role == role for column in columns):
            role = Role.UNUSED if role == Role.AREAS else Role.WANTED
        title = heading[:80] or f"column {place + 1}"
        columns.append(Column(title, role.value, values[0][:80] if values else "", _is_ticked(values)))
    return Layout(tuple(columns))


def email_place(headings: list[str], sample: list[list[str]]) -> int:
    """Which column holds the emails. Raises Unreadable where none does, or where the first line names no columns."""
    if any(map(is_email, headings)):
        raise missing("email", headings)
    if len(headings) > MOST:
        raise Unreadable(f"The file has {len(headings)} columns. Keep only those that are needed, up to {MOST}.")
    names = [squashed(heading) for heading in headings]
    shares = [share(place, sample, is_email) for place in range(len(headings))]
    ways: list[Callable[[int], bool]] = [
        lambda place: names[place] in EMAIL and shares[place] > 0,
        lambda place: shares[place] >= 0.5,
        lambda place: names[place] in EMAIL,
        lambda place: names[place] in MAYBE_EMAIL and (shares[place] > 0 or not sample),
    ]
    for way in ways:
        found = [place for place in range(len(headings)) if way(place)]
        if found:
            return max(found, key=lambda place: (names[place] in EMAIL, shares[place], -place))
    raise missing("email", headings)


def missing(name: str, headings: list[str]) -> Unreadable:
    told = ", ".join(f"“{heading[:40]}”" for heading in headings[:12]) or "nothing that can be read"
    return Unreadable(f"The first line must name the columns, and one must be called “{name}”. It says: {told}.")


def named_place(
    headings: list[str], sample: list[list[str]], known: Collection[str], fits: Callable[[str], bool]
) -> int | None:
    """Of the columns with a known name, that whose values fit best."""
    found = [place for place, heading in enumerate(headings) if squashed(heading) in known]
    return max(found, key=lambda place: share(place, sample, fits), default=None)


def squashed(heading: str) -> str:
    """The letters of a heading: “E-mail” and “EMAIL 1” are the same."""
    return "".join(char for char in heading.casefold() if char.isalpha())


def share(place: int, sample: list[list[str]], fits: Callable[[str], bool]) -> float:
    """Of the filled cells in a column, the part that fits: 0 to 1."""
    filled = [cells[place] for cells in sample if place < len(cells) and cells[place]]
    return sum(map(fits, filled)) / len(filled) if filled else 0


def area_names(cell: str) -> list[str]:
    """The names in a cell of several service areas."""
    return [name for part in cell.replace("|", ";").split(";") if (name := part.strip())]


def _role(name: str, values: list[str], areas: Collection[str]) -> Role:
    if name in AREAS:
        return Role.AREAS
    if name in MAYBE_AREAS:
        known = any(part.casefold() in areas for value in values for part in area_names(value))
        return Role.AREAS if known or not values else Role.UNUSED
    if name in CONSENT:
        return Role.CONSENT
    if STATE.search(name) and any(consent_words.state(value) is not None for value in values):
        return Role.STATE
    if NOT_ASKED.search(name) and "email" not in name:
        return Role.UNUSED
    if name == "disabled" and not all(value in ("0", "1") for value in values):
        return Role.UNUSED  # of a person, not of an account
    if UNWANTED.search(name):
        return Role.UNWANTED
    return Role.WANTED if WANTED.search(name) else Role.UNUSED


def _is_ticked(values: list[str]) -> bool:
    return any(map(consent_words.says_yes, values)) and all(
        consent_words.says_yes(value) or consent_words.says_no(value) for value in values
    )
