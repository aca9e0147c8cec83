"""The deals that want something today: late, closing soon, or standing still for too long."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Select, bindparam, func, select

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope, sees_everything
from crm_app.pipeline import queries, rotting
from crm_app.pipeline.cards import Card, cards_of
from crm_app.pipeline.models import Deal
from crm_app.pipeline.shapes import StageShape, all_shapes
from crm_app.web.ordering import written_out
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

SOON = timedelta(days=14)
SHOWN = 15
QUIET_SHOWN = 6
MINE, ALL = "mine", "all"
# The same all day long, so PostgreSQL plans for it once and knows how many deals are meant.
_TODAY, _LAST = (bindparam(name, type_=Date, literal_execute=True) for name in ("today", "last"))


class Group(NamedTuple):
    """Deals under one heading; `count` is how many there are, shown or not."""

    title: str
    cards: tuple[Card, ...]
    count: int


class Agenda(NamedTuple):
    """`days` are late, today, and the two weeks ahead, those with nothing under them left out; `quiet` may be empty."""

    days: list[Group]
    quiet: Group


def can_switch(user: User) -> bool:
    return user.sells and (sees_everything(user) or user.role == "manager")


def whose(user: User, asked: str) -> str:
    """A rep begins with their own deals, whoever leads or looks on with all they see."""
    if not can_switch(user):
        return MINE
    return asked if asked in (MINE, ALL) else MINE if user.role == "rep" else ALL


def agenda(user: User, whose: str) -> Agenda:
    if not user.sells:
        return Agenda([], Group("", (), 0))
    deals = _own(user) if whose == MINE else _visible(user)
    # All at once: each card names its own.
    stages = [stage for pipeline in all_shapes() for stage in pipeline.open_stages]
    rotten = _longest(rotting.only(deals, "rotting", stages))
    return Agenda(_days(deals, stages), _group(_("Rotting deals"), cards_of(*rotten, stages=stages)))


@once_for_each_scope
def _visible(user: User) -> Select[tuple[Deal]]:
    return queries.is_open(queries.visible_to(user))


@once_for_each_scope
def _own(user: User) -> Select[tuple[Deal]]:
    return _visible(user).where(Deal.owner_id == user.id)


def _days(deals: Select[tuple[Deal]], stages: list[StageShape]) -> list[Group]:
    today = reader.today()
    groups = (
        _group(_("Overdue"), cards_of(*_late(deals), stages=stages, today=today)),
        _group(_("Today"), cards_of(*_due(deals), stages=stages, today=today)),
        _group(_("Due in the next two weeks"), cards_of(*_soon(deals), stages=stages, today=today, last=today + SOON)),
    )
    return [group for group in groups if group.cards]


def _group(title: str, found: Sequence[tuple[Any, ...]]) -> Group:
    return Group(title, tuple(card for card, _count in found), found[0][1] if found else 0)


@lru_cache(maxsize=256)
def _late(deals: Select[tuple[Deal]]) -> tuple[Any, ...]:
    return _first(deals.where(Deal.expected_close < _TODAY), Deal.expected_close.desc())


@lru_cache(maxsize=256)
def _due(deals: Select[tuple[Deal]]) -> tuple[Any, ...]:
    return _first(deals.where(Deal.expected_close == _TODAY))


@lru_cache(maxsize=256)
def _soon(deals: Select[tuple[Deal]]) -> tuple[Any, ...]:
    return _first(deals.where(Deal.expected_close > _TODAY, Deal.expected_close <= _LAST), Deal.expected_close.asc())


@lru_cache(maxsize=256)
def _longest(deals: Select[tuple[Deal]]) -> tuple[Any, ...]:
    # PostgreSQL takes the index to be in this order only where `deleted_at`, the same for all of them, is named in it.
    return _first(deals, Deal.deleted_at, Deal.entered_stage_at, size=QUIET_SHOWN)


def _first(deals: Select[tuple[Deal]], *order: Any, size: int = SHOWN) -> tuple[Any, ...]:
    """A select of the first deals, and a column of how many there are.

    Which they are is settled before anything is read of them: there may be thousands. They are counted beside that and
    not over all rows, for which each would be looked at though an index has the first ones.
    """
    all_ids = deals.with_only_columns(Deal.id)
    number = select(func.count()).select_from(all_ids.subquery()).scalar_subquery()
    first = all_ids.add_columns(number.label("of")).order_by(*order, Deal.id).limit(written_out(size)).subquery()
    return select(Deal).join(first, first.c.id == Deal.id).order_by(*order, Deal.id), first.c.of
