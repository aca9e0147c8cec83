"""How far are we from our goals?"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from flask import url_for
from markupsafe import Markup

from crm_app.accounts.models import User
from crm_app.accounts.queries import organisation, sees_everything
from crm_app.analytics.pacing import attainment
from crm_app.extensions import db
from crm_app.goals import queries
from crm_app.goals.amounts import written
from crm_app.goals.choosing import Subject
from crm_app.goals.models import Goal, Target
from crm_app.goals.standing import Standing, clock_of, standing
from crm_app.goals.words import standing_word
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES, Measure
from crm_app.reports import standings
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Cell, Column, Line, Report
from crm_app.web import charts, formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

USUAL = {"preset": "this_year", "every": "quarter", "comparison": "none", "measure": "won_value"}


def title() -> str:
    return _("How close are we to our goals?")


def ask(choice: Choice, given: Options) -> Report:
    """A line for each month, quarter or year that the period touches, whole; two statements."""
    choice = _whose(choice, given)
    measure = MEASURES.get(choice.measure, MEASURES["won_value"])
    periods = choice.periods
    targets = _targets(choice, measure)
    figures = asking.over_time(measure, periods, choice.scope)
    weekend = organisation().days_off
    goals = [
        standing(measure, Subject(), period, figure, targets.get(period.key), clock_of(period, reader.today(), weekend))
        for period, figure in zip(periods, figures, strict=True)
    ]
    whose = _name(choice, given)
    is_running = any(goal.is_running and goal.target is not None for goal in goals)
    return Report(
        question="goals",
        title=title(),
        answer=standings.answer(goals, whose),
        chart=_chart(goals, whose, choice.short_names(periods)),
        keys=[(_("Actual"), ""), (_("Target"), "ghost")],
        chart_title=_chart_title(measure, whose),
        heading=_("Period"),
        columns=_columns(measure, goals[0].has_share, is_running),
        table=lambda: (
            [_line(choice, goal, is_running) for goal in goals],
            _total(choice, measure, goals, is_running),
        ),
        definitions=[(str(measure.label), str(measure.definition), str(measure.formula))],
        notes=choice.unit_notes + sorted({note for goal in goals if goal.clock.elapsed for note in goal.figure.notes}),
        frame="chart-frame--compared",
        is_empty=not any(goal.figure.n or goal.target is not None for goal in goals),
    )


def is_aimed(choice: Choice, given: Options) -> bool:
    """Whether there is any target to report."""
    choice = _whose(choice, given)
    return bool(_targets(choice, MEASURES.get(choice.measure, MEASURES["won_value"])))


def _whose(choice: Choice, given: Options) -> Choice:
    """Without a filter: the company, for those who see all of it; else one's own team, or oneself."""
    scope, user = choice.scope, choice.scope.user
    scope = replace(scope, product_id=None, pipeline_id=None)
    if scope.owner_id is not None:
        scope = replace(scope, team_id=None)
    elif scope.team_id is None and not sees_everything(user):
        scope = _own(scope, user, given)
    return replace(choice, scope=scope)


def _own(scope, user: User, given: Options):
    managed = [team for team in given.teams if team.manager_id == user.id]
    return replace(scope, team_id=managed[0].id) if managed else replace(scope, owner_id=user.id)


def _targets(choice: Choice, measure: Measure) -> dict[str, Target]:
    goals = queries.of_kind(queries.visible_to(choice.scope.user), choice.unit, choice.calendar.name)
    goals = queries.of_measure(goals, measure.key)
    goals = goals.where(
        Goal.team_id.is_not_distinct_from(choice.scope.team_id),
        Goal.user_id.is_not_distinct_from(choice.scope.owner_id),
    )
    found = db.session.scalars(queries.with_targets(goals, choice.periods[0].start, choice.periods[-1].end)).unique()
    return {target.period_key: target for goal in found for target in goal.targets}


def _name(choice: Choice, given: Options) -> str:
    """Empty for the company as a whole."""
    if choice.scope.owner_id is not None:
        return given.names["owner"].get(choice.scope.owner_id, choice.scope.user.name)
    return given.names["team"].get(choice.scope.team_id or 0, "")


