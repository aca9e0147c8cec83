"""The deals that want something today: late, closing soon, or standing still for too long."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.accounts.queries import sees_everything
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline import queries, rotting
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.ordering import written_out
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

SOON = timedelta(days=14)
SHOWN = 15
QUIET_SHOWN = 6
MINE, ALL = "mine", "all"


class Line(NamedTuple):
    """`mark` is overdue, today or planned; `clock` tells how long it has stood in its stage."""

    deal: Deal
    mark: str
    clock: rotting.Clock


class Group(NamedTuple):
    """Deals under one heading; `count` is how many there are, shown or not."""

    title: str
    lines: list[Line]
    count: int


def can_switch(user: User) -> bool:
    return user.sells and (sees_everything(user) or user.role == "manager")


def whose(user: User, asked: str) -> str:
    """A rep begins with their own deals, whoever leads or looks on with all they see."""
    if not can_switch(user):
        return MINE
    return asked if asked in (MINE, ALL) else MINE if user.role == "rep" else ALL


def deals_of(user: User, whose: str) -> Select[tuple[Deal]]:
    """The open deals that the page is about."""
    deals = queries.is_open(queries.visible_to(user))
    return deals.where(Deal.owner_id == user.id) if whose == MINE else deals


def days(user: User, whose: str) -> list[Group]:
    """Late, today, and the two weeks ahead; a heading with nothing under it is left out."""
    if not user.sells:
        return []
    today, deals = reader.today(), deals_of(user, whose)
    late = _group(_("Late"), deals.where(Deal.expected_close < today), Deal.expected_close.desc(), today)
    soon = deals.where(Deal.expected_close >= today, Deal.expected_close <= today + SOON)
    ahead = _group(_("In the next two weeks"), soon, Deal.expected_close.asc(), today)
    now = [line for line in ahead.lines if line.mark == "today"]
    rest = [line for line in ahead.lines if line.mark != "today"]
    groups = (late, Group(_("Today"), now, len(now)), Group(ahead.title, rest, ahead.count - len(now)))
    return [group for group in groups if group.lines]


def quiet(user: User, whose: str) -> Group:
    """Deals that stand in their stage for longer than it allows, the longest first."""
    if not user.sells:
        return Group("", [], 0)
    stages = db.session.scalars(select(Stage).where(Stage.rot_days.is_not(None)))
    deals = rotting.only(deals_of(user, whose), "rotting", stages)
    return _group(_("Gone quiet"), deals, Deal.entered_stage_at.asc(), reader.today(), QUIET_SHOWN)


def _group(title: str, deals: Select[tuple[Deal]], order, today: date, size: int = SHOWN) -> Group:
    """The first deals are chosen before anything is read of them: there may be thousands."""
    chosen = (
        deals.with_only_columns(Deal.id, func.count().over().label("of"))
        .order_by(order, Deal.id)
        .limit(written_out(size))
    )
    first = chosen.subquery()
    detailed = _detailed(select(Deal).join(first, first.c.id == Deal.id)).add_columns(first.c.of)
    rows: Sequence = db.session.execute(detailed.order_by(order, Deal.id)).all()
    return Group(title, [_line(deal, today) for deal, _count in rows], rows[0][1] if rows else 0)


def _line(deal: Deal, today: date) -> Line:
    expected = deal.expected_close
    mark = "planned" if expected is None or expected > today else "today" if expected == today else "overdue"
    return Line(deal, mark, rotting.clock(deal))


def _detailed(deals: Select[tuple[Deal]]) -> Select[tuple[Deal]]:
    return deals.options(
        joinedload(Deal.company).load_only(Company.name), joinedload(Deal.stage), joinedload(Deal.owner)
    )
