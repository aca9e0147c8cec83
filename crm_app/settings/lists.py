"""The people who work here as a list: for owners, who look after them."""

from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import case, or_

from crm_app.accounts import queries
from crm_app.accounts.models import BY_RANK, ROLES, Team, User
from crm_app.extensions import db
from crm_app.lists.fields import Badge, Field, Link, Pairs
from crm_app.lists.kinds import record_id
from crm_app.lists.listables import Listable
from crm_app.lists.names import asking_names
from crm_app.settings import bulk
from crm_app.web.ordering import or_else
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext, pgettext

_RANK = case({role: place for place, role in enumerate(BY_RANK)}, value=User.role, else_=len(BY_RANK))
_STATE = case(
    (User.disabled_at.is_not(None), "disabled"),
    (or_(User.email.is_(None), User.password_hash.is_(None)), "waiting"),
    else_="active",
)


def users(user: User) -> Listable | None:
    if not user.is_owner:
        return None
    return Listable(
        "users",
        "settings.people",
        _("Users"),
        User,
        queries.visible_to(user).outerjoin(Team, User.team_id == Team.id),
        _fields(),
        lambda number, written: ngettext("%(count)s user", "%(count)s users", number, count=written),
        queries.matching,
        actions=bulk.of_users(),
        is_sensitive=True,
    )


def _fields() -> list[Field]:
    return [
        Field(
            "name", pgettext("person", "Name"), "text", _link_to_person, User.name, order=User.sort_key,
            asking=asking_names(User), cell="named", width=11,
        ),
        Field(
            "email", _("Email"), "text", lambda user: user.email, User.email, order=or_else(User.email, ""),
            cell="email", width=11, place="under",
        ),
        Field(
            "role", _("Role"), "choice", lambda user: user.role_name, User.role, order=_RANK,
            options=lambda: [(role, str(ROLES[role])) for role in BY_RANK], cell="text", width=6, place="end",
        ),
        Field(
            "team", _("Team"), "choice", lambda user: user.team and user.team.name, User.team_id,
            order=or_else(Team.name_key, ""), options=_teams, coerce=record_id, cell="text", width=6,
            place="under",
        ),
        Field(
            "state", _("Status"), "choice", _state, _STATE, options=lambda: list(_states().items()), cell="state",
            width=6, place="under",
        ),
        Field(
            "added", _("Added"), "instant", lambda user: user.created_at, User.created_at, order=User.created_at,
            is_standard=False, width=7.5,
        ),
    ]  # fmt: skip


def _states() -> dict[str, str]:
    return {"active": _("active"), "waiting": _("no password yet"), "disabled": _("disabled")}


def _state(user: User) -> Badge:
    state = "disabled" if not user.is_active else "active" if user.can_sign_in else "waiting"
    return Badge(_states()[state], {"active": "ok", "waiting": "line", "disabled": "danger"}[state])


def _teams() -> Pairs:
    return [(str(team.id), team.name) for team in db.session.scalars(queries.teams_visible_to(current_user))]


def _link_to_person(user: Any) -> Link:
    return Link(user.name, url_for("settings.person", user_id=user.id))
