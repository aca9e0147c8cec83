"""The order of the cards in a column: ranks with gaps between them, so that one move writes one row.

Whoever ranks holds the lock of the stage until the transaction ends, so no two cards of a column share a rank.
"""

from collections.abc import Mapping, Set
from functools import cache
from typing import Any, Protocol

from sqlalchemy import BindParameter, ScalarSelect, Select, bindparam, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.models.deals import RANK_GAP
from crm_app.pipeline.shapes import StageShape
from crm_app.web.ordering import written_out

# Where a card stands in its column: its rank and its id.
Spot = tuple[int, int]
# Statements are made once: making one costs more than running it.
_STAGE_OF_DEAL = select(Deal.stage_id).where(Deal.id == bindparam("deal_id")).scalar_subquery()
_LOCK_OF_MOVE = (
    select(Stage.id, Stage.kind)
    .where(or_(Stage.id == bindparam("stage_id"), Stage.id == _STAGE_OF_DEAL), Stage.retired_at.is_(None))
    .order_by(Stage.id)
    .with_for_update(key_share=True)
)
_DEALS = Deal.__table__
_PLACED = update(_DEALS).where(_DEALS.c.id == bindparam("deal_id")).values(rank=bindparam("new_rank"))


class Numbered(Protocol):
    """A deal, or whatever else goes by its number."""

    @property
    def id(self) -> Any: ...


def lock(*stages: Stage) -> set[int]:
    """Wait for other moves in these columns to end; gives back the ids of those that are still in use by then.

    One that has become a stage of another kind is not what it was. Always in one order, so that two moves never wait
    in a ring.
    """
    kinds = {stage.id: stage.kind for stage in stages}
    in_use = select(Stage.id, Stage.kind).where(Stage.id.in_(kinds), Stage.retired_at.is_(None)).order_by(Stage.id)
    held = db.session.execute(in_use.with_for_update(key_share=True))
    return {id_ for id_, kind in held if kind == kinds[id_]}


def lock_for_move(deal_id: int, stage_id: int, known: Mapping[int, StageShape]) -> Set[int]:
    """The same of the column in which a deal stands and the one that it goes to. By then it may stand elsewhere.

    `known` are all stages in use as this transaction read them: SQLite, where one writes at a time, locks no rows.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        return known.keys()
    held = connection.execute(_LOCK_OF_MOVE, {"deal_id": deal_id, "stage_id": stage_id})
    return {id_ for id_, kind in held if id_ in known and kind == known[id_].kind}


def rank_between(deal: Numbered, stage: Numbered, after: Deal | None, before: Deal | None) -> int:
    """A free rank in a locked column: right after the one card, else right before the other, else at the top.

    Neighbours that stand in another column by now count as not given.
    """
    return rank_beside(deal, stage, _standing(after, stage), _standing(before, stage))


def rank_beside(deal: Numbered, stage: Numbered, above: Spot | None, below: Spot | None) -> int:
    """The same, of where the neighbours stand in that column, read since it was locked."""
    rank = _free_rank(deal, stage, above, below)
    if rank is None:
        _spread(stage)
        above, below = (spot and _place_of(spot[1], stage) for spot in (above, below))
        rank = _free_rank(deal, stage, above, below)
    assert rank is not None, "a column just spread has gaps"
    return rank


def rank_above(top: int | None) -> int:
    """A free rank at the top of a locked column, of which `top` is the first rank that another card has."""
    return RANK_GAP if top is None else top - RANK_GAP


def top_rank(stage_id: BindParameter[int], deal_id: BindParameter[int]) -> ScalarSelect[int]:
    """The first rank in that column, of any card but the deal's."""
    other = aliased(Deal)
    ranks = select(other.rank).where(other.stage_id == stage_id, other.id != deal_id)
    return ranks.order_by(other.rank, other.id).limit(written_out(1)).scalar_subquery()


def rank_near(deal: Deal, stage: Stage, wanted: int) -> int:
    """That rank in a locked column, or if another card took it, one right above that card."""
    taken = db.session.scalar(select(Deal).where(Deal.stage_id == stage.id, Deal.rank == wanted, Deal.id != deal.id))
    return wanted if taken is None else rank_between(deal, stage, None, taken)


def ranks_after(stage: Stage, after: Deal | None, count: int) -> list[int]:
    """Free ranks in a locked column for several cards: right after the one, else at the top."""
    ranks = _gap(stage, after, count)
    if ranks is None:
        _spread(stage)
        ranks = _gap(stage, after, count)
    assert ranks is not None, "a column just spread has gaps"
    return ranks


