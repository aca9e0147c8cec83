"""When deals are expected to close, as filters name it: by words that move on with the days, and by days."""

from datetime import date

from sqlalchemy import Select

from crm_app.lists import days
from crm_app.pipeline.models import IS_OPEN, Deal
from crm_app.web.reader import reader
from crm_app.web.texts import lazy_gettext as _l

WORDS = {
    "late": _l("Overdue"),
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
        deals = deals.where(IS_OPEN)
    start, end = days_of(word, reader.today())
    return deals.where(Deal.expected_close >= start, Deal.expected_close < end)


def between(deals: Select[tuple[Deal]], first: date | None, last: date | None) -> Select[tuple[Deal]]:
    """Deals expected to close from the first day up to the last, both included."""
    deals = deals if first is None else deals.where(Deal.expected_close >= first)
    return deals if last is None else deals.where(Deal.expected_close <= last)


def days_of(word: str, today: date) -> tuple[date, date]:
    """A word other than `never` as days, half-open."""
    return days.of_word("past" if word == "late" else word, today)
