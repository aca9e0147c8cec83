"""The pace chart of one goal, from its days."""

from datetime import date
from decimal import Decimal

from markupsafe import Markup

from crm_app.goals.overview import Overview
from crm_app.measures.figures import DayPoint
from crm_app.web import charts, formats
from crm_app.web.periods import Period
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


def pace_chart(view: Overview) -> Markup:
    """Actual against the target's pace, day by day, the landing and last period's line."""
    goal, period = view.first, view.choice.period
    actual = _points(view.days.this, period, goal.rises)
    return charts.pace(
        actual,
        _landing(view, actual),
        _aim(view),
        _points(view.days.before, view.choice.before, goal.rises, period.length),
        length=period.length,
        labels=_labels(view),
        unit=goal.measure.unit,
        title=_("%(measure)s against its target, day by day", measure=goal.measure.label),
        summary=_summary(view),
        today=_today(period),
    )


def _points(days: list[DayPoint], period: Period, rises: bool, limit: int | None = None) -> list[tuple[float, float]]:
    """The end of each day; what rises begins at nought."""
    found = [(0.0, 0.0)] if rises and days else []
    for point in days:
        number = (point.day - period.start).days + 1
        if point.value is not None and (limit is None or number <= limit):
            found.append((float(number), float(point.value)))
    return found


def _landing(view: Overview, actual: list[tuple[float, float]]) -> list[tuple[float, float]]:
    goal = view.first
    if not actual or goal.landing is None:
        return []
    return [actual[-1], (float(view.choice.period.length), float(goal.landing))]


def _aim(view: Overview) -> list[tuple[float, float]]:
    target = view.first.target
    if target is None:
        return []
    return [(0.0, 0.0 if view.first.rises else float(target)), (float(view.choice.period.length), float(target))]


def _labels(view: Overview) -> list[tuple[int, str]]:
    """First days of the months within, or of the weeks of a month, in the calendar of the period."""
    period = view.choice.period
    if period.unit == "month":
        days = [period.days[number] for number in (0, 7, 14, 21)]
    else:
        parts = view.choice.calendar.parts(period, "month")
        days = [part.start for part in parts[:: 2 if len(parts) > 6 else 1]]
    labels = [((day - period.start).days, _named(day, period)) for day in days]
    return [*labels, (period.length, _named(period.last_day, period))]


def _today(period: Period) -> str:
    today = reader.today()
    return _("Today, %(day)s", day=_named(today, period)) if today in period else ""


def _named(day: date, period: Period) -> str:
    return formats.day(day, "short", period.calendar)


def _summary(view: Overview) -> str:
    goal = view.first
    last: Decimal | None = view.days.before[-1].value if view.days.before else None
    return _(
        "Reached %(actual)s; target %(target)s; projected %(projected)s; %(before)s in the period before.",
        actual=goal.written(goal.actual),
        target=goal.written(goal.target),
        projected=goal.about(goal.landing),
        before=goal.written(last),
    )