def place(deal: Numbered, stage: Numbered, rank: int) -> dict[str, Any]:
    """Another place in the same column: the deal itself is unchanged, so its version stays.

    Gives back what the log says of it: in which column, and the ranks it had and has. The former is read anew, as the
    whole column may have been numbered for the latter.
    """
    before = _place_of(deal.id, stage)
    db.session.connection().execute(_PLACED, {"deal_id": deal.id, "new_rank": rank})
    if isinstance(deal, Deal):
        set_committed_value(deal, "rank", rank)
    return {"stage": stage.id, "ranks": [before and before[0], rank]}


def _free_rank(deal: Numbered, stage: Numbered, above: Spot | None, below: Spot | None) -> int | None:
    if above is not None:
        below = _neighbour(deal, stage, above, is_below=True)
    elif below is not None:
        above = _neighbour(deal, stage, below, is_below=False)
    else:
        top = _top(deal, stage)
        return rank_above(top and top[0])
    if above is None or below is None:
        return _beyond(above, below)
    middle = (above[0] + below[0]) // 2
    return middle if above[0] < middle < below[0] else None


def _gap(stage: Stage, after: Deal | None, count: int) -> list[int] | None:
    above = _standing(after, stage)
    below = _neighbour(None, stage, above, is_below=True) if above else _top(None, stage)
    if above is None:
        foot = below[0] if below else RANK_GAP * (count + 1)
        return [foot - RANK_GAP * (count - number) for number in range(count)]
    if below is None:
        return [above[0] + RANK_GAP * (number + 1) for number in range(count)]
    step = (below[0] - above[0]) // (count + 1)
    return [above[0] + step * (number + 1) for number in range(count)] if step else None


def _beyond(above: tuple[int, int] | None, below: tuple[int, int] | None) -> int:
    if above is not None:
        return above[0] + RANK_GAP
    assert below is not None
    return rank_above(below[0])


def _standing(neighbour: Deal | None, stage: Numbered) -> Spot | None:
    """Where a neighbour stands now, freshly read."""
    return None if neighbour is None else _place_of(neighbour.id, stage)


def _place_of(deal_id: int, stage: Numbered) -> Spot | None:
    return _first(_placed(), {"deal_id": deal_id, "stage_id": stage.id})


def _neighbour(deal: Numbered | None, stage: Numbered, of: Spot, *, is_below: bool) -> Spot | None:
    """The next card of the column in that direction, seen or not by whoever moves."""
    own = deal.id if deal else None
    beside = {"stage_id": stage.id, "deal_id": own, "rank": of[0], "last": of[1]}
    return _first(_next(is_below=is_below, has_deal=own is not None), beside)


def _top(deal: Numbered | None, stage: Numbered) -> Spot | None:
    own = deal.id if deal else None
    return _first(_topmost(has_deal=own is not None), {"stage_id": stage.id, "deal_id": own})


def _first(spots: Select[Spot], values: dict[str, Any]) -> Spot | None:
    db.session.flush()
    found = db.session.connection().execute(spots, values).first()
    return (found.rank, found.id) if found else None


@cache
def _placed() -> Select[Spot]:
    return select(Deal.rank, Deal.id).where(Deal.id == bindparam("deal_id"), Deal.stage_id == bindparam("stage_id"))


@cache
def _next(*, is_below: bool, has_deal: bool) -> Select[Spot]:
    rank, last = bindparam("rank"), bindparam("last")
    if is_below:
        beyond, order = or_(Deal.rank > rank, (Deal.rank == rank) & (Deal.id > last)), (Deal.rank, Deal.id)
    else:
        beyond = or_(Deal.rank < rank, (Deal.rank == rank) & (Deal.id < last))
        order = (Deal.rank.desc(), Deal.id.desc())
    return _others(has_deal=has_deal).where(beyond).order_by(*order).limit(written_out(1))


@cache
def _topmost(*, has_deal: bool) -> Select[Spot]:
    return _others(has_deal=has_deal).order_by(Deal.rank, Deal.id).limit(written_out(1))


def _others(*, has_deal: bool) -> Select[Spot]:
    cards = select(Deal.rank, Deal.id).where(Deal.stage_id == bindparam("stage_id"))
    return cards.where(Deal.id != bindparam("deal_id")) if has_deal else cards


def _spread(stage: Numbered) -> None:
    """Number the whole column anew in its order. Versions stay: nobody's deal has changed.

    Beyond all ranks that were: whoever goes on below a card that stood there then finds all that stand below it now.
    """
    order, last = func.row_number().over(order_by=(Deal.rank, Deal.id)), func.max(Deal.rank).over()
    numbered = select(Deal.id, (last + order * RANK_GAP).label("rank")).where(Deal.stage_id == stage.id).subquery()
    db.session.execute(
        update(Deal)
        .where(Deal.id == numbered.c.id)
        .values(rank=numbered.c.rank)
        .execution_options(synchronize_session=False)
    )
