"""How sure a rate is, and whether two rates differ."""

from decimal import Decimal
from typing import NamedTuple

Z95 = Decimal("1.959963984540054")
FEW = 30


class Interval(NamedTuple):
    low: Decimal
    high: Decimal


def wilson(successes: int, n: int, z: Decimal = Z95) -> Interval | None:
    """The 95 % score interval of `successes` of `n`; None where nothing was tried."""
    if n <= 0:
        return None
    share, square = Decimal(successes) / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    reach = z * (share * (1 - share) / n + square / (4 * n * n)).sqrt() / (1 + square / n)
    low = Decimal(0) if successes == 0 else centre - reach
    high = Decimal(1) if successes == n else centre + reach
    return Interval(low, high)


def shrunk(successes: int, n: int, believed: Decimal, weight: int = 20) -> Decimal:
    """The rate drawn towards what was believed before, as if that had been seen in `weight` cases."""
    return (successes + weight * believed) / (n + weight)


def newcombe(successes: int, n: int, other_successes: int, other_n: int) -> Interval | None:
    """The 95 % interval of the first rate minus the other (hybrid score); None where either is unknown."""
    first, other = wilson(successes, n), wilson(other_successes, other_n)
    if first is None or other is None:
        return None
    share, other_share = Decimal(successes) / n, Decimal(other_successes) / other_n
    difference = share - other_share
    below = ((share - first.low) ** 2 + (other.high - other_share) ** 2).sqrt()
    above = ((first.high - share) ** 2 + (other_share - other.low) ** 2).sqrt()
    return Interval(difference - below, difference + above)


def differ(interval: Interval | None) -> bool:
    """Whether the interval of a difference leaves out zero; what is unknown does not differ."""
    return interval is not None and not interval.low <= 0 <= interval.high
