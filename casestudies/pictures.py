"""What the page of a case study draws: figures side by side, outcomes as bars, a timeline. Each says the same in text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casestudies import wording
from casestudies.rows import Cost, Milestone, Outcome, PeopleCount
from core import dates

# One number, with what may stand before and behind it; “58 to 60” and “2 of 5” are none.
_NUMBER = re.compile(r"\D{0,20}?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,15})?)[^\d]{0,40}")
_NEGATIVE = re.compile(r"[-−–]\s?[£$€]?\d")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at a glance: the number, what it is, and the rest in small type."""

    figure: str
    label: str
    rest: str


@dataclass(frozen=True, slots=True)
class Change:
    """A measured change. `bars` are the lengths of before and after, of 100; none where they are not both numbers."""

    row: Outcome
    measured: str
    verification: str
    bars: tuple[float, float] | None


def costs(rows: Sequence[Cost]) -> list[Figure]:
    """Those that have a figure, in the editors' order."""
    found = [(row, wording.cost_figure(row)) for row in rows]
    return [
        Figure(figure, row.get_kind_display(), ", ".join(filter(None, [row.paid_for, row.period])))
        for row, figure in found
        if figure
    ]


def people(rows: Sequence[PeopleCount]) -> list[Figure]:
    found = [(row, wording.people_figure(row)) for row in rows]
    return [
        Figure(figure, wording.capitalised(wording.people_label(row)), row.period) for row, figure in found if figure
    ]


def timeline(rows: Sequence[Milestone]) -> list[tuple[str, str, str]]:
    """Month for machines, month in words and what happened, the earliest first."""
    dated = sorted(((row.date, row.text) for row in rows if row.date), key=lambda pair: pair[0])
    return [(f"{day:%Y-%m}", dates.month(day), text) for day, text in dated]


def outcomes(rows: Sequence[Outcome]) -> list[Change]:
    return [
        Change(row, dates.month(row.date) if row.date else "", row.get_verification_display(), bars(row))
        for row in rows
    ]


def bars(row: Outcome) -> tuple[float, float] | None:
    before, after = amount(row.before), amount(row.after)
    if before is None or after is None:
        return None
    largest = max(before, after) or 1.0
    return round(100 * before / largest, 1), round(100 * after / largest, 1)


def amount(text: str) -> float | None:
    """The number of a value as reported, such as “58”, “41 per cent” or “£1,200”; None where it is not one number."""
    found = _NUMBER.fullmatch(text.strip())
    return float(found["number"].replace(",", "")) if found and not _NEGATIVE.search(text) else None
