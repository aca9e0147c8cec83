"""The goal that a board of deals is about: the value won by those whose deals it shows, in the period that runs."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Flask, request
from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.accounts.queries import organisation
from crm_app.extensions import db
from crm_app.goals import queries
from crm_app.goals.choosing import PREFERRED, Choice, widest
from crm_app.pipeline import aims
from crm_app.pipeline.aims import Aim
from crm_app.web.money import Money
from crm_app.web.periods import Calendar, Period
from crm_app.web.reader import reader

_MEASURE = "won_value"


def init_app(app: Flask) -> None:
    aims.provide(app, aim)


def aim(user: User, owner_id: int | None, team_id: int | None) -> Aim | None:
    """In the organisation's calendar; the owner's or the team's if there is one, else the widest. One statement.

    None where the user does not see that goal, or it has no target for a period that runs.
    """
    firm = organisation()
    calendar = firm.calendar()
    periods = _periods(calendar, reader.today())
    keys = tuple(period.key for period in periods.values())
    goals = queries.aimed_at(queries.of_measure(queries.visible_to(user), _MEASURE), calendar.name, keys)
    found = {goal.unit: goal for goal in _of_board(goals, user, owner_id, team_id)}
    unit = next((unit for unit in PREFERRED if unit in found), None)
    if unit is None:
        return None
    goal = found[unit]
    choice = Choice(calendar, periods[unit], _MEASURE, goal.team_id, goal.user_id)
    url = _url(choice, request.root_path)
    return Aim(Money(goal.amount, firm.currency), choice.period, url, goal.name, goal.user_id == user.id)


@lru_cache
def _periods(calendar: Calendar, today: date) -> dict[str, Period]:
    return {unit: calendar.period(unit, today) for unit in PREFERRED}


@lru_cache
def _url(choice: Choice, _root_path: str) -> str:
    return choice.url()


def _of_board(goals: Select[Any], user: User, owner_id: int | None, team_id: int | None) -> Sequence[Any]:
    if owner_id is not None:
        return _of_subject(goals, None, owner_id)
    if team_id is not None:
        return _of_subject(goals, team_id, None)
    if user.role != "manager":
        return _of_subject(goals, *widest(user, ()).key)
    return _of_manager(goals, user)


def _of_subject(goals: Select[Any], team_id: int | None, user_id: int | None) -> Sequence[Any]:
    return db.session.connection().execute(queries.of_subject(goals, team_id, user_id)).all()


def _of_manager(goals: Select[Any], user: User) -> Sequence[Any]:
    """The one team's; a board of several teams is about more than any of their goals."""
    rows = db.session.execute(queries.beside_managed(goals, user)).all()
    managed = {row.managed for row in rows if row.managed}
    key = widest(user, managed).key
    return [row for row in rows if (row.team_id, row.user_id) == key] if len(managed) < 2 else []
