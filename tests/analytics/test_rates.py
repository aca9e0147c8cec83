"""Intervals of rates against published and worked values."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.analytics.rates import differ, newcombe, shrunk, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, ".2553", ".3662"),
        (15, 148, ".0624", ".1605"),
        (0, 20, "0", ".1611"),
        (1, 29, ".0061", ".1718"),
        (3, 8, ".1368", ".6943"),
        (6, 10, ".3127", ".8318"),
        (8, 8, ".6756", "1"),
    ],
)
def test_the_interval_of_a_rate(successes, n, low, high):
    interval = wilson(successes, n)

    assert round(interval.low, 4) == Decimal(low)
    assert round(interval.high, 4) == Decimal(high)


def test_a_rate_of_nothing_has_no_interval():
    assert wilson(0, 0) is None
    assert newcombe(1, 2, 0, 0) is None
    assert not differ(None)


@settings(deadline=None)
@given(st.integers(1, 100_000), st.data())
def test_the_interval_holds_the_rate_and_stays_between_0_and_1(n, data):
    successes = data.draw(st.integers(0, n))

    low, high = wilson(successes, n)

    assert 0 <= low <= Decimal(successes) / n <= high <= 1


def test_the_interval_of_a_difference_of_rates():
    interval = newcombe(56, 70, 48, 80)

    assert (round(interval.low, 4), round(interval.high, 4)) == (Decimal(".0524"), Decimal(".3339"))
    assert differ(interval)
    assert not differ(newcombe(5, 10, 6, 10))


def test_a_rate_of_few_cases_stays_near_what_was_believed():
    assert shrunk(0, 0, Decimal(".6")) == Decimal(".6")
    assert shrunk(5, 5, Decimal(".6")) == Decimal(".68")
    assert shrunk(4238, 6711, Decimal(".67")).quantize(Decimal(".0001")) == Decimal(".6316")
