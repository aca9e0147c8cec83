"""Cards: what a board shows of a deal, read as plain columns, since most of a deal is not on it."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Select, literal_column, select, union_all

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.rotting import Clock, Clocks
from crm_app.pipeline.shapes import AnyStage
from crm_app.web.money import Money
from crm_app.web.reader import reader


class Place(NamedTuple):
    """A stage."""

    id: int
    name: str
    hue: int


class Card(NamedTuple):
    """`company` and `owner` are names, empty where there is none.

    `mark` is how the expected close stands: planned, today, overdue or none; `days_over` how long overdue.
    """

    id: int
    version: int
    title: str
    company: str
    value: Money | None
    expected_close: date | None
    rank: int
    stage: Place
    owner_id: int | None
    owner: str
    clock: Clock
    snoozed_until: date | None
    snooze_reason: str
    mark: str
    days_over: int

    @property
    def stage_id(self) -> int:
        return self.stage.id


def card(deal: Deal) -> Card:
    """The card of a deal that is at hand."""
    return _card(
        (
            deal.id, deal.version, deal.title, deal.company and deal.company.name, deal.value_amount, deal.currency,
            deal.expected_close, deal.rank, deal.stage_id, deal.owner_id, deal.owner and deal.owner.name,
            deal.entered_stage_at, deal.snoozed_until, deal.snooze_reason,
        ),
        deal.stage, _place(deal.stage), Clocks(), reader.today(),
    )  # fmt: skip


def card_of(row: Sequence[Any], stage: AnyStage) -> Card:
    """Of the values of COLUMNS, for a deal that stands in this stage."""
    return _card(row, stage, _place(stage), Clocks(), reader.today())


def _columns(of: Any) -> tuple[Any, ...]:
    return (
        of.id, of.version, of.title, Company.name, of.value_amount, of.currency, of.expected_close, of.rank,
        of.stage_id, of.owner_id, User.name, of.entered_stage_at, of.snoozed_until, of.snooze_reason,
    )  # fmt: skip


COLUMNS = _columns(Deal)
_STAGE = COLUMNS.index(Deal.stage_id)


def cards_of(deals: Select[Any], *also: Any, stages: Iterable[AnyStage] = (), **meant: Any) -> list[tuple[Any, ...]]:
    """The cards of these deals, each followed by the columns asked for besides.

    `stages` are those in which they stand; any other is looked up. `meant` is what the select leaves
    open.
    """
    return _read(_named(deals, also), meant, stages)


def cards_of_once(deals: Select[Any], *also: Any) -> list[tuple[Any, ...]]:
    """The same of a select that is made anew each time it is asked: nothing that is made of it is kept.

    Stages are looked up, so they should have been read before.
    """
    return _read(_with_names(deals, also))


def cards_of_each(parts: tuple[Select[Any], ...], stages: Iterable[AnyStage]) -> list[Card]:
    """The cards of several selects of deals that stand in these stages, in no order, each read as it would be alone."""
    return [card for (card,) in _read(_named_parts(parts), stages=stages)]


def _read(
    rows: Select[Any], meant: dict[str, Any] | None = None, stages: Iterable[AnyStage] = ()
) -> list[tuple[Any, ...]]:
    places: dict[int, tuple[AnyStage, Place]] = {stage.id: (stage, _place(stage)) for stage in stages}
    clocks, today = Clocks(), reader.today()
    found: list[tuple[Any, ...]] = []
    for row in db.session.connection().execute(rows, meant).all():
        if row[_STAGE] not in places:
            stage = db.session.get_one(Stage, row[_STAGE])
            places[stage.id] = stage, _place(stage)
        found.append((_card(row[: len(COLUMNS)], *places[row[_STAGE]], clocks, today), *row[len(COLUMNS) :]))
    return found


def _card(row: Sequence[Any], stage: AnyStage, place: Place, clocks: Clocks, today: date) -> Card:
    """Of the values of the columns, for a deal that stands in this stage, which is called so."""
    id_, version, title, company, amount, currency, close, rank, _stage_id, owner_id, owner, entered, until, why = row
    value = None if amount is None else Money(amount, currency)
    clock = clocks.of(stage, entered, until)
    return Card(
        id_, version, title, company or "", value, close, rank, place, owner_id, owner or "", clock, until, why,
        *_mark(close, today),
    )  # fmt: skip


def _place(stage: AnyStage) -> Place:
    return Place(stage.id, stage.name, stage.hue)


def _with_names(deals: Select[Any], also: tuple[Any, ...]) -> Select[Any]:
    named = deals.outerjoin(Company, Company.id == Deal.company_id).outerjoin(User, User.id == Deal.owner_id)
    return named.with_only_columns(*COLUMNS, *also)


# For each who sees other deals than everyone, late ones, those to come, and those that have gone quiet.
_named = lru_cache(maxsize=768)(_with_names)


@lru_cache(maxsize=64)
def _named_parts(parts: tuple[Select[Any], ...]) -> Select[Any]:
    """With the columns themselves in the parts: to look deals up by the ids in them, PostgreSQL reads all there are.

    What goes through the parts is written as it stands: SQLAlchemy would keep each column of each part four times over.
    """
    own = [column for column in (*COLUMNS, Deal.company_id) if column.class_ is Deal]
    read = (part.with_only_columns(*own).subquery() for part in parts)
    whole = union_all(*(select(literal_column("*")).select_from(part) for part in read)).subquery("whole")
    deal = SimpleNamespace(**{column.key: literal_column(f"whole.{column.key}", column.type) for column in own})
    named = select(*_columns(deal)).select_from(whole).outerjoin(Company, Company.id == deal.company_id)
    return named.outerjoin(User, User.id == deal.owner_id)


def _mark(expected: date | None, today: date) -> tuple[str, int]:
    if expected is None:
        return "none", 0
    if expected < today:
        return "overdue", (today - expected).days
    return ("today" if expected == today else "planned"), 0
