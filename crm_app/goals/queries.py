"""Reads of goals and targets, and who may see and set whose."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from crm_app.accounts.models import Organisation, Team, User
from crm_app.accounts.queries import once_for_each_scope, sees_everything, teams_managed_by
from crm_app.goals.models import Goal, Target, TargetChange
from crm_app.web.among import one_of
from crm_app.web.periods import Period


@once_for_each_scope
def visible_to(user: User) -> Select[tuple[Goal]]:
    """Goals whose figures the user can see in full; a figure made of a part of its deals would be false."""
    goals = select(Goal).where(Goal.archived_at.is_(None))
    if not user.sells:
        return goals.where(false())
    if sees_everything(user):
        return goals
    return goals.where(_own_or_managed(user))


def settable_by(user: User) -> Select[tuple[Goal]]:
    """Owners set all goals, managers those of their teams and members."""
    goals = visible_to(user)
    if user.is_owner:
        return goals
    return goals.where(_managed(user)) if user.role == "manager" else goals.where(false())


def of_kind(goals: Select[tuple[Goal]], unit: str, calendar: str) -> Select[tuple[Goal]]:
    return goals.where(Goal.unit == unit, Goal.calendar == calendar)


@lru_cache
def of_measure(goals: Select[tuple[Goal]], measure: str) -> Select[tuple[Goal]]:
    return goals.where(Goal.measure == measure)


@lru_cache
def of_subject(goals: Select[Any], team_id: int | None, user_id: int | None) -> Select[Any]:
    """A team's or a person's; with neither the company's."""
    return goals.where(Goal.team_id.is_not_distinct_from(team_id), Goal.user_id.is_not_distinct_from(user_id))


@lru_cache
def aimed_at(goals: Select[Any], calendar: str, keys: tuple[str, ...]) -> Select[Any]:
    """Goals with a target above nought for one of the periods that a calendar calls by these keys.

    Of each its `unit`, `team_id` and `user_id`, the `name` of that team or person, and the `amount` of the target.
    """
    in_period = one_of(Target.period_key, keys)
    aimed = goals.join(Target, Target.goal_id == Goal.id).where(Goal.calendar == calendar, in_period, Target.amount > 0)
    named = aimed.outerjoin(Team, Team.id == Goal.team_id).outerjoin(User, User.id == Goal.user_id)
    name: Any = func.coalesce(Team.name, User.name, "").label("name")
    return named.with_only_columns(*(Goal.unit, Goal.team_id, Goal.user_id), name, Target.amount)


def beside_managed(goals: Select[Any], user: User) -> Select[Any]:
    """Goals of teams and the user's own, each beside each of the teams that the user manages (`managed`), if any."""
    goals = goals.where(or_(Goal.team_id.is_not(None), Goal.user_id == user.id))
    managed = aliased(Team, name="managed")
    return goals.add_columns(managed).outerjoin(managed, managed.manager_id == user.id)


def with_targets(goals: Select[tuple[Goal]], start: date, end: date) -> Select[tuple[Goal]]:
    """With the targets of periods that begin in these days already loaded, and with team and person."""
    inside = and_(Target.goal_id == Goal.id, Target.start >= start, Target.start < end)
    return (
        goals.outerjoin(Target, inside)
        .options(contains_eager(Goal.targets), joinedload(Goal.team), joinedload(Goal.user))
        .order_by(Goal.id, Target.start)
        .execution_options(populate_existing=True)
    )


def target_of(goals: Select[tuple[Goal]], target_id: int) -> Select[tuple[Target]]:
    """One target, if its goal is among `goals`."""
    seen = goals.with_only_columns(Goal.id)
    return select(Target).where(Target.id == target_id, Target.goal_id.in_(seen)).options(joinedload(Target.goal))


def period_of(target: Target, firm: Organisation) -> Period:
    """The period that a target was set for; a mere range of days where no period has them now."""
    calendar = firm.calendar(target.goal.calendar)
    period = calendar.period(target.goal.unit, target.start)
    is_same = (period.start, period.end) == (target.start, target.end)
    return period if is_same else calendar.custom(target.start, target.end)


def changes_of(target: Target) -> Select[tuple[TargetChange]]:
    """Newest first, with who made them."""
    changes = select(TargetChange).where(TargetChange.target_id == target.id)
    return changes.options(joinedload(TargetChange.actor)).order_by(TargetChange.id.desc())


def teams_of(user: User) -> Select[tuple[Team]]:
    """The teams whose goals the user sees: all, or those managed."""
    teams = select(Team).order_by(Team.name_key)
    return teams if sees_everything(user) else teams.where(Team.manager_id == user.id)


def people_of(user: User) -> Select[tuple[User]]:
    """The people whose goals the user sees: those who sell, and whoever has a goal of old."""
    people = select(User).where(or_(_sells(), exists().where(Goal.user_id == User.id)))
    if not sees_everything(user):
        people = people.where(or_(User.id == user.id, User.team_id.in_(teams_managed_by(user))))
    return people.options(joinedload(User.team)).order_by(User.sort_key, User.id)


def _sells() -> ColumnElement[bool]:
    return and_(User.role.in_(("owner", "manager", "rep")), User.disabled_at.is_(None))


def _own_or_managed(user: User) -> ColumnElement[bool]:
    return or_(Goal.user_id == user.id, _managed(user)) if user.role == "manager" else Goal.user_id == user.id


def _managed(user: User) -> ColumnElement[bool]:
    teams = teams_managed_by(user)
    members = select(User.id).where(User.team_id.in_(teams))
    return or_(Goal.team_id.in_(teams), Goal.user_id.in_(members))
