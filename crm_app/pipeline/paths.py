"""The way of one deal through the stages of its pipeline, and how long it stayed in each."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Deal, Stage, Stay

_STAYS = (
    select(Stay.stage_id, Stay.pipeline_id, Stay.entered_at, Stay.left_at, Stay.seconds)
    .where(Stay.deal_id == bindparam("deal_id"))
    .order_by(Stay.seq)
)


class Stayed(NamedTuple):
    """What is shown of a stay; `left_at` and `seconds` are None while it goes on."""

    stage: Stage
    pipeline_id: int
    entered_at: datetime
    left_at: datetime | None
    seconds: int | None


class Step(NamedTuple):
    """`state` is done, current, ahead, won or lost; `days` is None where the deal has never been: ahead."""

    stage: Stage
    days: int | None
    state: str


def stays(deal: Deal) -> list[Stayed]:
    """In their order, as plain values: a deal's page takes longer to load them as records than to show them."""
    db.session.flush()
    rows = db.session.connection().execute(_STAYS, {"deal_id": deal.id}).all()
    stages = {stage.id: stage for stage in deal.pipeline.stages}
    if others := {row.stage_id for row in rows} - stages.keys():
        stages |= {stage.id: stage for stage in db.session.scalars(select(Stage).where(Stage.id.in_(others)))}
    return [Stayed(stages[stage_id], *facts) for stage_id, *facts in rows]


def steps(deal: Deal, been: Sequence[Stayed]) -> list[Step]:
    """One step for each open stage in order, and for the closing stage of a deal that is closed.

    Stages out of use are on the way of a deal that was in them, as its stays (`been`) tell.
    """
    seconds = _seconds_in_stages(been, utc_now())
    stages = {stage for stage in deal.pipeline.stages if stage.is_open or stage.id == deal.stage_id}
    stages |= {stay.stage for stay in been if not stay.stage.is_in_use and stay.pipeline_id == deal.pipeline_id}
    return [_step(deal, stage, seconds) for stage in sorted(stages, key=_place)]


def _place(stage: Stage) -> tuple[int, bool]:
    """A stage that is gone stood before the one that has its place now."""
    return stage.position, stage.is_in_use


def _step(deal: Deal, stage: Stage, seconds: Counter[int]) -> Step:
    was_here = stage.id in seconds
    days = seconds[stage.id] // 86_400 if was_here and stage.is_open else None
    if stage.id == deal.stage_id:
        state = "current" if stage.is_open else stage.kind
    else:
        is_passed = not stage.is_in_use or stage.position < deal.stage.position or not deal.is_open
        state = "done" if was_here and is_passed else "ahead"
    return Step(stage, days, state)


def _seconds_in_stages(been: Sequence[Stayed], now: datetime) -> Counter[int]:
    seconds: Counter[int] = Counter()
    for stay in been:
        lasted = stay.seconds if stay.left_at else int((now - stay.entered_at).total_seconds())
        seconds[stay.stage.id] += max(lasted or 0, 0)
    return seconds
