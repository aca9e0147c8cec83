"""Pace, projection and status, on the worked example and at the edges."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.analytics.pacing import attainment, clock, of_level, of_mean, of_rate, of_sum
from crm_app.analytics.rates import wilson

JUNE = (date(2026, 6, 1), date(2026, 7, 1))
TENTH = clock(*JUNE, date(2026, 6, 10), {5, 6})


def test_the_worked_example():
    pace = of_sum(50, 120, TENTH)

    assert pace.expected == 40
    assert round(pace.attainment, 3) == Decimal("0.417")
    assert pace.projected == 150
    assert pace.needed_per_working_day == Decimal(70) / 14
    assert pace.status == "ahead"


def test_days_off_change_what_a_working_day_needs_and_never_the_pace():
    without, every_second = (of_sum(50, 120, clock(*JUNE, date(2026, 6, 10), off)) for off in ((), {1, 3, 5}))

    assert every_second.needed_per_working_day > without.needed_per_working_day
    assert (every_second.expected, every_second.projected) == (without.expected, without.projected) == (40, 150)


@pytest.mark.parametrize(
    ("today", "weekend", "elapsed", "working"),
    [
        (date(2026, 5, 31), {5, 6}, 0, 0),
        (date(2026, 6, 1), {5, 6}, 1, 1),
        (date(2026, 6, 7), {5, 6}, 7, 5),
        (date(2026, 6, 5), {4}, 5, 4),
        (date(2026, 6, 30), {5, 6}, 30, 22),
        (date(2027, 1, 1), (), 30, 30),
    ],
)
def test_days_and_working_days_that_have_begun(today, weekend, elapsed, working):
    time = clock(*JUNE, today, weekend)

    assert (time.elapsed, time.working_elapsed, time.days) == (elapsed, working, 30)


@pytest.mark.parametrize(
    ("actual", "status"), [(38, "on_pace"), (42, "on_pace"), (43, "ahead"), (37, "behind"), (0, "behind")]
)
def test_within_five_per_cent_is_on_pace(actual, status):
    assert of_sum(actual, 120, TENTH).status == status


def test_too_early_nothing_is_projected_yet_the_status_stands():
    second = clock(*JUNE, date(2026, 6, 2))

    pace = of_sum(20, 120, second)

    assert pace.projected is None
    assert (pace.expected, pace.status) == (8, "ahead")


@pytest.mark.parametrize("target", [None, 0, -5])
def test_without_a_target_nothing_can_be_said(target):
    for pace in (of_sum(5, target, TENTH), of_level(5, target, TENTH), of_rate(Decimal(1), target, 40, None, TENTH)):
        assert (pace.status, pace.attainment, pace.projected) == ("na", None, None)


def test_what_is_not_known_has_no_pace():
    assert of_sum(None, 5, TENTH).status == "na"
    assert of_rate(None, Decimal(".5"), 0, None, TENTH).status == "na"


def test_what_has_no_figure_as_its_period_has_not_begun_says_so():
    time = clock(date(2026, 2, 1), date(2026, 3, 1), date(2026, 1, 31))
    assert of_sum(None, 100, time).status == "not_begun"
    assert of_level(None, 100, time).status == "not_begun"
    assert of_sum(None, None, time).status == "na"


def test_a_period_that_has_not_begun_expects_nothing():
    pace = of_sum(0, 120, clock(*JUNE, date(2026, 5, 1)))

    assert (pace.status, pace.expected, pace.projected, pace.needed_per_working_day) == ("not_begun", 0, None, None)


@pytest.mark.parametrize(("actual", "status"), [(120, "met"), (119, "missed"), (0, "missed")])
def test_a_period_that_is_over_is_met_or_missed(actual, status):
    pace = of_sum(actual, 120, clock(*JUNE, date(2026, 7, 1)))

    assert (pace.status, pace.needed_per_working_day, pace.expected) == (status, None, 120)
    assert pace.projected == actual


def test_on_its_last_day_a_period_is_not_over():
    last = clock(*JUNE, date(2026, 6, 30))

    assert of_sum(119, 120, last).status == "on_pace"
    assert of_sum(50, 120, last).status == "behind"
    assert of_sum(50, 120, last).needed_per_working_day is None


def test_where_less_is_better_less_is_ahead():
    assert attainment(50, 40, "down") == Decimal("0.8")
    assert attainment(0, 40, "down") == 1
    assert of_sum(20, 120, TENTH, "down").status == "ahead"
    assert of_sum(60, 120, TENTH, "down").status == "behind"
    assert of_sum(60, 120, TENTH, "down").needed_per_working_day is None
    assert of_level(50, 40, TENTH, "down").status == "behind"
    assert of_level(30, 40, TENTH, "down").status == "ahead"


def test_a_level_is_expected_at_its_target_all_along():
    pace = of_level(Decimal(57), 60, TENTH)

    assert (pace.expected, pace.projected, pace.status) == (60, 57, "on_pace")


def test_a_rate_of_few_cases_is_not_judged():
    pace = of_rate(Decimal(3) / 8, Decimal(".5"), 8, wilson(3, 8), TENTH)

    assert pace.status == "low_n"
    assert pace.attainment == Decimal(".75")


def test_a_rate_is_behind_only_where_its_interval_leaves_the_target_out():
    assert of_rate(Decimal(".45"), Decimal(".5"), 100, wilson(45, 100), TENTH).status == "on_pace"
    assert of_rate(Decimal(".35"), Decimal(".5"), 100, wilson(35, 100), TENTH).status == "behind"
    assert of_rate(Decimal(".65"), Decimal(".5"), 100, wilson(65, 100), TENTH).status == "ahead"


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 30))
def test_at_the_projected_pace_the_rest_of_the_days_bring_the_projection(actual, target, of_june):
    time = clock(*JUNE, date(2026, 6, of_june))

    pace = of_sum(actual, target, time)

    if pace.projected is not None:
        assert abs(pace.projected * time.share - actual) < Decimal("0.001")
    if pace.needed_per_working_day is not None:
        assert pace.needed_per_working_day * time.working_remaining >= target - actual - Decimal("0.001")


def test_from_a_tenth_of_the_period_on_its_end_is_projected():
    assert of_sum(20, 120, clock(*JUNE, date(2026, 6, 3))).projected == 200


def test_what_is_reached_needs_nothing_more():
    assert of_sum(130, 120, TENTH).needed_per_working_day == 0


@pytest.mark.parametrize(("actual", "status"), [(119, "met"), (120, "met"), (121, "missed")])
def test_what_should_be_few_is_met_by_as_much_as_was_allowed(actual, status):
    assert of_sum(actual, 120, clock(*JUNE, date(2026, 7, 1)), "down").status == status


@pytest.mark.parametrize(("won", "status"), [(45, "missed"), (50, "met"), (55, "met")])
def test_once_its_period_is_over_a_rate_is_met_or_missed_however_wide_its_interval(won, status):
    over = clock(*JUNE, date(2026, 7, 1))

    assert of_rate(Decimal(won) / 100, Decimal(".5"), 100, wilson(won, 100), over).status == status


@pytest.mark.parametrize(("n", "status"), [(29, "low_n"), (30, "behind")])
def test_thirty_cases_are_enough_to_judge_a_rate(n, status):
    assert of_rate(Decimal(5) / n, Decimal(".9"), n, wilson(5, n), TENTH).status == status


@pytest.mark.parametrize(("n", "status"), [(1, "low_n"), (29, "low_n"), (30, "ahead")])
def test_thirty_cases_are_enough_to_judge_a_mean(n, status):
    assert of_mean(5000, 1000, n, TENTH).status == status
    assert of_mean(20, 40, n, TENTH, "down").status == status


def test_a_mean_without_target_or_figure_or_before_its_period_is_told_as_such():
    assert of_mean(5, None, 1, TENTH).status == of_mean(None, 5, 0, TENTH).status == "na"
    assert of_mean(None, 5, 0, clock(*JUNE, date(2026, 5, 1))).status == "not_begun"
