"""The rows of a case study in words, for its page, the CSV of a list, the search index and the editor's form."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from casestudies.rows import Contract, Cost, CostKind, Outcome, PeopleCount, PeopleKind, Period
from core import dates

BASIS = {
    CostKind.TOTAL: "in total",
    CostKind.YEAR: "a year",
    CostKind.PERSON: "a person",
    CostKind.UNIT: "a unit of service",
    CostKind.INVESTMENT: "invested",
    CostKind.SAVING: "saved",
    CostKind.RETURN: "returned",
}
# Which cost stands for the example where there is room for one: what was paid for all of it, if that is known.
COMPARED = (CostKind.TOTAL, CostKind.INVESTMENT, CostKind.YEAR, CostKind.PERSON, CostKind.UNIT)


def pounds(amount: Decimal, upper: Decimal | None = None) -> str:
    """£12,000, £1,234.50, or £30,000 to £200,000."""
    digits = 0 if amount == amount.to_integral() else 2
    return f"£{amount:,.{digits}f}" + (f" to {pounds(upper)}" if upper is not None else "")


def number(lower: int, upper: int | None = None) -> str:
    return f"{lower:,}" + (f" to {upper:,}" if upper is not None else "")


def quoted(words: str) -> str:
    """What the source says, in quotation marks whether or not it was typed with them."""
    said = words.strip('“”" ')
    return f"“{said}”" if said else ""


def cost_figure(row: Cost) -> str:
    """The figure that can be compared; empty where there are only words."""
    if row.amount is not None:
        return pounds(row.amount, row.amount_to)
    return f"{row.ratio.normalize():f} times" if row.ratio is not None else ""


def cost(row: Cost) -> str:
    figure = cost_figure(row)
    basis = "the investment" if row.amount is None else BASIS.get(CostKind(row.kind), "") if row.kind else ""
    said = " ".join(filter(None, [figure, basis])) if figure else quoted(row.words)
    said += f" for {row.paid_for}" if row.paid_for else ""
    said = ", ".join(filter(None, [said, row.period, quoted(row.words) if figure else ""]))
    return f"{said} ({row.source})" if row.source else said


def compared(costs: Iterable[Cost]) -> Cost | None:
    """The cost that stands for the example in a list."""
    there = [row for row in costs if row.amount is not None and row.kind in COMPARED]
    return min(there, key=lambda row: COMPARED.index(CostKind(row.kind)), default=None)


def people_figure(row: PeopleCount) -> str:
    return "" if row.number is None else number(row.number, row.number_to)


def people_label(row: PeopleCount) -> str:
    """What the figure counts: “young people reached”, “staff”."""
    if row.kind in (PeopleKind.STAFF, PeopleKind.VOLUNTEERS):
        return row.unit or row.get_kind_display().lower()
    unit = row.unit or ("person" if row.number == 1 and row.number_to is None else "people")
    return f"{unit} {row.get_kind_display().lower()}".strip()


def people(row: PeopleCount) -> str:
    figure, words = people_figure(row), quoted(row.words)
    said = f"{figure} {people_label(row)}" if figure else f"{words} {people_label(row)}"
    said = ", ".join(filter(None, [said, row.period, words if figure else ""]))
    return f"{said} ({row.source})" if row.source else said


def contract(row: Contract, form: str = "", commissioner: str = "") -> str:
    """The contract in a line; `form` and `commissioner` by name."""
    parts = [
        form,
        f"bought by {commissioner}" if commissioner else "",
        span(row.start, row.end),
        pounds(row.value, row.value_to) if row.value is not None else "",
        quoted(row.words),
        f"reference {row.reference}" if row.reference else "",
    ]
    return capitalised(", ".join(filter(None, parts)))


def span(start: datetime.date | None, end: datetime.date | None) -> str:
    first, last = (dates.month(day) if day else "" for day in (start, end))
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"until {last}" if last else ""


def period(row: Period) -> str:
    words = "; ".join(filter(None, [span(row.start, row.end), row.note]))
    return f"{row.phase}: {words}" if row.phase else capitalised(words)


def outcome(row: Outcome) -> str:
    """One measured change in a line, with what is reported of it."""
    told = {
        "before": row.before,
        "after": row.after,
        "unit": row.unit,
        "measured": dates.month(row.date) if row.date else "",
        "source": row.source,
        "who says so": row.get_verification_display(),
    }
    said = ", ".join(f"{name}: {value}" for name, value in told.items() if value)
    return f"{row.measure} ({said})" if said else row.measure


def capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]
