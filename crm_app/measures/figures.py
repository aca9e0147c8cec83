"""What asking for a measure gives: a figure with all that is needed to read it honestly."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from crm_app.analytics.rates import FEW

Status = Literal["ok", "na", "low_n", "partial", "mixed_currency"]


@dataclass(frozen=True)
class Figure:
    """`value` is None where there is nothing to divide by or nothing yet: never 0 for not known.

    `n` deals stand behind it, of which `unpriced` have no value. `low` and `high` bound a rate. Of several remarks
    `status` names the gravest: na, then mixed_currency (amounts left out for want of a rate), low_n (a rate, mean or
    median of fewer than 30), partial (not over yet).
    """

    value: Decimal | int | None
    numerator: Decimal | int = 0
    denominator: int | None = None
    n: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    status: Status = "ok"
    notes: tuple[str, ...] = ()
    as_of: datetime | None = field(default=None, compare=False)
    is_partial: bool = False
    unpriced: int = 0

    @property
    def is_of_few(self) -> bool:
        """A rate, a mean or a median that rests on too few deals to be judged."""
        return self.denominator is not None and self.denominator < FEW


class Group(NamedTuple):
    """`key` is an id, or the region or industry itself; None for deals that have none."""

    key: int | str | None
    label: str
    figure: Figure


class Series(NamedTuple):
    key: int | str | None
    label: str
    figures: list[Figure]


class DayPoint(NamedTuple):
    """From the period's first day to the end of `day`: the sum or count, or both parts of a rate or a mean."""

    day: date
    numerator: Decimal | int
    denominator: int | None = None

    @property
    def value(self) -> Decimal | None:
        if self.denominator is None:
            return Decimal(self.numerator)
        return Decimal(self.numerator) / self.denominator if self.denominator else None
