"""What happened in periods: deals won, lost and created, tallied for any number of periods and groups at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import CTE, Integer, and_, case, column, exists, func, literal_column, or_, select, values
from sqlalchemy.orm import aliased

from crm_app.extensions import UtcDateTime, db
from crm_app.measures.scope import OF_CREDIT, Credit, Rows, Scope
from crm_app.pipeline.models import Closing, Deal

Span = tuple[datetime, datetime]
Place = tuple[int, Any]

_OUTCOMES = {"win_rate": ("won", "lost"), "lost_deals": ("lost",)}
_CLOSED = {
    "outcome": Closing.outcome,
    "amount": Closing.base_amount,
    "value": Closing.value_amount,
    "seconds": Closing.cycle_seconds,
}
_UNDATED = case((Deal.created_is_known, 0), else_=1)


@dataclass
class Tally:
    """What is added up for one period and group.

    `amount` and, of open deals, `weighted` count minor units of the organisation's currency, to the fraction that is
    left of other currencies; `middle` sums the one or two cycles in the middle.
    """

    n: int = 0
    won: int = 0
    amount: Decimal | int = 0
    weighted: Decimal | int = 0
    priced: int = 0
    unpriced: int = 0
    cycles: int = 0
    cycle_seconds: int = 0
    middle: int = 0
    middles: int = 0
    undated: int = 0

    @property
    def median_seconds(self) -> Decimal | None:
        return Decimal(self.middle) / self.middles if self.middles else None

    @property
    def unconverted(self) -> int:
        """Deals whose value is in a currency without a rate; meant for tallies of won or open deals alone."""
        return self.n - self.priced - self.unpriced

    def __add__(self, other: "Tally") -> "Tally":
        """Both together; the median of both cannot be had so."""
        theirs = vars(other)
        return Tally(*[value + theirs[name] for name, value in vars(self).items()])


def rows(measure: str, scope: Scope, before: datetime | None, *, of_deals: bool = True) -> Rows:
    """The rows of a measure as known now, or as they were known just before an instant."""
    if measure == "new_deals":
        deals = scope.deals() if before is None else scope.deals().where(Deal.created_at < before)
        found = Rows(deals, Deal.created_at, Credit(Deal.first_owner_id, Deal.first_team_id))
    else:
        deals = scope.history(Closing, of_deals)
        deals = deals.where(Closing.outcome.in_(_OUTCOMES.get(measure, ("won",))), _standing(before))
        found = Rows(deals, Closing.closed_at, Credit(Closing.owner_id, Closing.team_id))
    return found.credited(scope)


def counted(measure: str, found: Rows) -> Rows:
    """Only the rows that the figure rests on: a mean of values rests on deals that have one."""
    if measure == "average_deal":
        return found.where(Closing.base_amount.is_not(None))
    return found.where(Closing.cycle_seconds.is_not(None)) if measure == "sales_cycle_days" else found


def tallies(
    measure: str, scope: Scope, spans: Sequence[Span], before: datetime | None, dimension: str | None = None
) -> dict[Place, Tally]:
    """By number of the span and key of the group, in one statement; what is missing is empty."""
    found = rows(measure, scope, before, of_deals=dimension not in OF_CREDIT)
    columns = {"undated": _UNDATED} if measure == "new_deals" else _CLOSED
    table = _in_spans(found, spans, dimension, columns)
    if measure == "sales_cycle_days":
        table = _with_middle(table)
    sums = _sums_of(measure, table)
    grouped = select(table.c.span, table.c.key, *sums.values()).group_by(table.c.span, table.c.key)
    result = {}
    for span, key, *numbers in db.session.connection().execute(grouped):
        counts: dict[str, Any] = {name: int(number or 0) for name, number in zip(sums, numbers, strict=True)}
        result[span, key] = Tally(**counts)
    return result


def cycles(scope: Scope, spans: Sequence[Span], before: datetime | None) -> dict[int, list[int]]:
    """The length in seconds of every won deal's cycle, by number of the span."""
    found = rows("sales_cycle_days", scope, before, of_deals=False).where(Closing.cycle_seconds.is_not(None))
    table = _in_spans(found, spans, None, {"seconds": Closing.cycle_seconds})
    result: dict[int, list[int]] = {}
    for span, seconds in db.session.connection().execute(select(table.c.span, table.c.seconds)):
        result.setdefault(span, []).append(seconds)
    return result


