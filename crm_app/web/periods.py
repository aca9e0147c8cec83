"""Calendars and periods: months, quarters and years, Gregorian or Jalali, as half-open ranges of instants."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

GREGORIAN, JALALI = "gregorian", "jalali"
CALENDARS = (GREGORIAN, JALALI)
UNITS = ("month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_KEY = {"month": r"(\d{4})-(\d{2})", "quarter": r"(\d{4})-Q([1-4])", "year": r"(\d{4})"}


@dataclass(frozen=True)
class Period:
    """Days from `start` up to, not including, `end`; `key` sorts and is the same in every language."""

    key: str
    unit: str
    calendar: str
    start: date
    end: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.end, self.zone)

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def length(self) -> int:
        return (self.end - self.start).days

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.length)]

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def elapsed_days(self, today: date) -> int:
        """Days that have begun by `today`, the day itself included: 0 before the period, its length after it."""
        return min(max((today - self.start).days + 1, 0), self.length)


@dataclass(frozen=True)
class Calendar:
    """Makes periods in one calendar and zone. A fiscal year is named for the year in which it begins."""

    name: str
    zone: ZoneInfo
    fiscal_start: int = 1

    def period(self, unit: str, day: date) -> Period:
        """The month, quarter or year that holds `day`."""
        year, month = self._year_month(day)
        begins = self.fiscal_start if unit != "month" else 1
        since = (month - begins) % 12
        first = since - since % _MONTHS[unit]
        fiscal_year = year if month >= begins else year - 1
        return self._make(unit, fiscal_year, begins, first)

    def parse(self, unit: str, key: str) -> Period:
        """The period of a key: `1404-06`, `2026-Q3`, `2026`. Raises ValueError for any other text."""
        match = re.fullmatch(_KEY.get(unit, "(?!)"), key, re.ASCII)
        if not match:
            raise ValueError(f"{key!r} is no {unit}")
        year = int(match[1])
        index = {"month": lambda: int(match[2]) - 1, "quarter": lambda: 3 * (int(match[2]) - 1)}.get(unit, int)()
        if not 0 <= index < 12 or not self._is_year(year):
            raise ValueError(f"{key!r} is no {unit}")
        return self._make(unit, year, 1 if unit == "month" else self.fiscal_start, index)

    def next(self, period: Period) -> Period:
        """The one that follows; any range of days is followed by as many."""
        if period.unit not in _MONTHS:
            return self.custom(period.end, period.end + timedelta(days=period.length))
        return self.period(period.unit, period.end)

    def previous(self, period: Period) -> Period:
        if period.unit not in _MONTHS:
            return self.custom(period.start - timedelta(days=period.length), period.start)
        return self.period(period.unit, period.start - timedelta(days=1))

    def same_last_year(self, period: Period) -> Period:
        """The one with the same name a year before; a range of days keeps its first and last day and month."""
        if period.unit not in _MONTHS:
            return self.custom(self._year_before(period.start), self._year_before(period.last_day) + timedelta(days=1))
        year, rest = int(period.key[:4]) - 1, period.key[4:]
        return self.parse(period.unit, f"{year:04d}{rest}")

    def parts(self, period: Period, unit: str) -> list[Period]:
        """The months or quarters that tile a period."""
        return self.between(period.start, period.end, unit)

    def between(self, start: date, end: date, unit: str) -> list[Period]:
        """The periods that hold the days from `start` up to `end`; the first and last may reach beyond them."""
        found, day = [], start
        while day < end:
            found.append(self.period(unit, day))
            day = found[-1].end
        return found

    def custom(self, start: date, end: date) -> Period:
        """Any half-open range of days, as one period."""
        return Period(f"{start}/{end}", "custom", self.name, start, end, self.zone)

    def _make(self, unit: str, year: int, begins: int, months: int) -> Period:
        start = self._first_day(year, begins + months)
        end = self._first_day(year, begins + months + _MONTHS[unit])
        key = {
            "month": f"{year + (begins + months - 1) // 12:04d}-{(begins + months - 1) % 12 + 1:02d}",
            "quarter": f"{year:04d}-Q{months // 3 + 1}",
            "year": f"{year:04d}",
        }[unit]
        return Period(key, unit, self.name, start, end, self.zone)

    def _year_before(self, day: date) -> date:
        """The same day of the same month; the last of the month where it has fewer days."""
        year, month = self._year_month(day)
        of_month = (day - self._first_day(year, month)).days
        first, following = self._first_day(year - 1, month), self._first_day(year - 1, month + 1)
        return min(first + timedelta(days=of_month), following - timedelta(days=1))

    def _year_month(self, day: date) -> tuple[int, int]:
        if self.name == JALALI:
            jalali = JalaliDate(day)
            return jalali.year, jalali.month
        return day.year, day.month

    def _first_day(self, year: int, month: int) -> date:
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        return JalaliDate(year, month, 1).to_gregorian() if self.name == JALALI else date(year, month, 1)

    def _is_year(self, year: int) -> bool:
        return 1200 <= year <= 1600 if self.name == JALALI else 1800 <= year <= 2200


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
