"""Months, quarters and years of both calendars: where they begin and end, and that they tile the days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from crm_app.web.periods import CALENDARS, GREGORIAN, JALALI, UNITS, Calendar, Period

TEHRAN = ZoneInfo("Asia/Tehran")
DAYS = st.dates(date(1823, 4, 1), date(2199, 12, 31))
LEAP = {1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428}


@pytest.mark.parametrize(
    ("key", "start", "end", "days"),
    [
        ("1403-06", "2024-08-21T20:30", "2024-09-21T20:30", 31),
        ("1403-12", "2025-02-18T20:30", "2025-03-20T20:30", 30),
        ("1404-01", "2025-03-20T20:30", "2025-04-20T20:30", 31),
        ("1404-12", "2026-02-19T20:30", "2026-03-20T20:30", 29),
    ],
)
def test_jalali_months_in_tehran(key, start, end, days):
    month = Calendar(JALALI, TEHRAN).parse("month", key)

    assert month.starts_at == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert month.ends_at == datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert month.length == len(month.days) == days


@pytest.mark.parametrize(("key", "lengths"), [("1403", [93, 93, 90, 90]), ("1404", [93, 93, 90, 89])])
def test_jalali_quarters(key, lengths):
    calendar = Calendar(JALALI, TEHRAN)

    quarters = calendar.parts(calendar.parse("year", key), "quarter")

    assert [quarter.length for quarter in quarters] == lengths
    assert [quarter.key for quarter in quarters] == [f"{key}-Q{number}" for number in (1, 2, 3, 4)]


def test_jalali_leap_years_follow_the_sky_and_not_the_2820_year_rule():
    calendar = Calendar(JALALI, TEHRAN)
    years = {year: calendar.parse("year", str(year)) for year in range(1391, 1430)}

    assert {year for year, period in years.items() if period.length == 366} == LEAP
    assert years[1404].start == date(2025, 3, 21)


@settings(deadline=None)
@given(DAYS)
def test_a_jalali_month_is_that_of_persiantools(day):
    jalali = JalaliDate(day)

    month = Calendar(JALALI, TEHRAN).period("month", day)

    assert month.key == f"{jalali.year:04d}-{jalali.month:02d}"
    assert month.start == day - timedelta(days=jalali.day - 1)
    assert month.length == JalaliDate.days_in_month(jalali.month, jalali.year)


@settings(deadline=None)
@given(DAYS, st.sampled_from(UNITS), st.sampled_from(CALENDARS), st.integers(1, 12))
def test_periods_hold_their_days_and_tile_time(day, unit, name, fiscal_start):
    calendar = Calendar(name, TEHRAN, fiscal_start)

    period = calendar.period(unit, day)

    assert day in period
    assert calendar.period(unit, period.start) == calendar.period(unit, period.last_day) == period
    assert calendar.parse(unit, period.key) == period
    following = calendar.next(period)
    assert (following.start, calendar.previous(following)) == (period.end, period)
    assert following.key > period.key
    assert following.starts_at == period.ends_at
    for part in ("month", "quarter"):
        parts = calendar.parts(period, part)
        if unit == "year" or part == "month":
            assert (parts[0].start, parts[-1].end) == (period.start, period.end)
            assert sum(each.length for each in parts) == period.length
    before = calendar.same_last_year(period)
    assert calendar.next(before).start > before.start
    assert int(before.key[:4]) == int(period.key[:4]) - 1


@settings(deadline=None)
@given(DAYS, st.integers(1, 800), st.sampled_from(CALENDARS))
def test_any_range_of_days_has_one_before_and_after(day, length, name):
    calendar = Calendar(name, TEHRAN)
    period = calendar.custom(day, day + timedelta(days=length))

    assert calendar.next(period).start == period.end
    assert calendar.previous(period).end == period.start
    assert calendar.next(period).length == calendar.previous(period).length == length
    assert 363 <= (period.start - calendar.same_last_year(period).start).days <= 368


def test_a_year_before_a_leap_day_is_the_last_day_of_its_month():
    calendar = Calendar(GREGORIAN, UTC)
    leap = calendar.custom(date(2024, 2, 29), date(2024, 3, 1))

    assert (calendar.same_last_year(leap).start, calendar.same_last_year(leap).end) == (
        date(2023, 2, 28),
        date(2023, 3, 1),
    )
    esfand = Calendar(JALALI, TEHRAN).custom(date(2025, 3, 20), date(2025, 3, 21))
    assert Calendar(JALALI, TEHRAN).same_last_year(esfand).start == date(2024, 3, 19)


def test_a_fiscal_year_is_named_for_the_year_in_which_it_begins():
    calendar = Calendar(GREGORIAN, ZoneInfo("Europe/London"), fiscal_start=4)

    assert calendar.period("year", date(2026, 3, 31)).key == "2025"
    assert calendar.period("year", date(2026, 4, 1)).key == "2026"
    quarter = calendar.period("quarter", date(2027, 1, 15))
    assert (quarter.key, quarter.start, quarter.end) == ("2026-Q4", date(2027, 1, 1), date(2027, 4, 1))
    assert calendar.period("month", date(2027, 1, 15)).key == "2027-01"
    assert calendar.parse("year", "2026").start == date(2026, 4, 1)


@pytest.mark.parametrize(("day", "hours"), [(date(2022, 3, 22), 23), (date(2022, 9, 21), 25), (date(2024, 3, 21), 24)])
def test_days_on_which_iran_changed_its_clocks(day, hours):
    period = Calendar(JALALI, TEHRAN).custom(day, day + timedelta(days=1))

    assert period.ends_at - period.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("unit", "key"),
    [
        ("month", "2026-13"),
        ("month", "2026-00"),
        ("month", "2026-1"),
        ("month", "2026-11 "),
        ("month", "۲۰۲۶-۱۱"),
        ("quarter", "2026-Q5"),
        ("year", "0000"),
        ("year", "9999"),
        ("year", "2026\n"),
        ("week", "2026-01"),
        ("custom", "2026-01-01/2026-02-01"),
        ("month", ""),
    ],
)
def test_what_is_no_key_is_refused(unit, key):
    with pytest.raises(ValueError, match=f"is no {unit}"):
        Calendar(GREGORIAN, TEHRAN).parse(unit, key)


@pytest.mark.parametrize(
    ("today", "elapsed"),
    [(date(2026, 5, 31), 0), (date(2026, 6, 1), 1), (date(2026, 6, 30), 30), (date(2027, 1, 1), 30)],
)
def test_today_counts_among_the_days_that_have_begun(today, elapsed):
    june = Calendar(GREGORIAN, TEHRAN).parse("month", "2026-06")

    assert june.elapsed_days(today) == elapsed


def test_periods_between_two_days_reach_beyond_them():
    periods = Calendar(GREGORIAN, TEHRAN).between(date(2026, 1, 31), date(2026, 3, 1), "month")

    assert [period.key for period in periods] == ["2026-01", "2026-02"]
    assert Calendar(GREGORIAN, TEHRAN).between(date(2026, 1, 1), date(2026, 1, 1), "month") == []
    assert isinstance(periods[0], Period)
