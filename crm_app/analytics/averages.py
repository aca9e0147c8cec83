"""The middle of many numbers."""

from collections.abc import Sequence
from decimal import Decimal


def median_of_sorted(numbers: Sequence[int | Decimal]) -> Decimal:
    """The middle one, or the mean of the two in the middle; the numbers are in order, and at least one."""
    half = len(numbers) // 2
    if len(numbers) % 2:
        return Decimal(numbers[half])
    return (Decimal(numbers[half - 1]) + Decimal(numbers[half])) / 2
