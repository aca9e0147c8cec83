"""The months of the forecast: which are shown, in which of them a deal should close, and on which day of one."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, case

from crm_app.pipeline.models import Deal
from crm_app.web.periods import Calendar, Period

SHOWN = 6
# A deal expected later than ten years from now is a slip of the hand.
_FURTHEST = timedelta(days=3653)
BEFORE, LATER, UNKNOWN = "before", "later", "none"


class Over(ValueError):
    """Nothing can be expected any more in a month that is over."""


@dataclass(frozen=True)
class Months:
    """The current month, or a later one, and those that follow it; keys are theirs, and BEFORE, LATER and UNKNOWN."""

    shown: tuple[Period, ...]
    calendar: Calendar
    today: date

    @classmethod
    def starting(cls, key: str, calendar: Calendar, today: date) -> "Months":
        """From the month of that key on; from the current one where it names none that can be shown."""
        first = current = calendar.period("month", today)
        with suppress(ValueError):
            first = calendar.parse("month", key)
        if not current.start <= first.start <= today + _FURTHEST:
            first = current
        shown = [first]
        while len(shown) < SHOWN:
            shown.append(calendar.next(shown[-1]))
        return cls(tuple(shown), calendar, today)

    @property
    def first(self) -> Period:
        return self.shown[0]

    @property
    def last(self) -> Period:
        return self.shown[-1]

    @property
    def are_current(self) -> bool:
        return self.today in self.first

    @property
    def earlier(self) -> Period | None:
        """The month from which the page before goes on."""
        return None if self.are_current else self.calendar.previous(self.first)

    @property
    def later(self) -> Period | None:
        following = self.calendar.next(self.first)
        return following if following.start <= self.today + _FURTHEST else None

    @property
    def keys(self) -> list[str]:
        return [BEFORE, *(month.key for month in self.shown), LATER, UNKNOWN]

    @property
    def key(self) -> ColumnElement[str]:
        """The column of a deal, as the database works it out; the same object for the same months."""
        return _key_within(self.shown)

    def stands_in(self, key: str) -> ColumnElement[bool]:
        """The condition that a deal is in the column of that key, by days, which an index can find."""
        close = Deal.expected_close
        if key == UNKNOWN:
            return close.is_(None)
        if key == BEFORE:
            return close < self.first.start
        month = next((month for month in self.shown if month.key == key), None)
        return and_(close >= month.start, close < month.end) if month else close >= self.last.end

    def key_of(self, close: date | None) -> str:
        if close is None:
            return UNKNOWN
        if close < self.first.start:
            return BEFORE
        return next((month.key for month in self.shown if close < month.end), LATER)

    def day_for(self, key: str, close: date | None) -> date | None:
        """When a deal is expected to close that should so far on `close`, once it is put on the column of that key.

        Raises Over for a month that is over, ValueError for what takes no deal.
        """
        if key == UNKNOWN:
            return None
        if key == LATER == self.key_of(close):
            return close
        following = self.calendar.next(self.last)
        month = following if key == LATER else self.calendar.parse("month", key)
        if month.start > max(following.start, self.today + _FURTHEST):
            raise ValueError(f"{key!r} is out of reach")
        if month.end <= self.today:
            raise Over(key)
        return self._day_in(month, close)

    def _day_in(self, month: Period, close: date | None) -> date:
        """The same day of that month, or its last where it has fewer, as for a deal without a date; never a past one.

        A deal that should close in that month already keeps its day.
        """
        if close is None:
            return month.last_day
        if close in month:
            return close
        of_month = close - self.calendar.period("month", close).start
        return max(min(month.start + of_month, month.last_day), self.today)


@lru_cache
def _key_within(shown: tuple[Period, ...]) -> ColumnElement[str]:
    close = Deal.expected_close
    bounds: Iterable[tuple[ColumnElement[bool], str]] = ((close < month.end, month.key) for month in shown)
    return case((close.is_(None), UNKNOWN), (close < shown[0].start, BEFORE), *bounds, else_=LATER)