def _columns(measure: Measure, has_share: bool, is_running: bool) -> list[Column]:
    expected = Column(_("Expected by today"), measure.unit, is_quiet=True)
    course = [expected, Column(_("Projected"), measure.unit, is_quiet=True)] if is_running else []
    return [
        Column(_("Actual"), measure.unit),
        Column(_("Target"), measure.unit),
        Column(_("Difference"), "change", of=measure.unit),
        *([Column(_("Reached"), "attained")] if has_share else []),
        *course,
        Column(_("Standing"), "standing"),
    ]


def _line(choice: Choice, goal: Standing, is_running: bool) -> Line:
    history = url_for("goals.target_history", target_id=goal.target_id) if goal.target_id else ""
    cells = [
        Cell(goal.actual, choice.records(goal.measure.key, goal.period)),
        Cell(goal.target, history),
        _difference(goal.actual, goal.target, "" if goal.is_running or goal.figure.is_of_few else goal.measure.better),
        *([Cell(goal.pace.attainment)] if goal.has_share else []),
        *_course(goal, is_running),
        Cell(standing_word(goal), status=goal.pace.status if goal.target is not None else "no_target"),
    ]
    return Line(formats.period_label(goal.period), cells)


def _course(goal: Standing, is_running: bool) -> list[Cell]:
    """Of what is over, its target was expected and its actual is where it led; what has not begun says nothing yet."""
    if not is_running:
        return []
    if not goal.is_running:
        return [Cell(goal.target), Cell(goal.actual)] if goal.clock.is_over else [Cell(), Cell()]
    return [Cell(goal.rounded(goal.pace.expected)), Cell(goal.rounded(goal.pace.projected))]


def _difference(actual: Decimal | None, target: Decimal | None, better: str) -> Cell:
    """Good or bad only when it is final: until then the standing says where it leads."""
    if actual is None or target is None:
        return Cell()
    if not better:
        return Cell(actual - target)
    good = actual >= target if better == "up" else actual <= target
    return Cell(actual - target, tone="up" if good else "down")


def _total(choice: Choice, measure: Measure, goals: Sequence[Standing], is_running: bool) -> Line | None:
    """Sums, where the measure has them, of the periods that have begun and have a target; each over its own column."""
    aimed = [goal for goal in goals if goal.target is not None and goal.period.start <= reader.today()]
    if not measure.adds_up or measure.is_snapshot or not aimed:
        return None
    actual = sum((goal.actual or Decimal(0) for goal in aimed), Decimal(0))
    target = sum((goal.target or Decimal(0) for goal in aimed), Decimal(0))
    span = choice.calendar.custom(aimed[0].period.start, aimed[-1].period.end)
    url = choice.records(measure.key, span) if span.length == sum(goal.period.length for goal in aimed) else ""
    unfinished = any(goal.is_running for goal in aimed)
    cells = [Cell(actual, url), Cell(target), _difference(actual, target, "" if unfinished else measure.better)]
    share = [Cell(attainment(actual, target, measure.better))] if aimed[0].has_share else []
    cells += [*share, *_whole_course(aimed, is_running), Cell("")]
    return Line(_("Total of the periods started") if unfinished else _("Total"), cells)


def _whole_course(aimed: Sequence[Standing], is_running: bool) -> list[Cell]:
    """Of what is over, its target was expected and its actual is where it led."""
    if not is_running:
        return []
    expected = [goal.pace.expected if goal.is_running else goal.target for goal in aimed]
    projected = [goal.pace.projected if goal.is_running else goal.actual or Decimal(0) for goal in aimed]
    return [_sum_of(aimed[0], expected), _sum_of(aimed[0], projected)]


def _sum_of(goal: Standing, values: Sequence[Decimal | None]) -> Cell:
    known = [value for value in values if value is not None]
    return Cell(goal.rounded(sum(known, Decimal(0)))) if len(known) == len(values) else Cell()


def _chart(goals: Sequence[Standing], whose: str, labels: Sequence[str]) -> Markup:
    measure = goals[0].measure
    actual = charts.Series(_("Actual"), [_float(goal.actual) for goal in goals])
    target = charts.Series(_("Target"), [_float(goal.target) for goal in goals])
    summary = written(goals[-1].actual, measure.unit)
    return charts.bars(labels, [actual, target], unit=measure.unit, title=_chart_title(measure, whose), summary=summary)


def _chart_title(measure: Measure, whose: str) -> str:
    return _("%(measure)s, %(whose)s", measure=measure.label, whose=whose or _("Company"))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
