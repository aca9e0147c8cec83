"""The middle of many numbers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal


def mean(numbers: Iterable[int | Decimal]) -> Decimal | None:
    """None for no numbers at all."""
    known = [Decimal(number) for number in numbers]
    return sum(known, Decimal(0)) / len(known) if known else None


def median(numbers: Iterable[int | Decimal]) -> Decimal | None:
    """The middle one, or the mean of the two in the middle; None for no numbers at all."""
    known = sorted(numbers)
    return median_of_sorted(known) if known else None


def median_of_sorted(numbers: Sequence[int | Decimal]) -> Decimal:
    """The same for one number at least, in order already."""
    half = len(numbers) // 2
    if len(numbers) % 2:
        return Decimal(numbers[half])
    return (Decimal(numbers[half - 1]) + Decimal(numbers[half])) / 2
