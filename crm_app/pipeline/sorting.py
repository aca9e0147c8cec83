"""How lists of deals may be ordered. Expressions never yield NULL, so that paging by key misses no row."""

from datetime import date

from flask import request
from sqlalchemy import BigInteger, ColumnElement, Date, Float, Select, case, cast, func, literal, select

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.web.money import Rates, minor_digits
from crm_app.web.reader import reader

_NEVER = literal(date(9999, 12, 31), Date)


def sorts(rates: Rates) -> dict[str, ColumnElement]:
    """By the keys that stand in addresses. Values are compared at today's rates."""
    stage = select(Pipeline.position * 1000 + Stage.position).join(Stage.pipeline).where(Stage.id == Deal.stage_id)
    company = select(Company.sort_key).where(Company.id == Deal.company_id)
    owner = select(User.sort_key).where(User.id == Deal.owner_id)
    return {
        "title": Deal.sort_key,
        "company": func.coalesce(company.scalar_subquery(), ""),
        "value": _worth(rates),
        "stage": cast(stage.scalar_subquery(), BigInteger),
        "owner": func.coalesce(owner.scalar_subquery(), ""),
        "close": func.coalesce(Deal.expected_close, _NEVER),
        "created": Deal.created_at,
    }


def in_order(deals: Select[tuple[Deal]], rates: Rates) -> Select[tuple[Deal]]:
    """All of them, as the address sorts the list."""
    sort = request.args.get("sort", "-created")
    expression = sorts(rates).get(sort.removeprefix("-"), Deal.created_at)
    return deals.order_by(*([expression.desc(), Deal.id.desc()] if sort.startswith("-") else [expression, Deal.id]))


def _worth(rates: Rates) -> ColumnElement[float]:
    """About what a deal is worth in the organisation's currency; less than nothing where that is not known."""
    today = reader.today()
    units = {currency: rates.on(currency, today) for currency in (rates.base, *rates.currencies)}
    factors = [
        (Deal.currency == currency, literal(float(rate.scaleb(-minor_digits(currency))), Float))
        for currency, rate in units.items()
        if rate is not None
    ]
    worth = cast(Deal.value_amount, Float) * case(*factors, else_=None)
    return func.coalesce(worth, literal(-1.0, Float))
