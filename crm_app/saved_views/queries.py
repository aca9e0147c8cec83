"""Reads of saved views."""

from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.extensions import db
from crm_app.saved_views.models import SavedView
from crm_app.web.text import fold, name_key


@once_for_each_scope
def visible_to(user: User) -> Select[tuple[SavedView]]:
    """One's own, and those that others share; by name."""
    seen = or_(SavedView.owner_id == user.id, SavedView.is_shared)
    return select(SavedView).where(seen).order_by(SavedView.sort_key, SavedView.id)


@once_for_each_scope
def told_to(user: User) -> Select[Any]:
    """The same of a `place`, as a menu tells them: plain columns, with the name of the owner."""
    facts: Any = SavedView.id, SavedView.name, SavedView.query, SavedView.is_pinned, SavedView.owner_id
    views: Any = visible_to(user).join(User, User.id == SavedView.owner_id)
    return views.with_only_columns(*facts, User.name.label("owner")).where(SavedView.place == bindparam("place"))


def changeable_by(user: User) -> Select[tuple[SavedView]]:
    """One's own; owners of the business tidy up those that others share, too."""
    views = visible_to(user).options(joinedload(SavedView.owner))
    return views if user.is_owner else views.where(SavedView.owner_id == user.id)


def own_named(user: User, place: str, name: str) -> SavedView | None:
    """One's own view of that name. What differs by a sign is another one: "< 50k" and "> 50k"."""
    mine = select(SavedView).where(SavedView.owner_id == user.id, SavedView.place == place)
    alike = db.session.scalars(mine.where(SavedView.name_key == name_key(name)))
    return next((view for view in alike if fold(view.name) == fold(name)), None)
