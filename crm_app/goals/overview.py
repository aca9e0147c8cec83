"""What the goals page shows, asked with a fixed number of statements however many goals there are.

One statement brings the goals and targets of the year; the chosen measure is asked by person over the year's periods,
by team (of one team by person once more, for what each did in it), and day by day over this period and the last. The
other measures, for their cards, are asked together: those that rest on won deals share one statement. Cards stop where
the page's budget of statements would; the measures left out are named and can be chosen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from crm_app.accounts.models import Organisation, Team, User
from crm_app.accounts.queries import sees_everything
from crm_app.extensions import db
from crm_app.goals import queries
from crm_app.goals.choosing import Choice, Key, Subject, widest
from crm_app.goals.models import Goal, Target
from crm_app.goals.standing import Standing, clock_of, standing
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES, Measure
from crm_app.measures.figures import DayPoint, Figure, Series
from crm_app.measures.scope import Scope
from crm_app.web.periods import Period
from crm_app.web.reader import reader

_BUDGET = 3
_SPARKS = 6


class Small(NamedTuple):
    """A card beside the first, with its figures of the last periods."""

    standing: Standing
    history: list[Figure]


class Days(NamedTuple):
    this: list[DayPoint]
    before: list[DayPoint]


@dataclass(frozen=True)
class Overview:
    """`people` is all that each was credited for, wherever they were; `brought`, of a team, what each was in it.

    `known_teams` are those that somebody is in, that have a goal of old, or that are counted for something.
    """

    choice: Choice
    subject: Subject
    measures: list[Measure]
    first: Standing
    days: Days
    cards: list[Small]
    left_out: list[Measure]
    people: list[Series]
    brought: list[Series]
    teams: dict[int, Figure]
    colleagues: list[User]
    known_teams: list[Team]
    targets: dict[tuple[str, Key, str], Target]

    def target(self, measure: Measure, key: Key, period: Period) -> Target | None:
        return self.targets.get((measure.key, key, period.key))


def overview(user: User, firm: Organisation, choice: Choice, goals: Sequence[Goal]) -> Overview | None:
    """None where there is no goal of this unit and calendar to see."""
    colleagues = list(db.session.scalars(queries.people_of(user)))
    known_teams = _known_teams(user, choice, goals, colleagues)
    subject = _subject(user, choice, known_teams, colleagues)
    measures = _measures(subject, goals)
    if not measures:
        return None
    chosen = next((each for each in measures if each.key == choice.measure), measures[0])
    scope = Scope(user, owner_id=subject.key[1], team_id=subject.key[0])
    asked = _affordable(chosen, [each for each in measures if each is not chosen])
    people, totals = _by_person(chosen, choice, replace(scope, team_id=None), colleagues)
    brought, totals = _by_person(chosen, choice, scope, colleagues) if subject.team else ([], totals)
    history = asking.together(asked if chosen.is_snapshot else [chosen, *asked], _recent(choice), scope)
    if chosen.is_snapshot:
        history[chosen.key] = [totals[choice.number]]
    teams = _teams(chosen, choice, scope, subject)
    known_teams |= _more_teams(user, known_teams, [key for key, figure in teams.items() if figure.n])
    targets = _targets(goals)
    clock = clock_of(choice.period, reader.today(), firm.days_off)

    def card(measure: Measure) -> Standing:
        target = targets.get((measure.key, subject.key, choice.period.key))
        return standing(measure, subject, choice.period, history[measure.key][-1], target, clock)

    return Overview(
        choice=choice,
        subject=subject,
        measures=measures,
        first=card(chosen),
        days=_days(chosen, choice, scope),
        cards=[Small(card(each), history[each.key]) for each in asked],
        left_out=[each for each in measures if each is not chosen and each not in asked],
        people=people,
        brought=brought,
        teams=teams,
        colleagues=colleagues,
        known_teams=list(known_teams.values()),
        targets=targets,
    )


def _known_teams(user: User, choice: Choice, goals: Sequence[Goal], colleagues: Sequence[User]) -> dict[int, Team]:
    teams = [person.team for person in colleagues] + [goal.team for goal in goals]
    known = {team.id: team for team in teams if team}
    return known | _more_teams(user, known, [choice.team_id] if choice.team_id else [])


def _more_teams(user: User, known: Mapping[int, Team], ids: Collection[int]) -> dict[int, Team]:
    """Of these, those that are not known yet and that the user sees; it costs a statement only if there may be some."""
    more = set(ids) - known.keys()
    teams = db.session.scalars(queries.teams_of(user).where(Team.id.in_(more))) if more else ()
    return {team.id: team for team in teams}


def _subject(user: User, choice: Choice, teams: Mapping[int, Team], colleagues: Sequence[User]) -> Subject:
    """Whoever was asked for, if visible; else the widest whose figures the user sees."""
    person = next((each for each in colleagues if each.id == choice.owner_id), None)
    if person:
        return Subject(person=person)
    if choice.team_id in teams and (sees_everything(user) or teams[choice.team_id].manager_id == user.id):
        return Subject(team=teams[choice.team_id])
    return widest(user, [team for team in teams.values() if team.manager_id == user.id])


def _targets(goals: Sequence[Goal]) -> dict[tuple[str, Key, str], Target]:
    return {
        (goal.measure, (goal.team_id, goal.user_id), target.period_key): target
        for goal in goals
        for target in goal.targets
    }


def _measures(subject: Subject, goals: Sequence[Goal]) -> list[Measure]:
    """The measures that the subject, or someone within it, has goals for."""
    keys = {goal.measure for goal in goals if _concerns(goal, subject) and goal.targets}
    return [measure for key, measure in MEASURES.items() if key in keys]


def _concerns(goal: Goal, subject: Subject) -> bool:
    if subject.person:
        return goal.user_id == subject.person.id
    if subject.team:
        return goal.team_id == subject.team.id or bool(goal.user and goal.user.team_id == subject.team.id)
    return True


def _affordable(chosen: Measure, others: Sequence[Measure]) -> list[Measure]:
    """As many of the others as can be asked for within the budget of statements, in their order."""
    left, found = _BUDGET - (_BUDGET if chosen.is_snapshot else 3 if chosen.key == "sales_cycle_days" else 0), []
    shared = chosen.key in asking.ON_WON
    for measure in others:
        cost = 4 if measure.is_snapshot else 1
        if measure.key in asking.ON_WON:
            cost = (0 if shared else 1) + (measure.key == "sales_cycle_days")
        if cost <= left and (left or not chosen.is_snapshot):
            shared = shared or measure.key in asking.ON_WON
            left -= cost
            found.append(measure)
    return found


def _recent(choice: Choice) -> list[Period]:
    """The last periods before the chosen one, and it: oldest first."""
    periods = [choice.period]
    while len(periods) < _SPARKS:
        periods.insert(0, choice.calendar.previous(periods[0]))
    return periods


def _days(measure: Measure, choice: Choice, scope: Scope) -> Days:
    """Both periods day by day in one statement: what ran up before this one is taken off again.

    A median cannot be taken off, so the cycle is asked twice.
    """
    if measure.key == "sales_cycle_days":
        return Days(asking.daily(measure, choice.period, scope), asking.daily(measure, choice.before, scope))
    both = choice.calendar.custom(choice.before.start, choice.period.end)
    points = asking.daily(measure, both, scope)
    before = [point for point in points if point.day < choice.period.start]
    this = [point for point in points if point.day >= choice.period.start]
    if measure.is_snapshot or not before:
        return Days(this, before)
    return Days([_less(point, before[-1]) for point in this], before)


def _less(point: DayPoint, base: DayPoint) -> DayPoint:
    cases = None if point.denominator is None else point.denominator - (base.denominator or 0)
    return DayPoint(point.day, point.numerator - base.numerator, cases)


def _by_person(
    measure: Measure, choice: Choice, scope: Scope, colleagues: Sequence[User]
) -> tuple[list[Series], list[Figure]]:
    names = {person.id: person.name for person in colleagues}
    return asking.matrix_and_total(measure, choice.periods, "owner", scope, labels=names)


def _teams(measure: Measure, choice: Choice, scope: Scope, subject: Subject) -> dict[int, Figure]:
    if not subject.is_company:
        return {}
    rows = asking.matrix(measure, [choice.period], "team", scope, labels={})
    return {int(row.key): row.figures[0] for row in rows if row.key is not None}
