"""Amounts of several currencies, in the order of about what they are worth today."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func, literal

from crm_app.web.money import Rates, minor_digits
from crm_app.web.ordering import Order, known_first
from crm_app.web.reader import reader


def by_worth(amount: Any, currency: Any, rates: Rates) -> Order:
    """By columns of minor units and of their currency; what has no amount, or no rate, stands last."""
    return _by_worth(amount, currency, _factors(rates))


def _factors(rates: Rates) -> tuple[tuple[str, float], ...]:
    """What one minor unit of each currency is worth today."""
    today = reader.today()
    units = {currency: rates.on(currency, today) for currency in (rates.base, *rates.currencies)}
    return tuple(
        (currency, float(rate.scaleb(-minor_digits(currency)))) for currency, rate in units.items() if rate is not None
    )


@lru_cache
def _by_worth(amount: Any, currency: Any, factors: tuple[tuple[str, float], ...]) -> Order:
    known = [(currency == one, literal(factor, Float)) for one, factor in factors]
    worth: ColumnElement[float | None] = cast(amount, Float) * case(*known, else_=None)
    return known_first(worth.is_not(None), func.coalesce(worth, literal(0.0, Float)))
