"""Taking a stage out of use: its deals move to another one, and the past keeps its name."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from crm_app.activity import record
from crm_app.activity.recording import record_all
from crm_app.extensions import db, utc_now
from crm_app.pipeline import shaping
from crm_app.pipeline.models import Deal, Stage, Stay
from crm_app.pipeline.models.deals import RANK_GAP

_BATCH = 1_000


def retire(stage: Stage, home: Stage) -> int:
    """Move its deals, as the acting person, below those of another open stage; returns how many, without the bin's.

    Raises Gone if one of the two went meanwhile, ValueError for a stage in which deals end.
    """
    if not stage.is_open:
        raise ValueError("where deals end no deal moves on: such a stage is merged")
    shaping.hold(stage, home)
    pipeline, now, moved = stage.pipeline, utc_now(), 0
    foot = db.session.scalar(select(func.max(Deal.rank)).where(Deal.stage_id == home.id)) or 0
    for rows in _standing(stage):
        ranks = range(foot + RANK_GAP, foot + RANK_GAP * (len(rows) + 1), RANK_GAP)
        _move(rows, ranks, stage, home, now)
        foot, moved = ranks[-1], moved + sum(row.deleted_at is None for row in rows)
    db.session.expire_all()
    stage.retired_at = now
    record(pipeline, "stage deleted", stage=stage.name, home=home.name, stages=[stage.id, home.id], deals=moved)
    shaping.close_up(pipeline)
    return moved


def _standing(stage: Stage) -> Iterator[Sequence[Row[Any]]]:
    """Its deals in their order, each with the stay that ends, as long as any stands there.

    They are held before they are read: what somebody changes of them meanwhile would be lost.
    """
    batch = select(Deal.id).where(Deal.stage_id == stage.id).order_by(Deal.rank, Deal.id).limit(_BATCH)
    held = select(Deal.id).where(Deal.id.in_(batch)).order_by(Deal.id).with_for_update(key_share=True)
    deals = select(
        Deal.id, Deal.rank, Deal.deleted_at, Deal.value_amount, Deal.currency,
        Stay.id.label("stay"), Stay.seq, Stay.entered_at, Stay.owner_id, Stay.team_id,
    )  # fmt: skip
    deals = deals.join(Stay, (Stay.deal_id == Deal.id) & Stay.left_at.is_(None)).order_by(Deal.rank, Deal.id)
    while ids := db.session.scalars(held).all():
        yield db.session.execute(deals.where(Deal.id.in_(ids))).all()


def _move(rows: Sequence[Row[Any]], ranks: Sequence[int], stage: Stage, home: Stage, now: datetime) -> None:
    """What `Deal.move_to` does, for many. What lies in the bin goes along without a word."""
    ends = [max(now, row.entered_at) for row in rows]
    places = [
        {"row": row.id, "stage_id": home.id, "rank": rank, "entered_stage_at": end}
        for row, rank, end in zip(rows, ranks, ends, strict=True)
    ]
    left = [
        {"row": row.stay, "left_at": end, "seconds": int((end - row.entered_at).total_seconds())}
        for row, end in zip(rows, ends, strict=True)
    ]
    begun = [
        {
            "deal_id": row.id, "pipeline_id": home.pipeline_id, "stage_id": home.id, "seq": row.seq + 1,
            "entered_at": end, "owner_id": row.owner_id, "team_id": row.team_id,
            "value_amount": row.value_amount, "currency": row.currency,
        }
        for row, end in zip(rows, ends, strict=True)
    ]  # fmt: skip
    _write(Stay, left, left_to_id=home.id)
    db.session.execute(insert(Stay.__table__), begun)
    awake = {"snoozed_until": None, "snooze_reason": ""}
    _write(Deal, places, version=Deal.__table__.c.version + 1, **awake)
    common = {"before": stage.name, "after": home.name, "stages": [stage.id, home.id]}
    stood = {row.id: {"rank": row.rank, "value_before": [row.value_amount, row.currency]} for row in rows}
    told = {row.id: common | stood[row.id] for row in rows if row.deleted_at is None}
    record_all(Deal, "moved", now, told)


def _write(model: Any, rows: list[dict[str, Any]], **common: Any) -> None:
    """Set the columns that the rows name, each in the record whose id its `row` is, and the same in all."""
    table = model.__table__
    own = {name: bindparam(name) for name in rows[0] if name != "row"}
    db.session.execute(update(table).where(table.c.id == bindparam("row")).values(own | common), rows)
