"""The middle of many numbers."""

from collections.abc import Iterable
from decimal import Decimal


def mean(numbers: Iterable[int | Decimal]) -> Decimal | None:
    """None for no numbers at all."""
    known = [Decimal(number) for number in numbers]
    return sum(known, Decimal(0)) / len(known) if known else None


def median(numbers: Iterable[int | Decimal]) -> Decimal | None:
    """The middle one, or the mean of the two in the middle; None for no numbers at all."""
    known = sorted(Decimal(number) for number in numbers)
    half = len(known) // 2
    if not known:
        return None
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2
