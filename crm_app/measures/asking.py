"""Asking for measures: one figure, figures over time, by owner or product, day by day, and the deals behind them.

Every function counts only what is credited to people and teams whose figures `scope.user` may see.
Without `as_of` it answers as known now; with it, as known then.
The number of SQL statements does not depend on the number of periods, groups or days.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import g, has_request_context
from sqlalchemy import Select, false, func

from crm_app.accounts.queries import organisation
from crm_app.analytics.averages import median_of_sorted
from crm_app.extensions import db
from crm_app.measures import events, states
from crm_app.measures.catalogue import DIMENSIONS, MEASURES, Measure
from crm_app.measures.dimensions import in_order, labels_of, nobody, unseen
from crm_app.measures.events import Place, Tally
from crm_app.measures.figures import DayPoint, Figure, Group, Series
from crm_app.measures.reading import figure_of, parts_of
from crm_app.measures.scope import Scope
from crm_app.measures.view import View
from crm_app.pipeline.models import Deal
from crm_app.web.money import Rates
from crm_app.web.periods import Period

_DAY = Decimal(86400)
ON_WON = ("won_value", "won_deals", "average_deal", "sales_cycle_days")


def ask(measure: Measure | str, period: Period, scope: Scope, as_of: datetime | None = None) -> Figure:
    return over_time(measure, [period], scope, as_of)[0]


def over_time(
    measure: Measure | str, periods: Sequence[Period], scope: Scope, as_of: datetime | None = None
) -> list[Figure]:
    """One figure for each period, in their order."""
    chosen, view = _measure(measure), View.at(as_of)
    found = _tallies(chosen, periods, scope, view)
    return [_figure(chosen, period, found.get((number, None)), view) for number, period in enumerate(periods)]


def together(
    measures: Sequence[Measure], periods: Sequence[Period], scope: Scope, as_of: datetime | None = None
) -> dict[str, list[Figure]]:
    """What `over_time` gives for each of several measures; those that rest on won or on open deals share theirs."""
    view, result = View.at(as_of), {}
    found: dict[str, dict[Place, Tally]] = {}
    asked = {measure.key for measure in measures}
    for measure in measures:
        source = measure
        if measure.key in ON_WON:
            source = MEASURES["sales_cycle_days" if "sales_cycle_days" in asked else "won_value"]
        elif measure.is_snapshot:
            source = MEASURES["open_value"]
        if source.key not in found:
            found[source.key] = _tallies(source, periods, scope, view)
        tallies = found[source.key]
        result[measure.key] = [
            _figure(measure, period, tallies.get((number, None)), view) for number, period in enumerate(periods)
        ]
    return result


def latest(measure: Measure | str, scope: Scope) -> date | None:
    """The last day on which anything was counted; None where there is nothing, and for a state."""
    chosen = _measure(measure)
    if chosen.is_snapshot:
        return None
    found = events.rows(chosen.key, scope, None, of_deals=False)
    instant = db.session.scalar(found.deals.with_only_columns(func.max(found.at)))
    firm = organisation()
    return instant.astimezone(firm.zone).date() if instant and firm else None


def by(
    measure: Measure | str, period: Period, dimension: str, scope: Scope, as_of: datetime | None = None
) -> list[Group]:
    """One figure for each owner, team, ... that has deals in the period; the greatest first, those with none last."""
    rows = matrix(measure, [period], dimension, scope, as_of)
    return in_order([Group(key, label, figures[0]) for key, label, figures in rows], dimension)


def matrix(
    measure: Measure | str,
    periods: Sequence[Period],
    dimension: str,
    scope: Scope,
    as_of: datetime | None = None,
    labels: Mapping[int, str] | None = None,
) -> list[Series]:
    """One row of figures for each owner, team, ... that has deals in any of the periods; by name, none last.

    `labels` are names by id that the caller has at hand: they save a statement, and keys missing there are called what
    somebody out of sight is.
    Raises ValueError for a dimension that the measure is not told apart by (see DIMENSIONS).
    """
    return matrix_and_total(measure, periods, dimension, scope, as_of, labels)[0]


def matrix_and_total(
    measure: Measure | str,
    periods: Sequence[Period],
    dimension: str,
    scope: Scope,
    as_of: datetime | None = None,
    labels: Mapping[int, str] | None = None,
) -> tuple[list[Series], list[Figure]]:
    """The matrix, and the figures of all together from the same statements: all but the cycle, a median, has those."""
    return matrices([_measure(measure)], periods, dimension, scope, as_of, labels)[0]


def matrices(
    measures: Sequence[Measure],
    periods: Sequence[Period],
    dimension: str,
    scope: Scope,
    as_of: datetime | None = None,
    labels: Mapping[int, str] | None = None,
) -> list[tuple[list[Series], list[Figure]]]:
    """Matrix and total of each of several measures that rest on the same deals, such as the states: one statement."""
    view = View.at(as_of)
    if any(dimension not in DIMENSIONS[measure.key] for measure in measures):
        raise ValueError(f"{measures[0].key} has no {dimension}")
    found = _tallies(measures[0], periods, scope, view, dimension)
    named = _labelled(dimension, {key for _number, key in found}, labels)
    return [_spread(measure, periods, found, named, view) for measure in measures]


def _spread(
    chosen: Measure, periods: Sequence[Period], found: Mapping[Place, Tally], named: list[tuple[Any, str]], view: View
) -> tuple[list[Series], list[Figure]]:
    sums = [Tally() for _period in periods]
    for (number, _key), tally in found.items():
        sums[number] += tally
    rows = [
        Series(key, label, [_figure(chosen, each, found.get((n, key)), view) for n, each in enumerate(periods)])
        for key, label in named
    ]
    return rows, [_figure(chosen, period, total, view) for period, total in zip(periods, sums, strict=True)]


def daily(measure: Measure | str, period: Period, scope: Scope, as_of: datetime | None = None) -> list[DayPoint]:
    """What the figure was at the end of each day of the period that has begun; the last is the figure itself.

    A state has its amount on each day; sums and counts rise; a rate and a mean carry both parts; the cycle is the
    median so far, in days, and is 0 of 0 until the first deal is won.
    """
    chosen, view = _measure(measure), View.at(as_of)
    begun = period.days[: period.elapsed_days(view.instant.astimezone(period.zone).date())]
    days = [Period(str(day), "day", period.calendar, day, day + timedelta(days=1), period.zone) for day in begun]
    if not days:
        return []
    if chosen.key == "sales_cycle_days":
        return _medians_so_far(days, scope, view)
    found = _tallies(chosen, days, scope, view)
    points, total = [], Tally()
    for number, day in enumerate(days):
        tally = found.get((number, None), Tally())
        total = tally if chosen.is_snapshot else total + tally
        points.append(DayPoint(day.start, *parts_of(chosen, total)))
    return points


def records(
    measure: Measure | str,
    period: Period,
    scope: Scope,
    dimension: str | None = None,
    key: int | str | None = None,
    as_of: datetime | None = None,
) -> Select[tuple[Deal]]:
    """The deals behind a figure or a group's figure, as many as its `n`, newest first.

    The user may have had the credit for some that they may not open today (see `pipeline.queries.visible_to`).
    """
    chosen, view = _measure(measure), View.at(as_of)
    if chosen.is_snapshot:
        found = states.rows(scope, view.moment(period))
        found = found if view.has_begun(period) else found.where(false())
    else:
        found = events.counted(chosen.key, events.rows(chosen.key, scope, view.before))
        found = found.where(found.at >= period.starts_at, found.at < period.ends_at)
    deals, group = found.told_apart(dimension)
    if dimension is not None:
        deals = deals.where(group.is_not_distinct_from(key))
    return deals.order_by(found.at.desc(), Deal.id.desc())


def _measure(measure: Measure | str) -> Measure:
    return MEASURES[measure] if isinstance(measure, str) else measure


def _tallies(
    measure: Measure, periods: Sequence[Period], scope: Scope, view: View, dimension: str | None = None
) -> dict[Place, Tally]:
    if not measure.is_snapshot:
        spans = [(period.starts_at, period.ends_at) for period in periods]
        return events.tallies(measure.key, scope, spans, view.before, dimension)
    begun = [number for number, period in enumerate(periods) if view.has_begun(period)]
    firm = organisation()
    assert firm is not None
    moments = [view.moment(periods[number]) for number in begun]
    found = states.tallies(scope, moments, _rates(firm.currency), dimension)
    return {(begun[position], key): tally for (position, key), tally in found.items()}


def _figure(measure: Measure, period: Period, tally: Tally | None, view: View) -> Figure:
    return figure_of(
        measure,
        tally or Tally(),
        has_begun=view.has_begun(period),
        is_partial=view.is_partial(period),
        as_of=view.instant,
    )


def _labelled(dimension: str, keys: set[Any], labels: Mapping[int, str] | None) -> list[tuple[Any, str]]:
    if labels is None:
        return labels_of(dimension, keys)
    named = [(key, name) for key, name in labels.items() if key in keys]
    return named + [(key, nobody(dimension) if key is None else unseen(dimension)) for key in keys if key not in labels]


def _rates(base: str) -> Rates:
    """Read once a request."""
    if not has_request_context():
        return Rates.load(base)
    if "rates" not in g:
        g.rates = Rates.load(base)
    return g.rates


def _medians_so_far(days: Sequence[Period], scope: Scope, view: View) -> list[DayPoint]:
    spans = [(day.starts_at, day.ends_at) for day in days]
    found = events.cycles(scope, spans, view.before)
    points: list[DayPoint] = []
    known: list[int] = []
    for number, day in enumerate(days):
        for seconds in found.get(number, ()):
            insort(known, seconds)
        points.append(DayPoint(day.start, median_of_sorted(known) / _DAY) if known else DayPoint(day.start, 0, 0))
    return points
