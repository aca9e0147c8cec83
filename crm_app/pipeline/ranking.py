"""The order of the cards in a column: ranks with gaps between them, so that one move writes one row.

Whoever ranks holds the lock of the stage until the transaction ends, so no two cards of a column share a rank.
"""

from sqlalchemy import Select, func, or_, select, update

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.models.deals import RANK_GAP


def lock(*stages: Stage) -> set[int]:
    """Wait for other moves in these columns to end; gives back the ids of those that are still in use by then.

    Always in one order, so that two moves never wait in a ring.
    """
    ids = {stage.id for stage in stages}
    in_use = select(Stage.id).where(Stage.id.in_(ids), Stage.retired_at.is_(None)).order_by(Stage.id)
    return set(db.session.scalars(in_use.with_for_update(key_share=True)))


def rank_between(deal: Deal, stage: Stage, after: Deal | None, before: Deal | None) -> int:
    """A free rank in a locked column: right after the one card, else right before the other, else at the top.

    Neighbours that stand in another column by now count as not given.
    """
    rank = _free_rank(deal, stage, after, before)
    if rank is None:
        _spread(stage)
        rank = _free_rank(deal, stage, after, before)
    assert rank is not None, "a column just spread has gaps"
    return rank


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


def place(deal: Deal, rank: int) -> None:
    """Another place in the same column: the deal itself is unchanged, so its version stays."""
    db.session.execute(update(Deal).where(Deal.id == deal.id).values(rank=rank))


def _free_rank(deal: Deal, stage: Stage, after: Deal | None, before: Deal | None) -> int | None:
    above, below = _standing(after, stage), _standing(before, stage)
    if above is not None:
        below = _neighbour(deal, stage, above, is_below=True)
    elif below is not None:
        above = _neighbour(deal, stage, below, is_below=False)
    else:
        below = _top(deal, stage)
    if above is None or below is None:
        return RANK_GAP if below is None and above is None else _beyond(above, below)
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
    return below[0] - RANK_GAP


def _standing(neighbour: Deal | None, stage: Stage) -> tuple[int, int] | None:
    """Where a neighbour stands now, freshly read: rank and id."""
    if neighbour is None:
        return None
    place = select(Deal.rank, Deal.id).where(Deal.id == neighbour.id, Deal.stage_id == stage.id)
    found = db.session.execute(place).first()
    return (found.rank, found.id) if found else None


def _neighbour(deal: Deal | None, stage: Stage, of: tuple[int, int], *, is_below: bool) -> tuple[int, int] | None:
    """The next card of the column in that direction, seen or not by whoever moves."""
    rank, last = of
    if is_below:
        beyond, order = or_(Deal.rank > rank, (Deal.rank == rank) & (Deal.id > last)), (Deal.rank, Deal.id)
    else:
        beyond = or_(Deal.rank < rank, (Deal.rank == rank) & (Deal.id < last))
        order = (Deal.rank.desc(), Deal.id.desc())
    found = db.session.execute(_others(deal, stage).where(beyond).order_by(*order).limit(1)).first()
    return (found.rank, found.id) if found else None


def _top(deal: Deal | None, stage: Stage) -> tuple[int, int] | None:
    found = db.session.execute(_others(deal, stage).order_by(Deal.rank, Deal.id).limit(1)).first()
    return (found.rank, found.id) if found else None


def _others(deal: Deal | None, stage: Stage) -> Select[tuple[int, int]]:
    cards = select(Deal.rank, Deal.id).where(Deal.stage_id == stage.id)
    return cards if deal is None else cards.where(Deal.id != deal.id)


def _spread(stage: Stage) -> None:
    """Number the whole column anew in its order. Versions stay: nobody's deal has changed."""
    order = func.row_number().over(order_by=(Deal.rank, Deal.id))
    numbered = select(Deal.id, (order * RANK_GAP).label("rank")).where(Deal.stage_id == stage.id).subquery()
    db.session.execute(
        update(Deal)
        .where(Deal.id == numbered.c.id)
        .values(rank=numbered.c.rank)
        .execution_options(synchronize_session=False)
    )
