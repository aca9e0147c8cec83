"""Which months the forecast shows, and on which day of one a deal is expected that is put there."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from persiantools.jdatetime import JalaliDate

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.pipeline.months import Months, Over
from crm_app.web.periods import Calendar
from tests import make

TODAY = date(2026, 11, 20)


def months(key="", *, calendar="gregorian", today=TODAY):
    return Months.starting(key, Calendar(calendar, ZoneInfo("Europe/Berlin")), today)


def jalali(*day):
    return JalaliDate(*day).to_gregorian()


def test_six_months_are_shown_from_the_current_one_on():
    found = months()

    assert [month.key for month in found.shown] == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04"]
    assert found.keys == ["before", *(month.key for month in found.shown), "later", "none"]
    assert found.earlier is None and found.later.key == "2026-12"


def test_a_reader_of_the_jalali_calendar_has_its_months():
    found = months(calendar="jalali")

    assert [month.key for month in found.shown] == ["1405-08", "1405-09", "1405-10", "1405-11", "1405-12", "1406-01"]


def test_one_may_look_further_ahead_and_back_again():
    found = months("2027-02")

    assert (found.first.key, found.last.key) == ("2027-02", "2027-07")
    assert (found.earlier.key, found.later.key, found.are_current) == ("2027-01", "2027-03", False)


@pytest.mark.parametrize("key", ["", "x", "2026-10", "1999-01", "2036-12", "2026-13", "2026-Q4", "1405-09", "9" * 40])
def test_what_cannot_be_shown_counts_as_not_asked_for(key):
    assert months(key).first.key == "2026-11"


def test_nobody_looks_further_than_ten_years_ahead():
    assert months("2036-11").later is None


@pytest.mark.parametrize(
    ("close", "key"),
    [
        (None, "none"),
        (date(1900, 1, 1), "before"),
        (date(2026, 10, 31), "before"),
        (date(2026, 11, 1), "2026-11"),
        (date(2026, 11, 30), "2026-11"),
        (date(2027, 4, 30), "2027-04"),
        (date(2027, 5, 1), "later"),
        (date(2199, 12, 31), "later"),
    ],
)
def test_each_day_stands_in_one_column_and_the_database_agrees(alice, close, key):
    deal, found = make.deal(alice, expected_close=close), months()

    assert found.key_of(close) == key
    assert db.session.scalar(db.select(found.key).where(Deal.id == deal.id)) == key


@pytest.mark.parametrize(
    ("close", "key", "day"),
    [
        (date(2026, 12, 15), "2027-01", date(2027, 1, 15)),
        (date(2027, 1, 31), "2027-02", date(2027, 2, 28)),
        (date(2027, 1, 30), "2028-02", date(2028, 2, 29)),
        (date(2027, 2, 28), "2027-03", date(2027, 3, 28)),
        (date(2024, 2, 29), "2026-12", date(2026, 12, 29)),
        (date(2026, 12, 31), "later", date(2027, 5, 31)),
    ],
)
def test_the_day_of_the_month_is_kept_where_the_month_has_it(close, key, day):
    assert months().day_for(key, close) == day


@pytest.mark.parametrize(
    ("close", "key", "day"),
    [
        (jalali(1405, 9, 15), "1405-10", jalali(1405, 10, 15)),
        (jalali(1406, 1, 31), "1405-12", jalali(1405, 12, 29)),
        (jalali(1406, 1, 31), "1408-12", jalali(1408, 12, 30)),
        (jalali(1406, 1, 31), "1406-02", jalali(1406, 2, 31)),
        (jalali(1406, 6, 31), "1406-07", jalali(1406, 7, 30)),
        (jalali(1405, 11, 30), "1405-12", jalali(1405, 12, 29)),
    ],
)
def test_days_and_months_are_those_of_the_readers_calendar(close, key, day):
    assert JalaliDate.is_leap(1408) and not JalaliDate.is_leap(1405)
    assert months(calendar="jalali").day_for(key, close) == day


@pytest.mark.parametrize(
    ("calendar", "key", "day"),
    [
        ("gregorian", "2027-02", date(2027, 2, 28)),
        ("gregorian", "2026-11", date(2026, 11, 30)),
        ("gregorian", "later", date(2027, 5, 31)),
        ("jalali", "1405-12", jalali(1405, 12, 29)),
        ("jalali", "1408-12", jalali(1408, 12, 30)),
    ],
)
def test_a_deal_without_a_date_gets_the_last_day_of_the_month(calendar, key, day):
    assert months(calendar=calendar).day_for(key, None) == day


@pytest.mark.parametrize(
    ("close", "day"),
    [
        (date(2027, 1, 5), TODAY),
        (date(2027, 1, 20), TODAY),
        (date(2027, 1, 25), date(2026, 11, 25)),
        (date(2026, 9, 3), TODAY),
    ],
)
def test_in_the_current_month_it_is_never_before_today(close, day):
    assert months().day_for("2026-11", close) == day


@pytest.mark.parametrize(
    ("close", "key"),
    [(date(2026, 11, 2), "2026-11"), (date(2030, 3, 7), "later"), (date(2030, 3, 7), "2030-03"), (None, "none")],
)
def test_where_a_deal_stands_already_nothing_changes(close, key):
    assert months().day_for(key, close) == close


def test_without_a_date_is_a_column_too():
    assert months().day_for("none", date(2027, 1, 5)) is None


@pytest.mark.parametrize("key", ["2026-10", "2020-01"])
def test_nothing_is_expected_in_a_month_that_is_over(key):
    with pytest.raises(Over):
        months().day_for(key, None)


@pytest.mark.parametrize("key", ["", "before", "x", "2026-13", "2026", "2027-1", "2037-06", "2150-01", "1405-09", None])
def test_what_is_no_month_is_refused(key):
    with pytest.raises(ValueError) as refusal:
        months().day_for(key or "", None)
    assert not isinstance(refusal.value, Over)
