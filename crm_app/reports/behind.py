"""The deals behind a figure: as many as it counts, and summing to what it says."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import Select, case, false, func
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import Organisation, Team, User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSION_LABELS, DIMENSIONS, Measure
from crm_app.measures.figures import Figure
from crm_app.measures.reading import nothing
from crm_app.measures.scope import Scope
from crm_app.measures.view import View
from crm_app.pipeline.models import Closing, Deal, Pipeline, Stage, Stay
from crm_app.pipeline.queries import opens_to
from crm_app.web import formats
from crm_app.web.money import Money, Rates
from crm_app.web.ordering import Order, known_first
from crm_app.web.periods import Period
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.worth import by_worth

_NAMED: dict[str, Any] = {"owner": User, "team": Team, "product": Product, "stage": Stage, "pipeline": Pipeline}
_SCOPED = ("owner", "team", "product", "pipeline", "industry")
LARGEST = 100_000


class NoSuchFigure(ValueError):
    """The address does not name a figure that there is."""


class Stood(NamedTuple):
    """The stage and the value of a deal at the moment at which it is counted."""

    stage: str
    amount: int | None
    currency: str

    @property
    def value(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)


@dataclass(frozen=True)
class Behind:
    """Which figure: its measure, days, scope, and the group it stands for where the scope cannot say it."""

    measure: Measure
    period: Period
    scope: Scope
    dimension: str | None = None
    key: int | str | None = None

    @classmethod
    def from_address(cls, measure: Measure, user: User, firm: Organisation) -> "Behind":
        """Raises NoSuchFigure for days that are none, ids that are no numbers, or groups the measure has not."""
        scope: dict[str, Any] = {}
        group: tuple[str | None, Any] = (None, None)
        for name in (*_SCOPED, "stage", "region"):
            value = request.args.get(name)
            if not value:
                continue
            if name in ("stage", "region") or value == "none":
                group = name, None if value == "none" else _key(name, value)
            else:
                scope[f"{name}_id" if name in _NAMED else name] = _key(name, value)
        if group[0] is not None and group[0] not in DIMENSIONS[measure.key]:
            raise NoSuchFigure(group[0])
        return cls(measure, _days(firm), Scope(user, **scope), *group)

    def figure(self) -> Figure:
        """The very figure that the page led here from."""
        if self.dimension is None:
            return asking.ask(self.measure, self.period, self.scope)
        groups = asking.matrix(self.measure, [self.period], self.dimension, self.scope, labels={})
        return next((group.figures[0] for group in groups if group.key == self.key), nothing(self.measure))

    def rows(self) -> Select[Any]:
        """Each deal, whether the reader may open it, when it was counted and what it adds where that is kept.

        What was handed on since stays in the figure of those who had the credit, but is not theirs to read any more.
        """
        deals = asking.records(self.measure, self.period, self.scope, self.dimension, self.key).order_by(None)
        loaded = (joinedload(Deal.company), joinedload(Deal.owner), joinedload(Deal.product), joinedload(Deal.stage))
        columns = [self._is_seen.label("is_seen"), self._counted_at.label("counted_at")]
        if self.counted is not None:
            columns.append(self.counted.label("counted_amount"))
        if self.is_past:
            columns += [Stage.name.label("stage"), Stay.value_amount.label("amount"), Stay.currency.label("currency")]
        return deals.options(*loaded).add_columns(*columns)

    def stood(self, row: Any) -> Stood:
        deal = row[0]
        if self.is_past:
            return Stood(row.stage, row.amount, row.currency)
        return Stood(deal.stage.name, deal.value_amount, deal.currency)

    @cached_property
    def is_past(self) -> bool:
        """Whether it is the state at an instant that is over, of which the stays in stages tell, and not the deals."""
        return self.measure.is_snapshot and not View.at(None).is_partial(self.period)

    @property
    def counted(self) -> Any:
        """What a deal adds to the figure, in the organisation's currency; none for states, whose rate is today's."""
        return None if self.measure.is_snapshot or self.measure.key == "new_deals" else Closing.base_amount

    def sorts(self) -> dict[str, Order]:
        """By when the deal was counted, or what the reader may know of it; deals without a value stand last."""
        title = case((self._is_seen, Deal.sort_key), else_="")
        return {"when": self._counted_at, "title": title, "value": self._by_value()}

    def _by_value(self) -> Order:
        """By what each adds to the figure, which everybody here sees; else by what it is worth, where that is seen."""
        if self.counted is not None:
            return known_first(self.counted.is_not(None), func.coalesce(self.counted, 0))
        of = Stay if self.is_past else Deal
        known, worth = by_worth(of.value_amount, of.currency, Rates.load(reader.currency))
        is_known = case((self._is_seen, known.value), else_=false())
        return known_first(is_known, case((self._is_seen, worth.value), else_=0.0))

    @property
    def _is_seen(self) -> Any:
        return opens_to(self.scope.user)

    @property
    def _counted_at(self) -> Any:
        if self.measure.is_snapshot:
            return Stay.entered_at if self.is_past else Deal.entered_stage_at
        return Deal.created_at if self.measure.key == "new_deals" else Closing.closed_at

    def narrowed(self) -> list[tuple[str, str]]:
        """What the figure is narrowed to, in words: kind and name."""
        labels = DIMENSION_LABELS | {"pipeline": _("Pipeline")}
        found = []
        for name in (*_SCOPED, "stage", "region"):
            value = request.args.get(name)
            if value:
                found.append((str(labels[name]), _name(name, value)))
        return found


def _days(firm: Organisation) -> Period:
    """Half-open, as ISO days."""
    try:
        start = date.fromisoformat(request.args.get("from", ""))
        end = date.fromisoformat(request.args.get("to", ""))
    except ValueError as error:
        raise NoSuchFigure("days") from error
    if not date(1800, 1, 1) <= start < end <= date(2300, 1, 1):
        raise NoSuchFigure("days")
    return firm.calendar().custom(start, end)


def _key(name: str, value: str) -> int | str:
    if name not in _NAMED:
        return value[:200]
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        raise NoSuchFigure(name)
    return int(value)


def _name(name: str, value: str) -> str:
    if value == "none":
        return _("none")
    if name not in _NAMED:
        return value
    found = db.session.get(_NAMED[name], int(value))
    return found.name if found else formats.digits(value)
