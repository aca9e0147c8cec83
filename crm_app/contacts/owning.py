"""Whose records they are, as filters ask for it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_login import current_user
from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.accounts.queries import by_name
from crm_app.accounts.queries import visible_to as users_visible_to
from crm_app.extensions import db
from crm_app.lists.fields import Pairs
from crm_app.lists.kinds import record_id
from crm_app.web.texts import gettext as _


def owner_id(text: str) -> int:
    """`me` is whoever reads, so that a shared view shows everyone their own."""
    return int(current_user.id) if text == "me" else record_id(text)


def owners(seen: Callable[[User], Select[Any]]) -> Pairs:
    """Who may own records, and whose some of those in sight are still, though they left or sell no more."""
    people = db.session.scalars(by_name(users_visible_to(current_user))).all()
    may_own = {one.id for one in people if one.is_active and one.sells}
    still = _owning(seen(current_user), [one.id for one in people if one.id not in may_own])
    named = [(str(one.id), one.name) for one in people if one.id in may_own | still]
    return [("me", _("Current user")), *named]


def _owning(records: Select[Any], people: Sequence[int]) -> set[int]:
    if not people:
        return set()
    owner = records.column_descriptions[0]["entity"].owner_id
    return set(db.session.scalars(records.with_only_columns(owner).where(owner.in_(people)).distinct()))
