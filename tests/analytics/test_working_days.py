"""Time in working days: weekends do not count, and both ways of asking agree."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.analytics.working_days import ago, worked

BERLIN, TEHRAN, GREENWICH = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tehran"), ZoneInfo("UTC")
WEEKEND = (5, 6)
# Friday noon; the two days after it are off.
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("hours", "days"), [(23, 0), (24, 0), (48, 0), (71, 0), (72, 1), (96, 2), (24 * 7, 5), (24 * 14, 10)]
)
def test_the_weekend_does_not_count(hours, days):
    assert worked(FRIDAY, FRIDAY + timedelta(hours=hours), WEEKEND, BERLIN) == days


def test_in_iran_the_friday_is_off():
    thursday = datetime(2026, 11, 19, 12, tzinfo=TEHRAN)

    assert worked(thursday, thursday + timedelta(days=1), (4,), TEHRAN) == 0
    assert worked(thursday, thursday + timedelta(days=2), (4,), TEHRAN) == 1


def test_one_working_day_before_monday_noon_is_friday_noon():
    monday = FRIDAY + timedelta(days=3)

    assert ago(1, monday, WEEKEND, BERLIN) == FRIDAY


def test_what_began_on_the_weekend_began_when_work_did():
    sunday, monday = FRIDAY + timedelta(days=2), FRIDAY + timedelta(days=3)

    assert worked(sunday, monday + timedelta(hours=12), WEEKEND, BERLIN) == 1
    assert worked(sunday, monday + timedelta(hours=11), WEEKEND, BERLIN) == 0


def test_the_change_of_clocks_takes_no_hour_off_a_day():
    saturday = datetime(2026, 10, 24, 12, tzinfo=BERLIN)

    assert worked(saturday, datetime(2026, 10, 25, 11, 59, tzinfo=BERLIN), (), BERLIN) == 0
    assert worked(saturday, datetime(2026, 10, 25, 12, tzinfo=BERLIN), (), BERLIN) == 1


def test_a_week_without_a_working_day_counts_every_day():
    assert worked(FRIDAY, FRIDAY + timedelta(days=3), range(7), BERLIN) == 3


def test_no_time_passes_backwards():
    assert worked(FRIDAY, FRIDAY - timedelta(days=9), WEEKEND, BERLIN) == 0


instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
weekends = st.sets(st.integers(0, 6))


@given(instants, instants, weekends, st.integers(1, 60))
def test_more_days_have_passed_exactly_since_what_lies_before_that_instant(since, now, weekend, days):
    limit = ago(days, now, weekend, GREENWICH)

    if since < limit:
        assert worked(since, now, weekend, GREENWICH) >= days
    else:
        assert worked(since, now, weekend, GREENWICH) <= days
