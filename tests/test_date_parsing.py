"""Dates as people type them: each way of writing one is read, and what is no date is refused with the reason."""

import datetime
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.date_parsing import NAMES, NotADate, read_date, read_moment, read_month

DAYS = st.dates(datetime.date(1000, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "1 April 2017",
        "01/04/2017",
        "1/4/2017",
        "01.04.2017",
        "1-4-2017",
        "01 04 2017",
        "1 Apr 2017",
        "1 Apr. 2017",
        "1-Apr-2017",
        "1st April 2017",
        "1st of April, 2017",
        "1 APRIL 2017",
        "April 1, 2017",
        "2017-04-01",
        "2017/04/01",
        "  1\N{NO-BREAK SPACE}April  2017 ",
    ],
)
def test_a_date_is_read_as_british_people_write_it(text: str) -> None:
    assert read_date(text) == datetime.date(2017, 4, 1)
    assert read_month(text) == datetime.date(2017, 4, 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("April 2017", "“April 2017” has no day. Write the day too, for example 1 April 2017."),
        ("04/2017", "“04/2017” has no day. Write the day too, for example 1 April 2017."),
        ("2017-04", "has no day"),
        ("1/4/17", "“1/4/17”: write the year with four digits"),
        ("1 April 05", "write the year with four digits"),
        ("1 April '05", "cannot be read as a date"),
        ("05-04-01", "write the year with four digits"),
        ("1 April 20017", "write the year with four digits"),
        ("1 April 0217", "write the year with four digits"),
        ("1 April", "has no year"),
        ("1/4", "has no year"),
        ("2017", "“2017” has no day and no month"),
        ("04/13/2017", "there is no month 13. The day comes first"),
        ("1/0/2017", "there is no month 0"),
        ("31/4/2017", "There is no 31 April 2017."),
        ("29 February 2017", "There is no 29 February 2017."),
        ("1 Foo 2017", "“1 Foo 2017” cannot be read as a date. Write day, month and year, for example 1 April 2005."),
        ("soon", "cannot be read as a date"),
        ("1/4/2017-2/4/2017", "cannot be read as a date"),
        ("١/٤/٢٠١٧", "cannot be read as a date"),
        ("x" * 100, f"“{'x' * 40}…” cannot be read"),
        ("", "cannot be read as a date"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotADate) as refused:
        read_date(text)
    assert reason in str(refused.value)


@pytest.mark.parametrize("text", ["April 2016", "Apr 2016", "04/2016", "4.2016", "2016-04", "april, 2016"])
def test_a_month_alone_is_its_first_or_its_last_day(text: str) -> None:
    assert read_month(text) == datetime.date(2016, 4, 1)
    assert read_month(text, last_day=True) == datetime.date(2016, 4, 30)


@pytest.mark.parametrize("text", ["February 16", "2016", "Foo 2016", "13/2016", "1/4/16"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        read_month(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("3 December 2007, 09:30", (9, 30)),
        ("3 December 2007 at 9.30", (9, 30)),
        ("03/12/2007 9:30am", (9, 30)),
        ("3.12.2007 9.30 PM", (21, 30)),
        ("3 Dec 2007 9am", (9, 0)),
        ("3 December 2007, 12.05am", (0, 5)),
        ("3 December 2007 12pm", (12, 0)),
        ("2007-12-03 09:30", (9, 30)),
        ("2007-12-03T09:30:00", (9, 30)),
        ("2007-12-03 9.30", (9, 30)),
        ("03.12.2007", (0, 0)),
    ],
)
def test_a_time_is_read_behind_the_date(text: str, time: tuple[int, int]) -> None:
    assert read_moment(text) == datetime.datetime(2007, 12, 3, *time)


def test_an_iso_time_may_name_its_offset() -> None:
    half_past_eight = datetime.datetime(2008, 6, 3, 8, 30, tzinfo=datetime.UTC)
    assert read_moment("2008-06-03T09:30+01:00") == read_moment("2008-06-03T08:30Z") == half_past_eight


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3 December 2007, 24:30", "There is no time 24:30."),
        ("3 December 2007, 9:75", "There is no time 9:75."),
        ("3 December 2007 13pm", "There is no time 13:00 pm."),
        ("2007-13-45T09:00", "There is no time 2007-13-45T09:00."),
        ("0207-12-03T09:00", "write the year with four digits"),
        ("9999-12-31T23:59-12:00", "There is no time"),
        ("December 2007, 09:30", "has no day"),
        ("3/12/07 09:30", "write the year with four digits"),
        ("tomorrow", "Write day, month, year and time, for example 1 April 2005, 09:30."),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotADate) as refused:
        read_moment(text)
    assert reason in str(refused.value)


@settings(max_examples=30)
@given(DAYS)
def test_every_date_is_read_back(day: datetime.date) -> None:
    name, year = NAMES[day.month - 1], f"{day.year:04}"
    ways = [
        f"{day.day} {name} {year}",
        f"{day.day}/{day.month}/{year}",
        f"{day.day} {name[:3]} {year}",
        day.isoformat(),
    ]
    assert {read_date(way) for way in ways} == {day}
    assert {read_moment(f"{way}, 23:59") for way in ways} == {datetime.datetime.combine(day, datetime.time(23, 59))}


@settings(max_examples=50)
@given(st.one_of(st.text(), st.from_regex(r"[0-9a-zA-Z/., :-]{0,20}", fullmatch=True)))
def test_any_text_is_a_date_or_is_refused(text: str) -> None:
    for read in (read_date, read_month, read_moment):
        with suppress(NotADate):
            assert read(text).year >= 1000
