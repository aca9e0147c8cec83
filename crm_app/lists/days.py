"""Days that filters name by words, which move on with the days: this month, the last 30 days."""

from datetime import date, timedelta

from crm_app.accounts.queries import organisation
from crm_app.web import formats
from crm_app.web.periods import Calendar
from crm_app.web.reader import reader
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import ngettext

# Far enough from the first day there is that any time zone can be told of it.
_EARLIEST = date(1000, 1, 1)
WORDS = {
    "today": _l("Today"),
    "yesterday": _l("Yesterday"),
    "last_7_days": "",
    "last_30_days": "",
    "last_90_days": "",
    "this_week": _l("This week"),
    "last_week": _l("Last week"),
    "next_week": _l("Next week"),
    "this_month": _l("This month"),
    "last_month": _l("Last month"),
    "next_month": _l("Next month"),
    "this_quarter": _l("This quarter"),
    "last_quarter": _l("Last quarter"),
    "next_quarter": _l("Next quarter"),
    "this_year": _l("This year"),
    "last_year": _l("Last year"),
    "past": _l("In the past"),
}


def said(word: str) -> str:
    if word.endswith("_days"):
        number = _number_of_days(word)
        return ngettext("The last %(count)s day", "The last %(count)s days", number, count=formats.num(number))
    return str(WORDS[word])


def of_word(word: str, today: date) -> tuple[date, date]:
    """The days half-open; weeks, months and years are the reader's own. Raises KeyError for an unknown word."""
    if word == "past":
        return _EARLIEST, today
    if word in ("today", "yesterday"):
        start = today - timedelta(days=word == "yesterday")
        return start, start + timedelta(days=1)
    which, _, unit = word.partition("_")
    if unit.endswith("_days"):
        return today - timedelta(days=_number_of_days(word) - 1), today + timedelta(days=1)
    if unit == "week":
        start = today - timedelta(days=(today.weekday() - reader.locale.first_week_day) % 7)
        start += timedelta(weeks={"last": -1, "this": 0, "next": 1}[which])
        return start, start + timedelta(weeks=1)
    calendar = _calendar()
    period = calendar.period(unit, today)
    if which != "this":
        period = calendar.next(period) if which == "next" else calendar.previous(period)
    return period.start, period.end


def _number_of_days(word: str) -> int:
    return int(word.removeprefix("last_").removesuffix("_days"))


def _calendar() -> Calendar:
    firm = organisation()
    return firm.calendar(reader.calendar) if firm else Calendar(reader.calendar, reader.zone)
