"""What a board shows: a column for each open stage with its totals, and the cards that stand first in it.

The number of statements is the same for three deals as for thousands; totals are sums of the database, over all
cards that match and in all currencies, never over the cards that happen to be loaded.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.pipeline.rotting import Clock, clock
from crm_app.web.money import Money, Rates
from crm_app.web.reader import reader

CARDS_AT_FIRST = 20
CARDS_AT_MOST = 500
Deals = Select[tuple[Deal]]


class Card(NamedTuple):
    """`mark` is how the expected close stands: planned, today, overdue or none; `days_over` how long overdue."""

    deal: Deal
    clock: Clock
    mark: str
    days_over: int


class Totals(NamedTuple):
    """Over all matching deals of a stage, in the organisation's currency. `missing` had no rate and are left out."""

    count: int
    value: Money
    weighted: Money
    missing: tuple[str, ...]


class Column(NamedTuple):
    """`hue` is the stage's colour; `next_key` is where further cards go on, None at the foot."""

    stage: Stage
    hue: int
    totals: Totals
    cards: list[Card]
    next_key: str | None


class Sums(NamedTuple):
    """Matching open deals of every pipeline: by stage, and how many each pipeline has."""

    by_stage: dict[int, dict[str, tuple[int, int]]]
    rates: Rates

    def count(self, stages: Iterable[Stage]) -> int:
        return sum(count for stage in stages for count, _ in self.by_stage.get(stage.id, {}).values())

    def of(self, stages: Iterable[Stage]) -> Totals:
        """The totals of one or several stages, each weighted with its own probability."""
        today, value, weighted, missing = reader.today(), 0, Decimal(0), set()
        stages = list(stages)
        for stage in stages:
            amounts = {currency: amount for currency, (_, amount) in self.by_stage.get(stage.id, {}).items()}
            total = self.rates.total(amounts, today)
            value += total.money.amount
            weighted += Decimal(total.money.amount) * stage.probability / 100
            missing |= set(total.missing)
        rounded = int(weighted.to_integral_value(ROUND_HALF_UP))
        return Totals(
            self.count(stages), Money(value, self.rates.base), Money(rounded, self.rates.base), tuple(sorted(missing))
        )


def sums(deals: Deals, rates: Rates) -> Sums:
    """Counts and amounts of open deals by stage and currency, in one statement."""
    grouped = deals.where(Deal.status == "open").with_only_columns(
        Deal.stage_id, Deal.currency, func.count(), func.coalesce(func.sum(Deal.value_amount), 0)
    )
    by_stage: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for stage_id, currency, count, amount in db.session.execute(grouped.group_by(Deal.stage_id, Deal.currency)):
        by_stage[stage_id][currency] = (count, int(amount))
    return Sums(dict(by_stage), rates)


def columns(deals: Deals, pipeline: Pipeline, found: Sums, stages: Iterable[Stage] | None = None) -> list[Column]:
    """Columns with their first cards: all open stages of the pipeline, or only those given, in its order."""
    wanted = pipeline.open_stages if stages is None else [s for s in pipeline.open_stages if s in set(stages)]
    return [_column(pipeline, stage, found, cards) for stage, cards in _first_cards(deals, wanted)]


def head(pipeline: Pipeline, stage: Stage, found: Sums) -> Column:
    return _column(pipeline, stage, found, [])


def cards_after(deals: Deals, stage: Stage, key: str) -> tuple[list[Card], str | None]:
    """The next cards of a column, and the key that goes on from them. A broken key begins at the top."""
    ordered = detailed(deals.where(Deal.stage_id == stage.id)).order_by(Deal.rank, Deal.id)
    after = _read_key(key)
    if after:
        rank, last = after
        ordered = ordered.where(or_(Deal.rank > rank, and_(Deal.rank == rank, Deal.id > last)))
    rows = list(db.session.scalars(ordered.limit(CARDS_AT_FIRST + 1)))
    shown = rows[:CARDS_AT_FIRST]
    return [card(deal) for deal in shown], _key(shown[-1]) if len(rows) > len(shown) else None


def reaching(deal: Deal, column: Column, deals: Deals) -> Column:
    """The column, shown as far down as the deal if it stands there (within reason)."""
    if column.stage is not deal.stage or deal in [one.deal for one in column.cards]:
        return column
    above = or_(Deal.rank < deal.rank, and_(Deal.rank == deal.rank, Deal.id <= deal.id))
    within = deals.where(Deal.stage_id == deal.stage_id)
    count = db.session.scalar(within.where(above).with_only_columns(func.count())) or 0
    ordered = detailed(within).order_by(Deal.rank, Deal.id).limit(min(count, CARDS_AT_MOST))
    cards = [card(one) for one in db.session.scalars(ordered)]
    return column._replace(cards=cards, next_key=_next_key(cards, column.totals))


def card(deal: Deal, now: datetime | None = None) -> Card:
    mark, days_over = _mark(deal.expected_close, reader.today())
    return Card(deal, clock(deal, now), mark, days_over)


def _column(pipeline: Pipeline, stage: Stage, found: Sums, cards: list[Card]) -> Column:
    totals = found.of([stage])
    hue = pipeline.open_stages.index(stage) % 6 + 1
    return Column(stage, hue, totals, cards, _next_key(cards, totals))


def _first_cards(deals: Deals, stages: list[Stage]) -> list[tuple[Stage, list[Card]]]:
    place = func.row_number().over(partition_by=Deal.stage_id, order_by=(Deal.rank, Deal.id)).label("place")
    within = deals.where(Deal.stage_id.in_([stage.id for stage in stages]))
    placed = within.with_only_columns(Deal.id, place).subquery()
    first = select(Deal).join(placed, placed.c.id == Deal.id).where(placed.c.place <= CARDS_AT_FIRST)
    by_stage = defaultdict(list)
    for deal in db.session.scalars(detailed(first).order_by(Deal.rank, Deal.id)):
        by_stage[deal.stage_id].append(card(deal))
    return [(stage, by_stage[stage.id]) for stage in stages]


def detailed(deals: Deals) -> Deals:
    """With what a card shows; the stages are at hand since the pipelines were read."""
    return deals.options(joinedload(Deal.company).load_only(Company.name), joinedload(Deal.owner))


def _mark(expected: date | None, today: date) -> tuple[str, int]:
    if expected is None:
        return "none", 0
    if expected < today:
        return "overdue", (today - expected).days
    return ("today" if expected == today else "planned"), 0


def _next_key(cards: list[Card], totals: Totals) -> str | None:
    return _key(cards[-1].deal) if cards and totals.count > len(cards) else None


def _key(deal: Deal) -> str:
    return f"{deal.rank}.{deal.id}"


def _read_key(text: str) -> tuple[int, int] | None:
    rank, _, last = text.partition(".")
    try:
        key = int(rank), int(last)
    except ValueError:
        return None
    return key if all(abs(part) < 2**62 for part in key) else None
