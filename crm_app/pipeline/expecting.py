"""When deals are expected to close, as filters name it: by words that move on with the days, and by days."""

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from crm_app.accounts.queries import organisation
from crm_app.pipeline.models import Deal
from crm_app.web.periods import Calendar
from crm_app.web.reader import reader

# The earliest and the latest that anything can be expected.
_EVER = date(1, 1, 1), date(9999, 12, 31)
WORDS = {
    "late": _l("Late"),
    "this_week": _l("This week"),
    "next_week": _l("Next week"),
    "this_month": _l("This month"),
    "next_month": _l("Next month"),
    "this_quarter": _l("This quarter"),
    "next_quarter": _l("Next quarter"),
    "never": _l("No date"),
}


def within(deals: Select[tuple[Deal]], word: str | None) -> Select[tuple[Deal]]:
    """Deals expected to close then; late ones are open still. None takes any deal."""
    if not word:
        return deals
    if word == "never":
        return deals.where(Deal.expected_close.is_(None))
    if word == "late":
        deals = deals.where(Deal.status == "open")
    start, end = days_of(word, reader.today())
    return deals.where(Deal.expected_close >= start, Deal.expected_close < end)


def between(deals: Select[tuple[Deal]], first: date | None, last: date | None) -> Select[tuple[Deal]]:
    """Deals expected to close from the first day up to the last, both included."""
    deals = deals if first is None else deals.where(Deal.expected_close >= first)
    return deals if last is None else deals.where(Deal.expected_close <= last)


def days_of(word: str, today: date) -> tuple[date, date]:
    """A word other than `never` as days, half-open: weeks and months are the reader's own."""
    if word == "late":
        return _EVER[0], today
    which, unit = word.split("_")
    if unit == "week":
        start = today - timedelta(days=(today.weekday() - reader.locale.first_week_day) % 7)
        start += timedelta(weeks=which == "next")
        return start, start + timedelta(weeks=1)
    calendar = _calendar()
    period = calendar.period(unit, today)
    period = calendar.next(period) if which == "next" else period
    return period.start, period.end


def _calendar() -> Calendar:
    firm = organisation()
    return firm.calendar(reader.calendar) if firm else Calendar(reader.calendar, reader.zone)
