"""Reads dates and times as people in Britain write them. What cannot be read is refused with a sentence that says why."""

import calendar
import datetime
import re

NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# Every beginning of a month's name that people write, from three letters on.
MONTHS = {
    name[:length].lower(): number for number, name in enumerate(NAMES, start=1) for length in range(3, len(name) + 1)
}
FIRST_YEAR = 1000
DATE_EXAMPLE = "1 April 2005"
TIME_EXAMPLE = "1 April 2005, 09:30"
WRITE_DATE = f"Write day, month and year, for example {DATE_EXAMPLE}."
WRITE_MOMENT = f"Write day, month, year and time, for example {TIME_EXAMPLE}."

_DAY, _NAME, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<name>[a-z]{3,9})\.?", r"(?P<year>[0-9]+)"
_NUMBER, _ORDINAL = r"(?P<number>[0-9]{1,2})", _DAY + r"(?:st|nd|rd|th)?"
_SHAPES = [
    re.compile(shape, re.ASCII | re.IGNORECASE)
    for shape in (
        rf"(?P<year>[0-9]{{4}})(?P<sign>[-/.]){_NUMBER}(?P=sign){_DAY}",  # 2005-04-01
        rf"{_DAY} ?(?P<sign>[-/. ]) ?{_NUMBER} ?(?P=sign) ?{_YEAR}",  # 01/04/2005
        rf"{_ORDINAL}(?: of)?[-,. ]*{_NAME}[-, ]*{_YEAR}",  # 1st April 2005
        rf"{_NAME} ?{_ORDINAL}(?:, ?| ){_YEAR}",  # April 1, 2005
        rf"(?P<year>[0-9]{{4}})[-/.]{_NUMBER}",  # 2005-04
        rf"{_NUMBER} ?[-/.] ?(?P<year>[0-9]{{4}})",  # 04/2005
        rf"{_NAME}[-,/ ]*{_YEAR}",  # April 2005
        rf"{_DAY} ?[-/.] ?{_NUMBER}",  # 1/4
        rf"{_ORDINAL}(?: of)?[-,. ]*{_NAME}",  # 1 April
        r"(?P<year>[0-9]{4})",
    )
]
_TIME = re.compile(
    r"(?P<date>.+?)(?:,? at |, ?| )"
    r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?: ?(?P<half>[ap]m))?",
    re.ASCII | re.IGNORECASE,
)
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?",
    re.ASCII | re.IGNORECASE,
)


class NotADate(ValueError):
    """Why a text is not a date, in sentences for the person who typed it."""


def read_date(text: str) -> datetime.date:
    """A date: `1 April 2005`, `01/04/2005`, `1.4.2005`, `1 Apr 2005` or `2005-04-01`. The day comes before the month."""
    return _day(text, WRITE_DATE)


def read_month(text: str, *, last_day: bool = False) -> datetime.date:
    """A date, of which the day may be missing: then the first or the last day of the month."""
    year, month, day = _parts(text, WRITE_DATE)
    if day is None:
        day = calendar.monthrange(year, month)[1] if last_day else 1
    return _date(year, month, day, WRITE_DATE)


def read_moment(text: str) -> datetime.datetime:
    """A date and a time; midnight where no time is given. It has no time zone unless an ISO time names its offset."""
    words = _words(text)
    if _ISO_MOMENT.fullmatch(words):
        return _iso_moment(words)
    timed = _TIME.fullmatch(words)
    if timed is None or not (timed["minute"] or timed["half"]):
        return datetime.datetime.combine(_day(words, WRITE_MOMENT), datetime.time())
    day = _day(timed["date"], WRITE_MOMENT)
    return datetime.datetime.combine(day, _time(int(timed["hour"]), int(timed["minute"] or 0), timed["half"] or ""))


def in_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """This time on the clocks of a zone. Refused where they skip it, or show it twice."""
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    day, time = f"{moment.day} {NAMES[moment.month - 1]} {moment.year}", f"{moment:%H:%M}"
    if first.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) == moment:
        said = f"On {day} the clocks go back, and {time} comes twice."
    else:
        said = f"On {day} the clocks go forward, and there is no {time}."
    raise NotADate(f"{said} Choose a time at least an hour earlier or later.")


def _day(text: str, write: str) -> datetime.date:
    """The date; `write` tells whoever wrote something else what to write."""
    year, month, day = _parts(text, write)
    if day is None:
        raise NotADate(f"{_quoted(text)} has no day. Write the day too, for example 1 {NAMES[month - 1]} {year}.")
    return _date(year, month, day, write)


def _parts(text: str, write: str) -> tuple[int, int, int | None]:
    """Year, month and day; the day is None where only the month is given."""
    words = _words(text)
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(words))), None)
    parts = found.groupdict() if found else {}
    name, number, year, day = (parts.get(key) for key in ("name", "number", "year", "day"))
    month = MONTHS.get(name.lower()) if name else int(number) if number else None
    if not parts or (name and month is None):
        raise NotADate(f"{_quoted(text)} cannot be read as a date. {write}")
    if year is None:
        raise NotADate(f"{_quoted(text)} has no year. {write}")
    if len(year) != 4 or int(year) < FIRST_YEAR:
        raise NotADate(f"{_quoted(text)}: write the year with four digits, for example {DATE_EXAMPLE}.")
    if month is None:
        raise NotADate(f"{_quoted(text)} has no day and no month. {write}")
    if not 1 <= month <= len(NAMES):
        raise NotADate(f"{_quoted(text)}: there is no month {month}. The day comes first, for example {DATE_EXAMPLE}.")
    return int(year), month, int(day) if day else None


def _date(year: int, month: int, day: int, write: str) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise NotADate(f"There is no {day} {NAMES[month - 1]} {year}. {write}") from None


def _time(hour: int, minute: int, half: str) -> datetime.time:
    """The time of day; `half` is am, pm or nothing."""
    if half and not 1 <= hour <= 12:
        raise NotADate(f"There is no time {hour}:{minute:02} {half}. {WRITE_MOMENT}")
    try:
        return datetime.time(hour % 12 + 12 * (half.lower() == "pm") if half else hour, minute)
    except ValueError:
        raise NotADate(f"There is no time {hour}:{minute:02}. {WRITE_MOMENT}") from None


def _iso_moment(words: str) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(words.upper())
        found.astimezone(datetime.UTC)  # a database keeps it so
    except (ValueError, OverflowError):
        raise NotADate(f"There is no time {words}. {WRITE_MOMENT}") from None
    if found.year < FIRST_YEAR:
        raise NotADate(f"{_quoted(words)}: write the year with four digits, for example {TIME_EXAMPLE}.")
    return found


def _words(text: str) -> str:
    """The text with one plain space wherever there is room: word processors put in others."""
    return " ".join(text.split())


def _quoted(text: str) -> str:
    words = _words(text)
    return f"“{words[:40]}…”" if len(words) > 40 else f"“{words}”"
