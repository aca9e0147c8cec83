"""How a goal stands, in a bar, in figures and in words."""

import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm_app.extensions import utc_now
from crm_app.goals import amounts
from crm_app.goals.choosing import Subject
from crm_app.goals.models import Target
from crm_app.goals.standing import clock_of, standing
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.figures import Figure
from crm_app.web.formats import NBSP
from crm_app.web.formats.days import LATIN_MONTHS
from crm_app.web.periods import Calendar
from crm_app.web.reader import Reader, read_as
from tests import make

JUNE = Calendar("gregorian", ZoneInfo("UTC")).period("month", date(2026, 6, 10))


def _stands(actual, target, measure="won_value", on=date(2026, 6, 10)):
    aimed = Target(id=1, amount=target)
    figure = Figure(actual, n=40 if actual else 0)
    return standing(MEASURES[measure], Subject(), JUNE, figure, aimed, clock_of(JUNE, on, (5, 6)))


def test_the_whole_bar_is_the_target_wherever_the_goal_lands():
    behind, beyond = _stands(20_00, 120_00), _stands(50_00, 120_00)

    assert [round(part, 1) for part in behind.bullet] == [16.7, 33.3, 50.0]
    assert [round(part, 1) for part in beyond.bullet] == [41.7, 33.3, 125.0]


@pytest.mark.parametrize(("shows_toman", "expected"), [(True, "333,333,333 Toman"), (False, "3,333,333,333 IRR")])
def test_what_was_reckoned_is_told_in_whole_units_of_those_that_are_written(app, shows_toman, expected):
    read_as(Reader(currency="IRR", shows_toman=shows_toman))

    goal = _stands(0, 10_000_000_000)

    assert goal.about(goal.pace.expected).replace(NBSP, " ") == expected


def test_more_than_the_target_breaks_the_end_of_the_bar(browser_of, olivia, alice):
    goal = make.goal(100_00, unit="month")
    make.won(alice, value=100_00)
    browser = browser_of(olivia)
    assert "bar__break" not in browser.page("/goals/?unit=month").html

    make.won(alice, value=50_00)

    assert "bar__break" in browser.page("/goals/?unit=month").html
    assert "bar__break" in browser.page("/").html
    assert goal.targets


def test_a_period_that_is_over_has_neither_a_mark_of_today_nor_a_landing():
    assert _stands(60_00, 120_00, on=date(2026, 8, 1)).bullet == (50.0, None, None)


def test_nothing_yet_lands_nowhere():
    nothing = _stands(0, 120_00)

    assert nothing.landing is None and nothing.bullet[2] is None
    assert nothing.pace.expected == 40_00


@pytest.mark.parametrize("measure", ["win_rate", "sales_cycle_days", "average_deal", "open_value", "lost_deals"])
def test_only_what_fills_its_target_up_has_a_share_of_it(measure):
    assert not _stands(3, 4, measure).has_share


@pytest.mark.parametrize(
    ("difference", "unit", "words"),
    [
        ("27.5", "days", "27.5 days too long"),
        ("-3", "days", "3 days less than the target"),
        ("0.04", "days", "less than 0.1 days too long"),
        ("-0.04", "days", "less than 0.1 days under the target"),
        ("0", "days", "exactly the target"),
        ("0.024", "rate", "2.4 points above the target"),
        ("-0.01", "rate", "1 point below the target"),
        ("0.0001", "rate", "less than 0.1 points above the target"),
        ("-0.00025", "rate", "less than 0.1 points below the target"),
        ("0", "rate", "exactly the target"),
        ("0", "money", "exactly the target"),
        ("-12", "count", "12 below the target"),
        ("250000", "money", "$2,500 above the target"),
    ],
)
def test_what_has_no_share_says_how_far_off_its_target_it_is(app, difference, unit, words):
    with app.test_request_context():
        assert amounts.off(Decimal(difference), unit) == words


def test_where_less_is_better_no_per_cent_and_no_bar_say_otherwise(browser_of, olivia, alice):
    make.goal(20_00, measure="sales_cycle_days", unit="year")
    make.won(alice, created=utc_now() - timedelta(days=40))

    page = browser_of(olivia).page("/goals/?unit=year")

    assert "target 20 days or less" in page.text and "days too long" in page.text
    assert "50%" not in page.text and "bar--bullet" not in page.html
    assert "Expected by today" not in page.text and "expected by today" not in page.text


def test_days_of_a_jalali_goal_are_told_in_its_calendar(browser_of, olivia, alice):
    make.goal(1000_00, unit="month", calendar="jalali")
    make.won(alice, value=250_00)

    page = browser_of(olivia).page("/goals/?unit=month&calendar=jalali")

    labels = re.findall(r"<text[^>]*>([^<]+)", page.html)
    weeks = [label.split()[1] for label in labels if label.startswith(("1 ", "8 ", "15 ", "22 "))]
    assert weeks and set(weeks) <= set(LATIN_MONTHS)
    assert any(label.startswith("Today, ") for label in labels)


def test_what_was_reckoned_is_rounded_by_the_size_of_its_goal(app):
    large, small = _stands(20_00, 120_00_00), _stands(20_00, 90_00)

    with app.test_request_context():
        assert large.rounded(Decimal(4389)) == 4400
        assert small.rounded(Decimal(4389)) == 4389
