"""Reads of the organisation and its people, and who may see whose records."""

from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import Organisation, Team, User
from crm_app.extensions import db


def organisation() -> Organisation | None:
    """The business itself, read once a request; None until it has been set up."""
    if "organisation" not in g:
        g.organisation = db.session.get(Organisation, 1)
    return g.organisation


def forget_organisation() -> None:
    g.pop("organisation", None)


def visible_to(user: User) -> Select[tuple[User]]:
    """Colleagues know of each other: everyone sees names, teams and roles of all."""
    return select(User).where(true()).options(joinedload(User.team))


def active(users: Select[tuple[User]]) -> Select[tuple[User]]:
    return users.where(User.disabled_at.is_(None))


def by_name(users: Select[tuple[User]]) -> Select[tuple[User]]:
    return users.order_by(User.sort_key, User.id)


def teams_visible_to(user: User) -> Select[tuple[Team]]:
    return select(Team).order_by(Team.name_key)


def teams_managed_by(user: User) -> Select[int]:
    return select(Team.id).where(Team.manager_id == user.id)


def sees_everything(user: User) -> bool:
    """Owners and viewers do; reps where the organisation says so."""
    if user.role in ("owner", "viewer"):
        return True
    firm = organisation()
    return user.role == "rep" and firm is not None and firm.reps_see_all


def owned_within(owner: Any, user: User) -> ColumnElement[bool]:
    """The condition that a record's owner is someone whose records `user` may see.

    `owner` is the column that holds the owner's id. Managers see their own and their teams' records, reps their own.
    """
    if sees_everything(user):
        return true()
    if user.role == "manager":
        members = select(User.id).where(User.team_id.in_(teams_managed_by(user)))
        return or_(owner == user.id, owner.in_(members))
    return owner == user.id


def assignable_by(user: User) -> Select[tuple[User]]:
    """Whom `user` may make the owner of a record: people who sell, of those whose records they see."""
    sellers = active(select(User)).where(User.role.in_(("owner", "manager", "rep")))
    return by_name(sellers.where(owned_within(User.id, user)).options(joinedload(User.team)))
