"""When things happen in the demo company: on working days, at working hours, more in good months than in bad ones."""

from copy import copy
from datetime import date, datetime, time, timedelta
from random import Random

from crm_app.accounts.models import Organisation
from crm_app.web.periods import JALALI, Period

MONTHS = 24
# How good each month of a year is for business: before the new year, after it, in the heat of summer.
_SEASONS = {
    "en": (0.85, 1.0, 1.15, 1.0, 1.05, 1.1, 0.8, 0.7, 1.15, 1.15, 1.2, 0.8),
    "fa": (0.45, 0.95, 1.05, 1.0, 0.85, 0.95, 1.1, 1.1, 1.05, 1.1, 1.2, 1.35),
    "zh": (0.85, 0.45, 1.2, 1.1, 1.0, 1.1, 0.9, 0.95, 1.15, 0.85, 1.2, 1.15),
}
_GROWTH = 0.7
_OPENS, _CLOSES = 8 * 60 + 20, 17 * 60 + 50


class Times:
    """The two years that end with `now`, in the organisation's calendar and zone."""

    def __init__(self, firm: Organisation, language: str, now: datetime, dice: Random):
        self.now, self.zone, self.today = now, firm.zone, now.astimezone(firm.zone).date()
        self._dice, self._days_off = dice, frozenset(firm.days_off)
        calendar = firm.calendar()
        period, months = calendar.period("month", self.today), []
        for _number in range(MONTHS + 1):
            months.insert(0, period)
            period = calendar.previous(period)
        self.months: list[Period] = months
        self._season = dict(enumerate(_SEASONS["fa" if firm.calendar_name == JALALI else language], 1))
        # Of today only what is past counts: the day itself belongs to what goes on anyway.
        self.days = [day for month in months for day in month.days if day < self.today and self._is_worked(day)]
        self._weights = [self._weight(day) for day in self.days]

    @property
    def start(self) -> date:
        return self.days[0]

    def by(self, dice: Random) -> "Times":
        """The same, thrown for by other dice."""
        other = copy(self)
        other._dice = dice
        return other

    def years_ago(self, at: datetime) -> float:
        return max((self.today - at.astimezone(self.zone).date()).days / 365.25, 0.0)

    def some_days(self, count: int) -> list[date]:
        """So many working days: more of them as the business grows and in good months."""
        return self._dice.choices(self.days, self._weights, k=count)

    def working_day(self, day: date) -> date:
        """That day, or the next on which one works."""
        while not self._is_worked(day):
            day += timedelta(days=1)
        return day

    def at_work(self, day: date) -> datetime:
        """Some moment of that day, or of the next working day."""
        day = self.working_day(day)
        minute, second = self._dice.randint(_OPENS, _CLOSES), self._dice.randint(0, 59)
        return datetime.combine(day, time(minute // 60, minute % 60, second), self.zone)

    def after(self, at: datetime, days: float) -> datetime:
        """Some moment at work so many days later, and later in any case."""
        moment = self.at_work((at + timedelta(days=days)).astimezone(self.zone).date())
        return moment if moment > at else at + timedelta(minutes=self._dice.randint(15, 90))

    def _is_worked(self, day: date) -> bool:
        return day.weekday() not in self._days_off

    def _weight(self, day: date) -> float:
        number = next(number for number, month in enumerate(self.months) if day in month)
        season = self._season[int(self.months[number].key[-2:])]
        return season * (1 + _GROWTH * number / MONTHS)
