"""Time counted in working days: the clock runs from midnight to midnight, and stands still over the weekend.

`weekend` holds numbers of `date.weekday()`; one of all seven days counts as none. Wall-clock time decides: at the same
time of the next working day one working day has passed, whether the clocks were changed in between or not.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = 7
_DAY = timedelta(days=1)


def worked(since: datetime, now: datetime, weekend: Collection[int], zone: ZoneInfo) -> int:
    """Whole working days from one instant to another; 0 where the second lies before the first."""
    (before, begun), (after, reached) = (_place(each, weekend, zone) for each in (since, now))
    return max(after - before - (reached < begun), 0)


def ago(days: int, now: datetime, weekend: Collection[int], zone: ZoneInfo) -> datetime:
    """The instant so many working days before `now`: from anything earlier, more than these days have passed."""
    number, reached = _place(now, weekend, zone)
    wanted = number - days
    if reached:
        day = _working_day(wanted, weekend)
        return datetime.combine(day, time(), zone) + reached
    return datetime.combine(_working_day(wanted - 1, weekend) + _DAY, time(), zone)


def _place(instant: datetime, weekend: Collection[int], zone: ZoneInfo) -> tuple[int, timedelta]:
    """How many working days had ended by then, and how far the one that runs had come."""
    local = instant.astimezone(zone).replace(tzinfo=None)
    midnight = datetime.combine(local.date(), time())
    runs = local.weekday() in _working(weekend)
    return _number(local.date(), weekend), local - midnight if runs else timedelta()


def _number(day: date, weekend: Collection[int]) -> int:
    """How many working days lie before a day, since the calendar began on a Monday."""
    weeks, weekday = divmod(day.toordinal() - 1, _WEEK)
    working = _working(weekend)
    return weeks * len(working) + sum(each < weekday for each in working)


def _working_day(number: int, weekend: Collection[int]) -> date:
    """The working day before which so many lie."""
    working = _working(weekend)
    weeks, rest = divmod(number, len(working))
    return date.fromordinal(weeks * _WEEK + working[rest] + 1)


def _working(weekend: Collection[int]) -> list[int]:
    return [day for day in range(_WEEK) if day not in weekend] or list(range(_WEEK))
