"""The middle of many numbers."""

from decimal import Decimal
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.analytics.averages import median_of_sorted


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle():
    assert median_of_sorted([1, 2, 3, 4]) == Decimal("2.5")


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_the_median_is_that_of_the_standard_library(numbers):
    assert median_of_sorted(sorted(numbers)) == Decimal(str(median(map(Decimal, numbers))))
