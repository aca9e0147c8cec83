"""Money: an integer of the currency's minor unit and a code; dated rates turn one currency into another."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property, lru_cache

from babel.numbers import get_currency_precision, list_currencies
from sqlalchemy import Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Date, Numeric, String, TypeDecorator

from crm_app.extensions import db

COMMON_CURRENCIES = ("EUR", "USD", "IRR", "CNY", "GBP", "AED", "TRY", "CHF", "CAD", "AUD", "JPY", "INR", "RUB", "SAR")
# Browsers count so far exactly, and a thousand of them still add up within the database's whole numbers.
LARGEST = 9 * 10**15


@dataclass(frozen=True)
class Money:
    """`amount` counts the currency's minor unit: cents of euro, but whole rials and yen."""

    amount: int
    currency: str

    @property
    def units(self) -> Decimal:
        return Decimal(self.amount).scaleb(-minor_digits(self.currency))


@lru_cache(maxsize=1024)
def minor_digits(currency: str) -> int:
    return get_currency_precision(currency)


def to_minor(units: Decimal, currency: str) -> int:
    """Raises ValueError for an amount finer than the currency's minor unit or too large to keep."""
    scaled = units.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value() or abs(scaled) > LARGEST:
        raise ValueError(f"{units} is no amount of {currency}")
    return int(scaled)


def rounded(amount: Decimal | int) -> int:
    """Whole minor units, half up."""
    return amount if isinstance(amount, int) else int(amount.to_integral_value(ROUND_HALF_UP))


def is_currency(code: str) -> bool:
    return code in list_currencies()


class RateNumber(TypeDecorator[Decimal]):
    """Fifteen significant digits, however small: as many as SQLite keeps of a number, and as PostgreSQL does here."""

    impl = Numeric(30, 20)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else Decimal(value).normalize(Context(prec=15))

    process_result_value = process_bind_param


class Rate(db.Model):
    """From `day` on, one unit of `currency` is worth `rate` units of the organisation's currency."""

    __tablename__ = "rates"
    __table_args__ = (UniqueConstraint("currency", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3))
    day: Mapped[date] = mapped_column(Date)
    rate: Mapped[Decimal] = mapped_column(RateNumber)


_ALL_RATES = select(Rate.currency, Rate.day, Rate.rate)


def _all_rates() -> list[tuple[str, date, Decimal]]:
    # Whoever asks may be in the middle of changing a record.
    with db.session.no_autoflush:
        rows = db.session.connection().execute(_ALL_RATES).all()
    return [(currency, day, Decimal(str(rate))) for currency, day, rate in rows]


def latest_first() -> Select[tuple[Rate]]:
    return select(Rate).order_by(Rate.currency, Rate.day.desc())


class Rates:
    """All rates at hand: `rates.convert(Money(100, "EUR"), day)`."""

    def __init__(self, base: str, rates: Iterable[tuple[str, date, Decimal]] | None):
        self.base = base
        self._given = rates

    @classmethod
    def load(cls, base: str) -> "Rates":
        """Read once, and not before another currency is asked about: where there is none, it costs no statement."""
        return cls(base, None)

    @cached_property
    def _known(self) -> dict[str, tuple[list[date], list[Decimal]]]:
        """Of each currency the days from which a rate is in force, and the rates."""
        known: dict[str, tuple[list[date], list[Decimal]]] = {}
        for currency, day, rate in sorted(_all_rates() if self._given is None else self._given):
            days, rates = known.setdefault(currency, ([], []))
            days.append(day)
            rates.append(rate)
        return known

    @property
    def currencies(self) -> tuple[str, ...]:
        """The other currencies for which some rate is known."""
        return tuple(self._known)

    def on(self, currency: str, day: date) -> Decimal | None:
        """The rate in force on that day; None where none had been entered by then."""
        if currency == self.base:
            return Decimal(1)
        days, rates = self._known.get(currency, ((), ()))
        index = bisect_right(days, day)
        return rates[index - 1] if index else None

    def convert(self, money: Money, day: date) -> int | None:
        """Minor units of the base currency; None without a rate, or too large to be added up."""
        worth = self.worth(money, day)
        return None if worth is None else rounded(worth)

    def worth(self, money: Money, day: date) -> Decimal | int | None:
        """The same to the last fraction, so that a sum is the same however its parts were put together."""
        if money.currency == self.base:
            return money.amount
        rate = self.on(money.currency, day)
        if rate is None:
            return None
        worth = (money.units * rate).scaleb(minor_digits(self.base))
        return worth if abs(rounded(worth)) <= LARGEST else None

    def equal_to(self, money: Money, day: date) -> dict[str, Decimal]:
        """An amount of the base currency in each currency that has a rate on that day, in minor units."""
        on_that_day = {currency: self.on(currency, day) for currency in (self.base, *self._known)}
        return {
            currency: (money.units / rate).scaleb(minor_digits(currency))
            for currency, rate in on_that_day.items()
            if rate
        }

    def total(self, amounts: Mapping[str, int | Decimal], day: date) -> "Total":
        """One sum of amounts by currency (minor units), with the currencies that had no rate."""
        converted: Decimal | int = 0
        missing = []
        for currency, amount in amounts.items():
            worth = self.worth(Money(int(amount), currency), day) if amount else 0
            if worth is None:
                missing.append(currency)
            else:
                converted += worth
        return Total(Money(rounded(converted), self.base), tuple(sorted(missing)))


@dataclass(frozen=True)
class Total:
    """A sum in the organisation's currency. `missing` names currencies left out for want of a rate."""

    money: Money
    missing: tuple[str, ...] = ()
