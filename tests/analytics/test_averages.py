"""Means and medians, also of nothing."""

from decimal import Decimal
from statistics import median as oracle

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.analytics.averages import mean, median


def test_nothing_has_no_middle():
    assert median([]) is None
    assert mean([]) is None


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle():
    assert median([4, 1, 3, 2]) == Decimal("2.5")
    assert mean([30, 60, 90]) == 60


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_the_median_is_that_of_the_standard_library(numbers):
    assert median(numbers) == Decimal(str(oracle(map(Decimal, numbers))))
