"""What a board shows: columns with their totals, and the cards that stand first in each.

What the columns are, and how cards are ordered in them, is the layout's: the stages of a pipeline, or months.

The number of statements is the same for three deals as for thousands; totals are sums of the database, over all
cards that match and in all currencies, never over the cards that happen to be loaded.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crm_app.extensions import db
from crm_app.pipeline.cards import Card, cards_of_each, cards_of_once
from crm_app.pipeline.models import IS_OPEN, Deal
from crm_app.pipeline.shapes import AnyPipeline, AnyStage
from crm_app.web.money import Money, Rates, rounded
from crm_app.web.ordering import written_out
from crm_app.web.reader import reader

CARDS_MORE = 20
CARDS_AT_MOST = 500
Deals = Select[tuple[Deal]]
Key = int | str


class Totals(NamedTuple):
    """Over all matching deals of a column, in the organisation's currency. `missing` had no rate and are left out."""

    count: int
    value: Money
    weighted: Money
    missing: tuple[str, ...]


class Column(NamedTuple):
    """`key` is what its deals have in common, `id` what the page calls it; `hue` is its colour, 0 for none.

    `next_key` is where further cards go on, None at the foot.
    """

    id: str
    key: Key
    name: str
    totals: Totals
    stage: AnyStage | None = None
    hue: int = 0
    takes_cards: bool = True
    cards: Sequence[Card] = ()
    next_key: str | None = None


class Layout(Protocol):
    """How deals stand in columns. `key` says in which; in it they are ordered by `rank`, never NULL, and their id."""

    @property
    def pipeline(self) -> AnyPipeline: ...

    @property
    def key(self) -> ColumnElement[Any]: ...

    @property
    def rank(self) -> ColumnElement[Any]: ...

    def heads(self) -> list[Column]:
        """All columns in their order, without cards."""
        ...

    def heads_with(self, stages: Iterable[AnyStage]) -> list[Column]:
        """Those in which deals of these stages may stand."""
        ...

    def within(self, deals: Deals, keys: Collection[Key] | None = None) -> Deals:
        """The deals that stand in a column, or in one of these."""
        ...

    def first(self, deals: Deals, keys: tuple[Key, ...]) -> tuple[Deals, ...]:
        """The deals that each of these columns begins with: more than a screen shows of it."""
        ...

    def key_of(self, deal: Deal | Card) -> Key: ...

    def rank_of(self, deal: Deal | Card) -> Any: ...

    def read_rank(self, text: str) -> Any:
        """The rank that `text` writes; raises ValueError where it writes none."""
        ...


class Sums(NamedTuple):
    """Matching open deals of every pipeline: by stage, and how many each pipeline has."""

    by_stage: dict[int, dict[str, tuple[int, int]]]
    rates: Rates

    def count(self, stages: Iterable[AnyStage]) -> int:
        return sum(count for stage in stages for count, _ in self.by_stage.get(stage.id, {}).values())

    def of(self, stages: Iterable[AnyStage]) -> Totals:
        """The totals of one or several stages, each weighted with its own probability."""
        base, count = self.rates.base, 0
        value: Decimal | int = 0
        hundredfold: Decimal | int = 0
        missing: set[str] = set()
        for stage in stages:
            for currency, (number, amount) in self.by_stage.get(stage.id, {}).items():
                count += number
                is_foreign = amount and currency != base
                worth = self.rates.worth(Money(amount, currency), reader.today()) if is_foreign else amount
                if worth is None:
                    missing.add(currency)
                else:
                    value += worth
                    hundredfold += worth * stage.probability
        weighted = rounded(Decimal(hundredfold) / 100)
        return Totals(count, Money(rounded(value), base), Money(weighted, base), tuple(sorted(missing)))


def sums(deals: Deals, rates: Rates) -> Sums:
    """Counts and amounts of open deals by stage and currency, in one statement."""
    by_stage: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for stage_id, currency, count, amount in db.session.connection().execute(_grouped(deals)).all():
        by_stage[stage_id][currency] = (count, int(amount))
    return Sums(dict(by_stage), rates)


@lru_cache(maxsize=64)
def _grouped(deals: Deals) -> Select[Any]:
    grouped: Select[Any] = deals.where(IS_OPEN).with_only_columns(
        *(Deal.stage_id, Deal.currency), func.count(), func.coalesce(func.sum(Deal.value_amount), 0)
    )
    return grouped.group_by(Deal.stage_id, Deal.currency)


