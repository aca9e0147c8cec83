"""Where a goal stands within its period: what was to be expected by today, and where it will land at this pace."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from crm_app.analytics.rates import FEW, Interval

Number = int | Decimal
Status = Literal["ahead", "on_pace", "behind", "met", "missed", "low_n", "not_begun", "na"]

# Within five per cent of the target a landing counts as on pace.
BAND = Decimal("0.05")
# Earlier than a tenth into the period a few days say nothing about its end.
EARLIEST = Decimal("0.1")


@dataclass(frozen=True)
class Clock:
    """The days of a period that have begun, of all its days; the same for its working days alone.

    On its last day all days have begun, yet it is not over.
    """

    elapsed: int
    days: int
    working_elapsed: int
    working_days: int
    is_over: bool

    @property
    def share(self) -> Decimal:
        return Decimal(self.elapsed) / self.days if self.days else Decimal(0)

    @property
    def working_remaining(self) -> int:
        return self.working_days - self.working_elapsed


@dataclass(frozen=True)
class Pace:
    """None stands for what cannot be said: no target, no actual, too early in the period, or nothing left of it."""

    status: Status
    attainment: Decimal | None = None
    expected: Decimal | None = None
    projected: Decimal | None = None
    needed_per_working_day: Decimal | None = None


def clock(start: date, end: date, today: date, weekend: Collection[int] = ()) -> Clock:
    """The days from `start` up to `end`, today counted as elapsed; `weekend` holds numbers of `date.weekday()`."""
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    elapsed = [day for day in days if day <= today]
    working = [day for day in days if day.weekday() not in weekend]
    return Clock(len(elapsed), len(days), sum(day <= today for day in working), len(working), today >= end)


def attainment(actual: Number | None, target: Number | None, better: str = "up") -> Decimal | None:
    """The share of the target reached; where less is better, the target over the actual. None without a target."""
    if actual is None or not target or target < 0:
        return None
    if better == "up":
        return Decimal(actual) / Decimal(target)
    return Decimal(target) / Decimal(actual) if actual > 0 else Decimal(1)


def of_sum(actual: Number | None, target: Number | None, time: Clock, better: str = "up") -> Pace:
    """The pace of what adds up day by day, such as won value: expected and projected are linear in time."""
    reached = attainment(actual, target, better)
    if target is not None and time.elapsed <= 0:
        return Pace("not_begun", reached, Decimal(0))
    if actual is None or target is None or reached is None:
        return Pace("na")
    expected = Decimal(target) * time.share
    projected = Decimal(actual) / time.share if time.share >= EARLIEST else None
    return Pace(
        _status(actual, target, projected if projected is not None else actual / time.share, time, better),
        reached,
        expected,
        projected,
        _each(Decimal(target) - Decimal(actual), time.working_remaining, better),
    )


def of_level(actual: Number | None, target: Number | None, time: Clock, better: str = "up") -> Pace:
    """The pace of a state, such as open value: the target holds all along."""
    reached = attainment(actual, target, better)
    if target is not None and time.elapsed <= 0:
        return Pace("not_begun", reached, Decimal(target))
    if actual is None or target is None or reached is None:
        return Pace("na")
    status = _status(actual, target, Decimal(actual), time, better)
    return Pace(status, reached, Decimal(target), Decimal(actual))


def of_mean(actual: Number | None, target: Number | None, n: int, time: Clock, better: str = "up") -> Pace:
    """The pace of a mean or a median: that of a level, silent under 30 cases."""
    level = of_level(actual, target, time, better)
    return replace(level, status="low_n") if n < FEW and level.status not in ("na", "not_begun") else level


def of_rate(
    rate: Decimal | None, target: Number | None, n: int, interval: Interval | None, time: Clock, better: str = "up"
) -> Pace:
    """The pace of a rate: behind or ahead only where its interval leaves the target out, silent under 30 cases."""
    level = of_level(rate, target, time, better)
    if level.status in ("na", "not_begun") or rate is None or target is None:
        return level
    status: Status = level.status
    if n < FEW:
        status = "low_n"
    elif not time.is_over and interval is not None and interval.low <= target <= interval.high:
        status = "on_pace"
    return Pace(status, level.attainment, level.expected, level.projected)


def _status(actual: Number, target: Number, landing: Decimal, time: Clock, better: str) -> Status:
    is_up = better == "up"
    if time.is_over:
        return "met" if (actual >= target if is_up else actual <= target) else "missed"
    beyond = (landing / Decimal(target) - 1) * (1 if is_up else -1)
    if beyond > BAND:
        return "ahead"
    return "behind" if beyond < -BAND else "on_pace"


def _each(gap: Decimal, units: int, better: str) -> Decimal | None:
    if better != "up" or units <= 0:
        return None
    return max(gap, Decimal(0)) / units
