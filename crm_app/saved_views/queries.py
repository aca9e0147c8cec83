"""Reads of saved views."""

from functools import lru_cache

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.saved_views.models import SavedView
from crm_app.web.text import match_key


@once_for_each_scope
def visible_to(user: User) -> Select[tuple[SavedView]]:
    """One's own, and those that others share; by name."""
    seen = or_(SavedView.owner_id == user.id, SavedView.is_shared)
    return select(SavedView).where(seen).options(joinedload(SavedView.owner)).order_by(SavedView.sort_key, SavedView.id)


def changeable_by(user: User) -> Select[tuple[SavedView]]:
    """One's own; owners of the business tidy up those that others share, too."""
    views = visible_to(user)
    return views if user.is_owner else views.where(SavedView.owner_id == user.id)


@lru_cache
def of_place(views: Select[tuple[SavedView]], place: str) -> Select[tuple[SavedView]]:
    return views.where(SavedView.place == place)


def own_named(user: User, place: str, name: str) -> Select[tuple[SavedView]]:
    views = of_place(select(SavedView).where(SavedView.owner_id == user.id), place)
    return views.where(SavedView.name_key == match_key(name)[:200])
