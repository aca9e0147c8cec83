"""Goals of what should be few, such as lost deals: no words that say the opposite of the badge."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from crm_app.web import reader
from tests import make


@pytest.fixture
def december(monkeypatch):
    """Day 335 of 365."""
    day = datetime.combine(date(2025, 12, 1), time(12), UTC)
    monkeypatch.setattr(reader, "utc_now", lambda: day)


def answer_of(page):
    (answer,) = page.all("p", class_="answer")
    return re.sub(r" ([.,:])", r"\1", page.text_of(answer))


@pytest.mark.parametrize(
    ("target", "lost", "badge", "said"),
    [
        (300, 2, "ahead", "That is 273 fewer than expected by today. At this rate, 2025 will end near 2.2."),
        (2, 3, "behind", "That is 1.2 more than expected by today. At this rate, 2025 will end near 3.3."),
        (300, 0, "ahead", "That is 275 fewer than expected by today."),
    ],
)
def test_fewer_lost_deals_than_expected_are_not_behind(browser_of, olivia, alice, december, target, lost, badge, said):
    make.goal(target, measure="lost_deals", unit="year", on=date(2025, 5, 1))
    for _number in range(lost):
        make.lost(alice, on=date(2025, 3, 3))

    page = browser_of(olivia).page("/goals/?unit=year&period=2025&measure=lost_deals")

    assert said in answer_of(page)
    assert "the pace" not in answer_of(page)
    standing = page.one("section", **{"aria-labelledby": "goal-first"})
    assert badge in page.text_of(standing)


@pytest.mark.parametrize(
    ("target", "said"), [(5, "was met: 3 below the target"), (1, "was missed: 1 above the target")]
)
def test_a_past_period_of_few_says_how_far_off_it_ended(browser_of, olivia, alice, december, target, said):
    make.goal(target, measure="lost_deals", unit="year", on=date(2024, 5, 1))
    for _number in range(2):
        make.lost(alice, on=date(2024, 3, 3))

    assert said in answer_of(browser_of(olivia).page("/goals/?unit=year&period=2024&measure=lost_deals"))


def test_in_the_years_matrix_few_are_far_below_the_target(browser_of, olivia, alice, december):
    make.goal(40, measure="lost_deals", unit="quarter", user=alice, on=date(2025, 5, 1))
    make.lost(alice, on=date(2025, 4, 3))

    page = browser_of(olivia).page("/goals/?unit=quarter&period=2025-Q2&measure=lost_deals")

    (cell,) = [cell for cell in page.all("td") if "heat-" in cell.get("class", "")]
    assert "far below the target" in page.text_of(cell)
    assert "far above" not in page.text and "4,000%" not in page.text


def test_a_report_says_of_few_the_same_as_the_goals_page(browser_of, olivia, alice, december):
    make.goal(300, measure="lost_deals", unit="year", on=date(2025, 5, 1))
    make.lost(alice, on=date(2025, 3, 3) + timedelta(days=1))

    page = browser_of(olivia).page("/reports/goals?measure=lost_deals&every=year&since=2025-01-01&until=2025-12-31")

    assert answer_of(page) == "2025 stands at 1, target 300 or less: ahead."