def _spans_table(spans: Sequence[Span]) -> CTE:
    """The spans as rows of SQL, so that one statement serves any number of them."""
    table = values(column("number", Integer), column("start", UtcDateTime), column("stop", UtcDateTime), name="spans")
    return table.data([(number, *span) for number, span in enumerate(spans)]).cte("spans")


def span_of(at: Any, spans: Sequence[Span]) -> Any:
    """The number of the span that holds an instant, for spans that follow each other and instants within them.

    Halved again and again, so that a row costs a handful of comparisons where a join costs one for each span.
    """
    if len(spans) == 1:
        return literal_column("0")
    return _number_among(at, tuple(start for start, _stop in spans))


@lru_cache(maxsize=64)
def _number_among(at: Any, starts: tuple[datetime, ...]) -> Any:
    """Kept: making the question for the days of two quarters costs more than answering it."""
    return _number_between(at, starts, 0, len(starts))


def _number_between(at: Any, starts: Sequence[datetime], first: int, beyond: int) -> Any:
    if beyond - first == 1:
        return literal_column(str(first))
    middle = (first + beyond) // 2
    return case(
        (at < starts[middle], _number_between(at, starts, first, middle)),
        else_=_number_between(at, starts, middle, beyond),
    )


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


def _sums_of(measure: str, table: Any) -> dict[str, Any]:
    """What is added up for a measure, by its name in the tally: as little as it takes, and counted where it can be."""
    n = func.count()
    if measure == "new_deals":
        return {"n": n, "undated": func.sum(table.c.undated)}
    won = func.count(case((table.c.outcome == "won", 1))) if measure == "win_rate" else n
    sums: dict[str, Any] = {"n": n, "won": n if measure == "lost_deals" else won}
    if measure in ("win_rate", "lost_deals"):
        return sums
    sums |= {"amount": func.sum(table.c.amount), "priced": func.count(table.c.amount)}
    sums |= {"unpriced": n - func.count(table.c.value), "cycles": func.count(table.c.seconds)}
    if measure == "sales_cycle_days":
        of_cycles = {"cycle_seconds": "seconds", "middle": "middle", "middles": "middles"}
        sums |= {name: func.sum(table.c[column]) for name, column in of_cycles.items()}
    return sums


def _in_spans(found: Rows, spans: Sequence[Span], dimension: str | None, columns: dict[str, Any]) -> Any:
    deals, key = found.told_apart(dimension)
    if all(before[1] == after[0] for before, after in pairwise(spans)):
        number = span_of(found.at, spans)
        deals = deals.where(found.at >= spans[0][0], found.at < spans[-1][1])
    else:
        table = _spans_table(spans)
        number = table.c.number
        deals = deals.join(table, and_(found.at >= table.c.start, found.at < table.c.stop))
    chosen = [number.label("span"), key.label("key"), *(value.label(name) for name, value in columns.items())]
    return deals.with_only_columns(*chosen).subquery()


def _with_middle(table: Any) -> Any:
    """The same rows, with the cycle that stands in the middle of its group marked, or the two that do."""
    unknown = case((table.c.seconds.is_(None), 1), else_=0)
    group = [table.c.span, table.c.key, unknown]
    ranked = select(
        table,
        func.row_number().over(partition_by=group, order_by=table.c.seconds).label("position"),
        func.count().over(partition_by=group).label("of"),
    ).subquery()
    twice = 2 * ranked.c.position
    in_middle = and_(ranked.c.seconds.is_not(None), twice >= ranked.c.of, twice <= ranked.c.of + 2)
    return select(
        ranked,
        case((in_middle, ranked.c.seconds)).label("middle"),
        case((in_middle, 1), else_=0).label("middles"),
    ).subquery()
