"""Merging a stage into another: whatever was in the one has been in the other, as though they had always been one."""

from collections.abc import Iterator

from sqlalchemy import BigInteger, Subquery, and_, case, delete, func, literal, or_, select, update

from crm_app.activity import record
from crm_app.extensions import db
from crm_app.pipeline import shaping
from crm_app.pipeline.models import Deal, Stage, Stay
from crm_app.pipeline.models.deals import RANK_GAP

_BATCH = 1_000
_UNSEEN = {"synchronize_session": False}


def merge(stage: Stage, into: Stage) -> int:
    """The stage goes for good; returns how many deals stood in it. Raises Gone if one of the two went meanwhile."""
    shaping.hold(stage, into)
    pipeline, ids = stage.pipeline, [stage.id, into.id]
    deals = _bring_cards(*ids)
    for batch in _deals_that_were_in(stage.id):
        _rename_stays(batch, *ids)
        _join_stays(batch, into.id)
        _set_clocks(batch, into.id)
    db.session.expire_all()
    record(pipeline, "stage merged", stage=stage.name, into=into.name, stages=ids, deals=deals)
    pipeline.stages.remove(stage)
    shaping.close_up(pipeline)
    return deals


def _bring_cards(stage_id: int, into_id: int) -> int:
    """Below the cards that stand there, in their order."""
    lowest = db.session.scalar(select(func.max(Deal.rank)).where(Deal.stage_id == into_id))
    foot = literal(lowest or 0, BigInteger)
    place = func.row_number().over(order_by=(Deal.rank, Deal.id))
    cards = select(Deal.id, (place * RANK_GAP + foot).label("rank")).where(Deal.stage_id == stage_id).subquery()
    moved = update(Deal).where(Deal.id == cards.c.id)
    moved = moved.values(stage_id=into_id, rank=cards.c.rank, version=Deal.version + 1)
    return db.session.execute(moved.execution_options(**_UNSEEN)).rowcount


def _deals_that_were_in(stage_id: int) -> Iterator[list[int]]:
    last = 0
    found = select(Stay.deal_id).where(Stay.stage_id == stage_id).distinct().order_by(Stay.deal_id).limit(_BATCH)
    while batch := list(db.session.scalars(found.where(Stay.deal_id > last))):
        last = batch[-1]
        yield batch


def _rename_stays(deals: list[int], stage_id: int, into_id: int) -> None:
    concerned = or_(Stay.stage_id == stage_id, Stay.left_to_id == stage_id)
    renamed = update(Stay).where(Stay.deal_id.in_(deals), concerned)
    renamed = renamed.values(
        stage_id=case((Stay.stage_id == stage_id, into_id), else_=Stay.stage_id),
        left_to_id=case((Stay.left_to_id == stage_id, into_id), else_=Stay.left_to_id),
    )
    db.session.execute(renamed.execution_options(**_UNSEEN))


def _join_stays(deals: list[int], stage_id: int) -> None:
    """Stays in the stage that follow each other become one: the last of them, begun with the first.

    Its owner, team and value are those with which the deal left, as of any stay.
    """
    runs = _runs(deals, stage_id)
    joined = update(Stay).where(Stay.id == runs.c.id, runs.c.is_last == 1, runs.c.parts > 1)
    seconds = case((Stay.left_at.is_not(None), runs.c.seconds))
    joined = joined.values(entered_at=runs.c.entered_at, seconds=seconds)
    db.session.execute(joined.execution_options(**_UNSEEN))
    parts = delete(Stay).where(Stay.id.in_(select(runs.c.id).where(runs.c.is_last == 0)))
    db.session.execute(parts.execution_options(**_UNSEEN))
    # A deal never has two stays of one number, so they take the new ones by way of numbers that no stay has.
    numbered = update(Stay).where(Stay.id == runs.c.id, Stay.seq != runs.c.seq).values(seq=-runs.c.seq)
    db.session.execute(numbered.execution_options(**_UNSEEN))
    numbered = update(Stay).where(Stay.deal_id.in_(deals), Stay.seq < 0).values(seq=-Stay.seq)
    db.session.execute(numbered.execution_options(**_UNSEEN))


def _runs(deals: list[int], stage_id: int) -> Subquery:
    """Each stay of these deals in the run that it belongs to, where stays in the stage that follow each other are one.

    A run has a number in its deal without gaps, its beginning, its seconds and how many parts it is made of.
    """
    in_turn = {"partition_by": Stay.deal_id, "order_by": Stay.seq}
    goes_on = and_(Stay.stage_id == stage_id, func.lag(Stay.stage_id).over(**in_turn) == stage_id)
    begins = case((goes_on, 0), else_=1).label("begins")
    stays = select(Stay.id, Stay.deal_id, Stay.seq, Stay.entered_at, Stay.seconds, begins)
    part = stays.where(Stay.deal_id.in_(deals)).subquery().c
    number = func.sum(part.begins).over(partition_by=part.deal_id, order_by=part.seq).label("number")
    part = select(part.id, part.deal_id, part.seq, part.entered_at, part.seconds, number).subquery().c
    run = (part.deal_id, part.number)
    is_last = case((func.row_number().over(partition_by=run, order_by=part.seq.desc()) == 1, 1), else_=0)
    return select(
        part.id,
        part.number.label("seq"),
        func.first_value(part.entered_at).over(partition_by=run, order_by=part.seq).label("entered_at"),
        func.sum(part.seconds).over(partition_by=run).label("seconds"),
        func.count().over(partition_by=run).label("parts"),
        is_last.label("is_last"),
    ).subquery()


def _set_clocks(deals: list[int], stage_id: int) -> None:
    """A deal that stands in the stage entered it when its stay there began."""
    stands = and_(Stay.deal_id == Deal.id, Stay.left_at.is_(None), Stay.stage_id == stage_id)
    clocks = update(Deal).where(Deal.id.in_(deals), stands, Deal.entered_stage_at != Stay.entered_at)
    clocks = clocks.values(entered_stage_at=Stay.entered_at, version=Deal.version + 1)
    db.session.execute(clocks.execution_options(**_UNSEEN))
