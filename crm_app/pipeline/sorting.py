"""How lists of deals may be ordered. Expressions never yield NULL, so that paging by key misses no row."""

from datetime import UTC, date, datetime

from flask import request
from sqlalchemy import BigInteger, Date, Select, case, cast, func, literal, select

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.extensions import UtcDateTime
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.web.money import Rates
from crm_app.web.ordering import Order, Part, known_first
from crm_app.web.ordering import in_order as sorted_as
from crm_app.web.worth import by_worth

_NEVER = literal(date(9999, 12, 31), Date)
_LONG_AGO = literal(datetime(1, 1, 2, tzinfo=UTC), UtcDateTime)


def sorts(rates: Rates) -> dict[str, Order]:
    """By the keys that stand in addresses; deals without a value stand last. Values are compared at today's rates.

    `next` is what asks for attention: open deals by when they should close, then closed ones, the latest first.
    """
    return _FIXED | {"value": by_worth(Deal.value_amount, Deal.currency, rates)}


def _fixed() -> dict[str, Order]:
    stage = select(Pipeline.position * 1000 + Stage.position).join(Stage.pipeline).where(Stage.id == Deal.stage_id)
    company = select(Company.sort_key).where(Company.id == Deal.company_id)
    owner = select(User.sort_key).where(User.id == Deal.owner_id)
    close = func.coalesce(Deal.expected_close, _NEVER)
    return {
        "title": Deal.sort_key,
        "company": known_first(Deal.company_id.is_not(None), func.coalesce(company.scalar_subquery(), "")),
        "stage": cast(stage.scalar_subquery(), BigInteger),
        "owner": known_first(Deal.owner_id.is_not(None), func.coalesce(owner.scalar_subquery(), "")),
        "close": known_first(Deal.expected_close.is_not(None), close),
        "created": known_first(Deal.created_is_known, Deal.created_at),
        "next": (
            Part(Deal.status == "open", is_descending=True),
            Part(case((Deal.status == "open", close), else_=_NEVER)),
            Part(func.coalesce(Deal.closed_at, _LONG_AGO), is_descending=True),
        ),
    }


_FIXED = _fixed()


def in_order(deals: Select[tuple[Deal]], rates: Rates) -> Select[tuple[Deal]]:
    """All of them, as the address sorts the list."""
    sort, known = request.args.get("sort", ""), sorts(rates)
    return sorted_as(deals, sort if sort.removeprefix("-") in known else "-created", known, key=Deal.id)
