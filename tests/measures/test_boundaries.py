"""Periods are half-open from local midnight to local midnight, in both calendars, also on days of 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.web.periods import JALALI
from tests import make


@pytest.fixture
def tehran(organisation):
    organisation.time_zone, organisation.calendar_name = "Asia/Tehran", JALALI
    db.session.commit()
    return organisation.calendar()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_new_deals_of_a_jalali_month(tehran, alice):
    """The worked example: one second before Nowruz counts in the old year, the last second of the month in it."""
    for created in (
        "2025-03-20T20:29:59",
        "2025-03-20T20:30:00",
        "2025-04-10T08:00:00",
        "2025-04-20T20:29:59",
        "2025-04-20T20:30:00",
    ):
        make.deal(alice, created=utc(created))
    months = [tehran.parse("month", key) for key in ("1403-12", "1404-01", "1404-02")]

    assert [figure.value for figure in asking.over_time("new_deals", months, Scope(alice))] == [1, 3, 1]


def test_wins_at_the_very_edges(tehran, alice):
    edge = utc("2025-03-20T20:30:00")
    make.won(alice, value=1_00, on=edge - timedelta(microseconds=1))
    make.won(alice, value=10_00, on=edge)
    years = [tehran.parse("year", "1403"), tehran.parse("year", "1404")]

    assert [figure.value for figure in asking.over_time("won_value", years, Scope(alice))] == [1_00, 10_00]
    for year, value in zip(years, (1_00, 10_00), strict=True):
        deals = db.session.scalars(asking.records("won_value", year, Scope(alice))).all()
        assert [deal.value_amount for deal in deals] == [value]


@pytest.mark.parametrize(("day", "hours"), [(date(2022, 3, 22), 23), (date(2022, 9, 21), 25), (date(2023, 3, 22), 24)])
def test_days_on_which_the_clock_was_changed(tehran, alice, day, hours):
    period = tehran.custom(day, day + timedelta(days=1))
    for instant in (period.starts_at, period.ends_at - timedelta(seconds=1), period.ends_at):
        make.won(alice, value=1_00, on=instant)

    assert (period.ends_at - period.starts_at) / timedelta(hours=1) == hours
    assert asking.ask("won_deals", period, Scope(alice)).value == 2
    around = tehran.custom(day - timedelta(days=1), day + timedelta(days=2))
    assert [point.numerator for point in asking.daily("won_deals", around, Scope(alice))] == [0, 2, 3]


def test_a_state_at_the_end_of_a_period_leaves_out_what_happens_at_midnight(tehran, alice):
    month = tehran.parse("month", "1404-01")
    make.deal(alice, value=1_00, created=month.ends_at)
    make.deal(alice, value=10_00, created=month.ends_at - timedelta(seconds=1))
    make.won(alice, value=100_00, created=month.starts_at, on=month.ends_at)
    make.won(alice, value=1000_00, created=month.starts_at, on=month.ends_at - timedelta(seconds=1))

    assert asking.ask("open_value", month, Scope(alice)).value == 110_00
    assert [f.value for f in asking.over_time("open_value", [month, tehran.next(month)], Scope(alice))] == [
        110_00,
        11_00,
    ]


def test_months_add_up_to_quarters_and_quarters_to_the_year(tehran, alice):
    for number in range(0, 366, 7):
        make.won(
            alice, value=1_00 + number, on=tehran.parse("year", "1403").starts_at + timedelta(days=number, hours=3)
        )
    year = tehran.parse("year", "1403")
    whole = asking.ask("won_value", year, Scope(alice)).value

    for unit in ("month", "quarter"):
        parts = asking.over_time("won_value", tehran.parts(year, unit), Scope(alice))
        assert sum(part.value for part in parts) == whole
    assert asking.daily("won_value", year, Scope(alice))[-1].numerator == whole
