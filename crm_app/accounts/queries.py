"""Reads of the organisation and its people, and who may see whose records."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g
from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload
from werkzeug.local import LocalProxy

from crm_app.accounts.models import BY_RANK, SELLERS, Organisation, Team, User
from crm_app.extensions import db
from crm_app.web.among import one_of
from crm_app.web.text import fold, match_key
from crm_app.web.unchanged import Snapshot

Statement = TypeVar("Statement")
_THE_ORGANISATION = select(Organisation, Snapshot()).where(Organisation.id == 1)


def organisation() -> Organisation | None:
    """The business itself, read once a request; None until it has been set up."""
    if "organisation" not in g:
        g.organisation, g.snapshot = db.session.execute(_THE_ORGANISATION).one_or_none() or (None, None)
    return g.organisation


def forget_organisation() -> None:
    g.pop("organisation", None)


def once_for_each_scope(make: Callable[[User], Statement]) -> Callable[[User], Statement]:
    """A statement that depends on nothing but what a user may see, made once for all who may see the same.

    Making one costs more than running it. What is made of it in turn can be kept by it, as it stays the same object.
    """
    made: dict[tuple[Any, ...], Statement] = {}

    @wraps(make)
    def made_once(user: User) -> Statement:
        # `current_user` would look the person up at each question.
        person = user._get_current_object() if type(user) is LocalProxy else user
        scope = person.id, person.role, sees_everything(person)
        found = made.get(scope)
        return made.setdefault(scope, make(person)) if found is None else found

    made_once.forget = made.clear  # type: ignore[attr-defined]
    return made_once


def visible_to(user: User) -> Select[tuple[User]]:
    """Colleagues know of each other: everyone sees names, teams and roles of all."""
    return select(User).where(true()).options(joinedload(User.team))


def active(users: Select[tuple[User]]) -> Select[tuple[User]]:
    return users.where(User.disabled_at.is_(None))


def matching(users: Select[tuple[User]], text: str) -> Select[tuple[User]]:
    """The words stand in the person's name as one, or in the address."""
    wanted = fold(text)
    if not wanted:
        return users
    by_address = User.email.contains(wanted, autoescape=True)
    key = match_key(text)
    return users.where(or_(by_address, User.name_key.contains(key, autoescape=True)) if key else by_address)


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


def owners_seen_by(user: User) -> list[int] | None:
    """The ids of those whose records `user` may see, as `owned_within` has it; None stands for everyone's."""
    if sees_everything(user):
        return None
    members = select(User.id).where(User.team_id.in_(teams_managed_by(user)), User.id != user.id)
    return [user.id, *(db.session.scalars(members) if user.role == "manager" else ())]


def credited_within(owner: Any, team: Any, user: User) -> ColumnElement[bool]:
    """The condition that what happened is credited to people or teams whose figures `user` may see.

    `owner` and `team` are the columns of who had the credit then. Managers see what is credited to themselves, to
    those in their teams now, and to their teams as they were; reps their own.
    """
    seen = owned_within(owner, user)
    return or_(seen, team.in_(teams_managed_by(user))) if user.role == "manager" else seen


def assignable_by(user: User) -> Select[tuple[User]]:
    """Whom `user` may make the owner of a record: people who sell, of those whose records they see."""
    sellers = active(select(User)).where(one_of(User.role, SELLERS))
    return by_name(sellers.where(owned_within(User.id, user)).options(joinedload(User.team)))


def held(user_id: int) -> User | None:
    """Somebody as they are now. Nobody changes them until the transaction ends; what points at them may be written."""
    return db.session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)


def owners_who_can_sign_in() -> Select[tuple[User]]:
    return active(select(User)).where(User.role == "owner", User.email.is_not(None), User.password_hash.is_not(None))


def is_last_owner(user: User) -> bool:
    """Whether nobody could look after this Peyvand without `user`. Owners cannot go until the transaction ends."""
    owners = db.session.scalars(owners_who_can_sign_in().order_by(User.id).with_for_update(key_share=True)).all()
    return user in owners and len(owners) == 1


def grantable_by(user: User) -> list[str]:
    """The roles that `user` may give to somebody: none above their own."""
    return list(BY_RANK[BY_RANK.index(user.role) :])
