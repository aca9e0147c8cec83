"""What happened in periods: deals won, lost and created, tallied for any number of periods and groups at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CTE, Integer, Select, and_, case, column, exists, func, literal_column, or_, select, values
from sqlalchemy.orm import aliased

from crm_app.extensions import UtcDateTime, db
from crm_app.measures.scope import Credit, Scope, dimension_of
from crm_app.pipeline.models import Closing, Deal

Span = tuple[datetime, datetime]
Place = tuple[int, Any]

_OUTCOMES = {"win_rate": ("won", "lost"), "lost_deals": ("lost",)}


@dataclass
class Tally:
    """What is added up for one period and group; `amount` counts minor units of the organisation's currency."""

    n: int = 0
    won: int = 0
    amount: int = 0
    priced: int = 0
    unpriced: int = 0
    cycles: int = 0
    cycle_seconds: int = 0
    median_seconds: Decimal | None = None
    undated: int = 0

    @property
    def unconverted(self) -> int:
        """Deals whose value is in a currency without a rate; meant for tallies of won or open deals alone."""
        return self.n - self.priced - self.unpriced

    def __add__(self, other: "Tally") -> "Tally":
        """Both together, but for the median, which cannot be had from two."""
        sums = {name: value + getattr(other, name) for name, value in vars(self).items() if name != "median_seconds"}
        return Tally(**sums)


class Rows(NamedTuple):
    """A select of deals joined with the rows that are counted, the instant of each, and who has its credit."""

    deals: Select[tuple[Deal]]
    at: Any
    credit: Credit


def rows(measure: str, scope: Scope, before: datetime | None) -> Rows:
    """The rows of a measure as known now, or as they were known just before an instant."""
    if measure == "new_deals":
        deals = scope.deals() if before is None else scope.deals().where(Deal.created_at < before)
        found = Rows(deals, Deal.created_at, Credit(Deal.first_owner_id, Deal.first_team_id))
    else:
        deals = scope.deals().join(Closing, Closing.deal_id == Deal.id)
        deals = deals.where(Closing.outcome.in_(_OUTCOMES.get(measure, ("won",))), _standing(before))
        found = Rows(deals, Closing.closed_at, Credit(Closing.owner_id, Closing.team_id))
    return found._replace(deals=credited(found.deals, found.credit, scope))


def credited(deals: Select[tuple[Deal]], credit: Credit, scope: Scope) -> Select[tuple[Deal]]:
    if scope.owner_id is not None:
        deals = deals.where(credit.owner == scope.owner_id)
    return deals if scope.team_id is None else deals.where(credit.team == scope.team_id)


def counted(measure: str, found: Rows) -> Select[tuple[Deal]]:
    """Only the rows that the figure rests on: a mean of values rests on deals that have one."""
    if measure == "average_deal":
        return found.deals.where(Closing.base_amount.is_not(None))
    return found.deals.where(Closing.cycle_seconds.is_not(None)) if measure == "sales_cycle_days" else found.deals


def tallies(
    measure: str, scope: Scope, spans: Sequence[Span], before: datetime | None, dimension: str | None = None
) -> dict[Place, Tally]:
    """By number of the span and key of the group; what is missing is empty. One statement, two for the cycle."""
    found = rows(measure, scope, before)
    columns = _created_columns() if measure == "new_deals" else _closed_columns()
    table, names = _in_spans(found, spans, dimension, columns), list(columns)
    grouped = select(table.c.span, table.c.key, *(func.sum(table.c[name]) for name in names))
    result = {}
    for span, key, *numbers in db.session.execute(grouped.group_by(table.c.span, table.c.key)):
        counts: dict[str, Any] = {name: int(number or 0) for name, number in zip(names, numbers, strict=True)}
        result[span, key] = Tally(**counts)
    if measure == "sales_cycle_days":
        for place, seconds in _medians(found, spans, dimension).items():
            result[place].median_seconds = seconds
    return result


def cycles(scope: Scope, spans: Sequence[Span], before: datetime | None) -> dict[int, list[int]]:
    """The length in seconds of every won deal's cycle, by number of the span."""
    found = rows("sales_cycle_days", scope, before)
    table = _in_spans(found, spans, None, {"cycle_seconds": Closing.cycle_seconds})
    result: dict[int, list[int]] = {}
    for span, seconds in db.session.execute(select(table.c.span, table.c.cycle_seconds)):
        if seconds is not None:
            result.setdefault(span, []).append(seconds)
    return result


def spans_table(spans: Sequence[Span]) -> CTE:
    """The spans as rows of SQL, so that one statement serves any number of them."""
    table = values(column("number", Integer), column("start", UtcDateTime), column("stop", UtcDateTime), name="spans")
    return table.data([(number, *span) for number, span in enumerate(spans)]).cte("spans")


def _standing(before: datetime | None) -> Any:
    """Closings not taken back; or those that had happened before an instant and were not taken back by then."""
    if before is None:
        return Closing.reversed_at.is_(None)
    earlier = aliased(Closing)
    # A deal closed again with an older date would stand twice at an instant before it was reopened.
    superseded = exists().where(earlier.deal_id == Closing.deal_id, earlier.id < Closing.id, _stood(earlier, before))
    return and_(_stood(Closing, before), ~superseded)


def _stood(closing: Any, before: datetime) -> Any:
    return and_(closing.closed_at < before, or_(closing.reversed_at.is_(None), closing.reversed_at >= before))


def _closed_columns() -> dict[str, Any]:
    won = Closing.outcome == "won"
    return {
        "n": literal_column("1"),
        "won": case((won, 1), else_=0),
        "amount": Closing.base_amount,
        "priced": case((Closing.base_amount.is_not(None), 1), else_=0),
        "unpriced": case((Closing.value_amount.is_(None), 1), else_=0),
        "cycles": case((Closing.cycle_seconds.is_not(None), 1), else_=0),
        "cycle_seconds": Closing.cycle_seconds,
    }


def _created_columns() -> dict[str, Any]:
    return {"n": literal_column("1"), "undated": case((Deal.created_is_known, 0), else_=1)}


def _in_spans(found: Rows, spans: Sequence[Span], dimension: str | None, columns: dict[str, Any]) -> Any:
    key = dimension_of(dimension, found.credit).label("key")
    table = spans_table(spans)
    inside = and_(found.at >= table.c.start, found.at < table.c.stop)
    chosen = [table.c.number.label("span"), key, *(value.label(name) for name, value in columns.items())]
    return found.deals.join(table, inside).with_only_columns(*chosen).subquery()


def _medians(found: Rows, spans: Sequence[Span], dimension: str | None) -> dict[Place, Decimal]:
    known = found._replace(deals=found.deals.where(Closing.cycle_seconds.is_not(None)))
    table = _in_spans(known, spans, dimension, {"seconds": Closing.cycle_seconds})
    place: dict[str, Any] = {"partition_by": (table.c.span, table.c.key)}
    ranked = select(
        table.c.span,
        table.c.key,
        table.c.seconds,
        func.row_number().over(order_by=table.c.seconds, **place).label("position"),
        func.count().over(**place).label("of"),
    ).subquery()
    twice = 2 * ranked.c.position
    middle = or_(twice == ranked.c.of, twice == ranked.c.of + 1, twice == ranked.c.of + 2)
    query = select(ranked.c.span, ranked.c.key, func.sum(ranked.c.seconds), func.count()).where(middle)
    found_rows = db.session.execute(query.group_by(ranked.c.span, ranked.c.key))
    return {(span, key): Decimal(int(total)) / number for span, key, total, number in found_rows}
