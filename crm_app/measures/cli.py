"""`crm measure`: ask for a number from the command line, as a table, CSV or JSON."""

from dataclasses import replace
from datetime import date, timedelta

import click
from sqlalchemy import func, select

from crm_app.accounts import preferences, queries
from crm_app.accounts.models import User
from crm_app.extensions import db, reading
from crm_app.measures import asking, printing
from crm_app.measures.catalogue import DIMENSIONS, MEASURES, Measure
from crm_app.measures.printing import Answer, Line
from crm_app.measures.scope import Scope
from crm_app.web.formats import parse_day
from crm_app.web.periods import CALENDARS, UNITS, Calendar, Period
from crm_app.web.reader import read_as

_DIMENSIONS = ("owner", "team", "region", "product", "industry", "stage")


class Refused(click.ClickException):
    exit_code = 2


class _Day(click.ParamType):
    name = "day"

    def convert(self, value, param, ctx):
        try:
            return parse_day(value)
        except ValueError:
            raise Refused(
                f"{value} is not a date. Write it as 2017-12-31, or as 1396-10-10 in the Jalali calendar."
            ) from None


@click.command()
@click.argument("key")
@click.option("--from", "first", type=_Day(), required=True, metavar="DAY", help="The first day.")
@click.option("--to", "last", type=_Day(), required=True, metavar="DAY", help="The last day (included).")
@click.option("--calendar", type=click.Choice(CALENDARS), help="The calendar of months, quarters and years.")
@click.option("--every", type=click.Choice(UNITS), help="One figure per period, cut off at the first and last day.")
@click.option("--by", "dimension", type=click.Choice(_DIMENSIONS), help="One figure for each of these.")
@click.option("--format", "form", type=click.Choice(list(printing.FORMS)), default="table", show_default=True)
@click.option("--as", "email", metavar="EMAIL", help="Count what this user can see (default: the first owner).")
def measure(key, first, last, calendar, every, dimension, form, email):
    """Print a measure, such as won_value or win_rate, over a range of days.

    Days are in the time zone of the organisation. A year below 1700 is a Jalali year. Unlike in the addresses of pages,
    --to is the last day that is included, not the day after it.
    """
    chosen = _measure(key, dimension)
    if last < first:
        raise Refused("The last day (--to) comes before the first (--from).")
    with reading():
        scope, reckoning = _scope(email), _calendar(calendar)
        click.echo(printing.FORMS[form](answer(chosen, first, last, reckoning, every, dimension, scope)), nl=False)


def answer(
    chosen: Measure,
    first: date,
    last: date,
    calendar: Calendar,
    every: str | None,
    dimension: str | None,
    scope: Scope,
) -> Answer:
    """Ask over the days from `first` to `last`, both counted; groups come in order, periods within them."""
    whole = calendar.custom(first, last + timedelta(days=1))
    periods = [_cut(period, whole) for period in calendar.between(whole.start, whole.end, every)] if every else [whole]
    if dimension is None:
        figures = asking.over_time(chosen, periods, scope)
        lines = [Line(period, None, None, figure) for period, figure in zip(periods, figures, strict=True)]
    elif every is None:
        lines = [Line(whole, *group) for group in asking.by(chosen, whole, dimension, scope)]
    else:
        lines = [
            Line(period, series.key, series.label, figure)
            for series in asking.matrix(chosen, periods, dimension, scope)
            for period, figure in zip(periods, series.figures, strict=True)
        ]
    firm = queries.organisation()
    assert firm is not None
    return Answer(chosen, whole, every, dimension, firm.currency, lines, asking.ask(chosen, whole, scope))


def _measure(key: str, dimension: str | None) -> Measure:
    if key not in MEASURES:
        raise Refused(f"There is no measure {key}. Choose from: {', '.join(MEASURES)}.")
    if dimension is not None and dimension not in DIMENSIONS[key]:
        raise Refused(f"{key} cannot be broken down by {dimension}, only by {', '.join(DIMENSIONS[key])}.")
    return MEASURES[key]


def _scope(email: str | None) -> Scope:
    if queries.organisation() is None:
        raise Refused("Peyvand has not been set up yet. Run `crm serve` and open the link it prints.")
    people = select(User).where(User.disabled_at.is_(None)).order_by(User.id)
    if email is None:
        person = db.session.scalars(people.where(User.role == "owner")).first()
    else:
        person = db.session.scalars(people.where(func.lower(User.email) == email.lower())).first()
    if person is None:
        raise Refused("There is no owner." if email is None else f"There is no user who signs in as {email}.")
    return Scope(person)


def _calendar(name: str | None) -> Calendar:
    """The calendar asked for, which the printed days follow as well; words and digits are those of English."""
    firm = queries.organisation()
    assert firm is not None
    calendar = firm.calendar(name)
    read_as(replace(preferences.current(), language="en", digits="latin", calendar=calendar.name))
    return calendar


def _cut(period: Period, whole: Period) -> Period:
    start, end = max(period.start, whole.start), min(period.end, whole.end)
    if (start, end) == (period.start, period.end):
        return period
    return replace(period, key=f"{start}/{end}", unit="custom", start=start, end=end)
