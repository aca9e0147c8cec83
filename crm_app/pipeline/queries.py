"""Reads of pipelines and deals. Those of deals start from `visible_to(user)` and narrow it, one step each."""

from collections.abc import Callable
from functools import cache
from math import ceil, floor
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope, owned_within
from crm_app.extensions import db
from crm_app.pipeline.models import IS_OPEN, Deal, Pipeline
from crm_app.web import later, word_search
from crm_app.web.money import LARGEST, Money, Rates
from crm_app.web.reader import reader
from crm_app.web.text import code_key


@once_for_each_scope
def visible_to(user: User) -> Select[tuple[Deal]]:
    """Deals out of the bin, of those whose records the user sees; none for agents."""
    return counted_for(user).where(opens_to(user))


def opens_to(user: User) -> ColumnElement[bool]:
    """The condition that a deal is one of those whose records a user who sells sees."""
    return owned_within(Deal.owner_id, user)


def counted_for(user: User) -> Select[tuple[Deal]]:
    """Deals out of the bin, whoever owns them now: for figures, which go on to ask who had the credit then."""
    return select(Deal).where(Deal.deleted_at.is_(None) if user.sells else false())


def binned_for(user: User) -> Select[tuple[Deal]]:
    """Deals in the bin, of those whose records the user sees: they may be restored."""
    if not user.sells:
        return select(Deal).where(false())
    return select(Deal).where(Deal.deleted_at.is_not(None), owned_within(Deal.owner_id, user))


_HOLDS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "owner": lambda user_id: Deal.owner_id == user_id,
    # Whose owner is in the team now.
    "team": lambda team_id: Deal.owner_id.in_(select(User.id).where(User.team_id == team_id)),
    "product": lambda product_id: Deal.product_id == product_id,
    "source": lambda source: Deal.source == source,
    "company": lambda company_id: Deal.company_id == company_id,
    "person": lambda person_id: Deal.person_id == person_id,
    "pipeline": lambda pipeline_id: Deal.pipeline_id == pipeline_id,
    "stage": lambda stage_id: Deal.stage_id == stage_id,
    "status": lambda status: Deal.status == status,
}
_HAVING = {name: later.Criterion(f"deals_{name}", holds) for name, holds in _HOLDS.items()}


def having(deals: Select[tuple[Deal]], **wanted: int | str | None) -> Select[tuple[Deal]]:
    """Those of an owner, a team, a product, a source, a company, a person, a pipeline, a stage or a status, by ids and
    words; None and the empty word take any deal."""
    given = {_HAVING[name]: value for name, value in wanted.items() if value not in (None, "")}
    return later.narrowed(deals, given)


def sources(deals: Select[tuple[Deal]]) -> Select[Any]:
    """Where these deals come from, the most frequent first."""
    known = deals.with_only_columns(Deal.source).where(Deal.source != "")
    return known.group_by(Deal.source).order_by(func.count().desc(), Deal.source).limit(100)


def worth_at_least(deals: Select[tuple[Deal]], least: Money | None, rates: Rates) -> Select[tuple[Deal]]:
    """Deals of any currency worth so much at today's rates; a currency without a rate is worth nothing known."""
    if least is None:
        return deals
    equals = rates.equal_to(least, reader.today())
    bounds = (
        (Deal.currency == code) & (Deal.value_amount >= min(ceil(amount), LARGEST + 1))
        for code, amount in equals.items()
    )
    return deals.where(or_(false(), *bounds))


def worth_at_most(deals: Select[tuple[Deal]], most: Money | None, rates: Rates) -> Select[tuple[Deal]]:
    if most is None:
        return deals
    equals = rates.equal_to(most, reader.today())
    bounds = (
        (Deal.currency == code) & (Deal.value_amount <= min(floor(amount), LARGEST)) for code, amount in equals.items()
    )
    return deals.where(or_(false(), *bounds))


def matching(deals: Select[tuple[Deal]], text: str) -> Select[tuple[Deal]]:
    """Every word begins one of the deal's title or code, or of its company's name."""
    return word_search.narrowed(deals, Deal, text) if text else deals


def is_open(deals: Select[tuple[Deal]]) -> Select[tuple[Deal]]:
    return deals.where(IS_OPEN)


def pipelines() -> Select[tuple[Pipeline]]:
    """All pipelines in their order, with their stages: everyone knows how the business sells."""
    return select(Pipeline).options(selectinload(Pipeline.stages)).order_by(Pipeline.position, Pipeline.id)


@cache
def pipelines_at_once() -> Select[tuple[Pipeline]]:
    """The same in one statement, for pages that have none to spare; a row for each stage, so take `unique()` ones."""
    return select(Pipeline).options(joinedload(Pipeline.stages)).order_by(Pipeline.position, Pipeline.id)


def all_pipelines() -> list[Any]:
    """With their stages at hand."""
    return list(db.session.scalars(pipelines_at_once()).unique())


def reasons_for_losing(deals: Select[tuple[Deal]]) -> Select[Any]:
    """What these deals were lost for, the most frequent first."""
    reasons = deals.with_only_columns(Deal.lost_reason).where(Deal.lost_reason != "")
    return reasons.group_by(Deal.lost_reason).order_by(func.count().desc(), Deal.lost_reason).limit(12)


def is_code_taken(code: str, deal: Deal | None = None) -> bool:
    """Whether another deal has this code, whoever owns it: codes are how imports know deals again."""
    key = code_key(code)
    others = select(Deal.id).where(Deal.code_key == key, Deal.deleted_at.is_(None))
    if deal is not None:
        others = others.where(Deal.id != deal.id)
    return bool(key) and db.session.scalar(others.limit(1)) is not None
