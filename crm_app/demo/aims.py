"""The goals of the demo company: what was aimed at each month, quarter and year, from what each rep used to sell."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from crm_app.accounts.models import Team, User
from crm_app.activity.recording import acting_as
from crm_app.demo.amounts import rounded
from crm_app.demo.cast import Cast
from crm_app.demo.models import Making
from crm_app.demo.staging import Setting
from crm_app.demo.times import Times
from crm_app.extensions import db
from crm_app.goals.models import Goal, Target
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.web.periods import Period

# How many months around one are looked at, how much of that is wanted of somebody, and of all in a quarter: modest
# quarters are followed by bold ones.
_AROUND = 4
_AMBITION, _MOODS = (0.9, 1.1), (0.88, 1.06, 0.94, 1.1)
Row = list[int | None]


def set_goals(setting: Setting, cast: Cast, times: Times, dice: Random, making: Making) -> None:
    """From the first whole quarter on to the end of the running year; what teams and company aim at is the sum."""
    calendar = setting.firm.calendar()
    year = calendar.period("year", times.today)
    first = calendar.next(calendar.period("quarter", times.start))
    months = calendar.between(first.start, year.end, "month")
    writer = _Writer(setting, times, making)
    by_rep = _wanted(setting, cast, months, times, dice)
    for user, row in zip(setting.reps, by_rep, strict=True):
        writer.write("won_value", months, row, user=user)
        writer.write("won_value", *writer.together(months, row, "quarter"), user=user)
    for number, team in enumerate(setting.teams):
        row = _sum([by_rep[rep.number] for rep in cast.reps if rep.team == number])
        writer.write("won_value", months, row, team=team)
        writer.write("won_value", *writer.together(months, row, "quarter"), team=team)
    company = _sum(by_rep)
    writer.write("won_value", months, company)
    for unit in ("quarter", "year"):
        writer.write("won_value", *writer.together(months, company, unit))
    _count_wins(setting, months, times, writer)


def _wanted(setting: Setting, cast: Cast, months: list[Period], times: Times, dice: Random) -> list[Row]:
    """For each rep and month: the mean of the months around it, times ambition; nothing before somebody has settled."""
    past = [month for month in months if month.end <= times.today]
    rows = asking.matrix("won_value", past, "owner", Scope(setting.owner))
    sold = {row.key: [float(figure.value or 0) for figure in row.figures] for row in rows}
    wanted = []
    for rep, user in zip(cast.reps, setting.reps, strict=True):
        figures, row = sold.get(user.id, [0.0] * len(past)), []
        worked = [number for number, month in enumerate(past) if month.end > rep.since]
        for number, month in enumerate(months):
            near = [figures[n] for n in worked if abs(n - min(number, len(past) - 1)) <= _AROUND]
            has_settled = month.start >= rep.since + timedelta(days=45)
            wish = dice.uniform(*_AMBITION) * _MOODS[number // 3 % len(_MOODS)]
            aim = int(rounded(sum(near) / len(near) * wish)) if near and has_settled else 0
            row.append(aim or None)
        wanted.append(row)
    return wanted


def _sum(rows: Sequence[Row]) -> Row:
    return [sum(amount or 0 for amount in column) or None for column in zip(*rows, strict=True)]


def _count_wins(setting: Setting, months: list[Period], times: Times, writer: "_Writer") -> None:
    """How many deals the company wants to win: what it won in the month before, and one in twenty more."""
    past = [month for month in months if month.end <= times.today]
    won = [int(figure.value or 0) for figure in asking.over_time("won_deals", past, Scope(setting.owner))]
    lately = won[-6:] or [0]
    usual = [sum(won[max(n - 3, 0) : n + 3]) / len(won[max(n - 3, 0) : n + 3]) for n in range(len(won))]
    usual += [sum(lately) / len(lately)] * (len(months) - len(past))
    writer.write("won_deals", months, [int(mean * 1.04) or None for mean in usual])


class _Writer:
    """Each target is set by the owner some days before its period begins."""

    def __init__(self, setting: Setting, times: Times, making: Making):
        self._setting, self._times, self._making = setting, times, making

    def write(
        self, measure: str, periods: list[Period], row: Row, *, team: Team | None = None, user: User | None = None
    ) -> None:
        known = [(period, amount) for period, amount in zip(periods, row, strict=True) if amount]
        if not known or self._is_set(measure, periods[0].unit, team, user):
            return
        goal = Goal(measure=measure, unit=periods[0].unit, calendar=periods[0].calendar, team=team, user=user)
        goal.created_at = self._before(known[0][0])
        db.session.add(goal)
        self._making.note(goal)
        for period, amount in known:
            target = Target(period_key=period.key, start=period.start, end=period.end, amount=None)
            goal.targets.append(target)
            with acting_as(self._setting.owner, self._before(period)):
                target.set(amount, self._setting.owner)
            self._making.note(target)

    def together(self, months: list[Period], row: Row, unit: str) -> tuple[list[Period], Row]:
        """Quarters or years, as the sums of the months that have them whole."""
        calendar = self._setting.firm.calendar()
        periods = calendar.between(months[0].start, months[-1].end, unit)
        whole = [period for period in periods if period.start >= months[0].start]
        sums = [sum(amount or 0 for month, amount in zip(months, row, strict=True) if month.start in p) for p in whole]
        return whole, [amount or None for amount in sums]

    def _before(self, period: Period):
        return min(self._times.at_work(period.start - timedelta(days=9)), self._times.now)

    def _is_set(self, measure: str, unit: str, team: Team | None, user: User | None) -> bool:
        """The company may have aimed at something before the demo came."""
        calendar = self._setting.firm.calendar_name
        goals = db.session.query(Goal).filter_by(measure=measure, unit=unit, calendar=calendar, team=team, user=user)
        return team is None and user is None and goals.first() is not None