def sums_by(key: ColumnElement[Any], deals: Deals, rates: Rates) -> dict[Any, Sums]:
    """The same for each value of a key of the deals, in one statement."""
    found: dict[Any, dict[int, dict[str, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    rows = db.session.connection().execute(_grouped_by(key, deals)).all()
    for place, stage_id, currency, count, total in rows:
        found[place][stage_id][currency] = (count, int(total))
    return {place: Sums(dict(by_stage), rates) for place, by_stage in found.items()}


@lru_cache(maxsize=64)
def _grouped_by(key: ColumnElement[Any], deals: Deals) -> Select[Any]:
    keyed = deals.where(IS_OPEN).with_only_columns(key.label("place"), Deal.stage_id, Deal.currency, Deal.value_amount)
    one = keyed.subquery().c
    groups = (one.place, one.stage_id, one.currency)
    return select(*groups, func.count(), func.coalesce(func.sum(one.value_amount), 0)).group_by(*groups)


def added(parts: Iterable[Sums], rates: Rates) -> Sums:
    """Sums of different deals as those of all of them."""
    by_stage: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for part in parts:
        for stage_id, amounts in part.by_stage.items():
            for currency, (count, amount) in amounts.items():
                before = by_stage[stage_id].get(currency, (0, 0))
                by_stage[stage_id][currency] = (before[0] + count, before[1] + amount)
    return Sums(dict(by_stage), rates)


def columns(deals: Deals, layout: Layout, keys: Collection[Key] | None = None) -> list[Column]:
    """Columns with their first cards, in their order: all of them, or only those given."""
    heads = [head for head in layout.heads() if keys is None or head.key in keys]
    cards = _first_cards(deals, layout, [head.key for head in heads])
    return [_filled(head, cards[head.key], layout) for head in heads]


def cards_after(deals: Deals, layout: Layout, head: Column, key: str) -> Column:
    """The column with its next cards, and the key that goes on from them. A broken key begins at the top."""
    ordered = layout.within(deals, [head.key]).order_by(layout.rank, Deal.id)
    after = _read_key(key, layout)
    if after:
        rank, last = after
        ordered = ordered.where(or_(layout.rank > rank, and_(layout.rank == rank, Deal.id > last)))
    cards = _read(ordered.limit(written_out(CARDS_MORE + 1)))
    shown = cards[:CARDS_MORE]
    next_key = _key(shown[-1], layout) if len(cards) > len(shown) else None
    return head._replace(cards=shown, next_key=next_key)


def reaching(deal: Deal, column: Column, deals: Deals, layout: Layout) -> Column:
    """The column, shown as far down as the deal if it stands there (within reason)."""
    if column.key != layout.key_of(deal) or deal.id in [card.id for card in column.cards]:
        return column
    rank = layout.rank_of(deal)
    above = or_(layout.rank < rank, and_(layout.rank == rank, Deal.id <= deal.id))
    within = layout.within(deals, [column.key])
    count = db.session.scalar(within.where(above).with_only_columns(func.count())) or 0
    ordered = within.order_by(layout.rank, Deal.id).limit(min(count, CARDS_AT_MOST))
    return _filled(column, _read(ordered), layout)


def _filled(head: Column, cards: list[Card], layout: Layout) -> Column:
    goes_on = cards and head.totals.count > len(cards)
    return head._replace(cards=cards, next_key=_key(cards[-1], layout) if goes_on else None)


def _first_cards(deals: Deals, layout: Layout, keys: Collection[Key]) -> dict[Key, list[Card]]:
    by_key: dict[Key, list[Card]] = defaultdict(list)
    if not keys:
        return by_key
    for card in cards_of_each(layout.first(deals, tuple(keys)), layout.pipeline.stages):
        by_key[layout.key_of(card)].append(card)
    for cards in by_key.values():
        cards.sort(key=lambda card: (layout.rank_of(card), card.id))
    return by_key


def _read(deals: Deals) -> list[Card]:
    return [card for (card,) in cards_of_once(deals)]


def _key(deal: Card, layout: Layout) -> str:
    return f"{layout.rank_of(deal)}.{deal.id}"


def _read_key(text: str, layout: Layout) -> tuple[Any, int] | None:
    rank, _, last = text.partition(".")
    try:
        key = layout.read_rank(rank), int(last)
    except ValueError:
        return None
    return key if abs(key[1]) < 2**62 else None
