"""How Peyvand is written for whoever reads it: their own choice, else the browser's language."""

from flask import g, has_request_context
from sqlalchemy.exc import OperationalError

from crm_app.accounts import queries
from crm_app.accounts.access import person_here
from crm_app.accounts.models import User
from crm_app.web.reader import Reader, default_calendar, default_digits, language_asked, read_as, theme_asked


def apply(user: User) -> None:
    read_as(for_user(user) if user.is_authenticated else for_visitor())


def for_user(user: User) -> Reader:
    """The person's settings; calendar and digits follow the language until chosen."""
    return _reader(user.language, user.calendar, user.digits, user.theme)


def for_visitor() -> Reader:
    return _reader(language_asked(), "", "", theme_asked())


def current() -> Reader:
    """The reader of this request or job; found out if nobody has done so yet (an error before the first view)."""
    if "reader" not in g:
        try:
            apply(person_here()) if has_request_context() else read_as(_reader("en", "", "", "system"))
        except OperationalError:
            # What says so must be written all the same.
            read_as(Reader())
    return g.reader


def _reader(language: str, calendar: str, digits: str, theme: str) -> Reader:
    firm = queries.organisation()
    return Reader(
        language=language,
        calendar=calendar or default_calendar(language),
        digits=digits or default_digits(language),
        theme=theme,
        time_zone=firm.time_zone if firm else "UTC",
        weekend=firm.days_off if firm else (5, 6),
        currency=firm.currency if firm else "USD",
        shows_toman=firm.shows_toman if firm else True,
        organisation=firm.name if firm else "",
    )
