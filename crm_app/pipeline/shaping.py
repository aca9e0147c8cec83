"""Shaping pipelines: their stages, the order of these, and what must always hold.

Each pipeline keeps an open, a won and a lost stage. What a deal has ever stayed in goes only if another stage takes
its place: see `retiring` and `merging`.
"""

from typing import NamedTuple

from sqlalchemy import func, select

from crm_app.accounts.models import Organisation
from crm_app.activity import record
from crm_app.activity.recording import plain
from crm_app.extensions import db
from crm_app.pipeline import limits, ranking
from crm_app.pipeline.models import KINDS, Deal, Pipeline, Stage, Stay
from crm_app.pipeline.models.stages import stage_key
from crm_app.pipeline.starting import first_pipeline
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


class Standing(NamedTuple):
    """How many deals stand in a stage; those in the bin, which may come back, apart."""

    shown: int
    binned: int


def add_pipeline(name: str) -> Pipeline:
    """A pipeline with the stages that every one begins with, after all others."""
    last = db.session.scalar(select(func.max(Pipeline.position))) or 0
    pipeline = first_pipeline()
    pipeline.name, pipeline.position = name, last + 1
    record(pipeline, "created")
    return pipeline


def rename(pipeline: Pipeline, name: str) -> None:
    _change(pipeline, name=name)


def delete_pipeline(pipeline: Pipeline) -> None:
    record(pipeline, "deleted", name=pipeline.name)
    db.session.delete(pipeline)


def add_stage(pipeline: Pipeline, **facts) -> Stage:
    """The last of the open stages, or the last of all."""
    stage = Stage(**_settled(facts))
    place = len(pipeline.stages)
    if stage.is_open:
        place = max((number for number, one in enumerate(pipeline.stages, 1) if one.is_open), default=0)
    pipeline.stages.insert(place, stage)
    _number(pipeline)
    record(pipeline, "changed", changes={"stage": [None, stage.name]})
    return stage


def change_stage(stage: Stage, **facts) -> None:
    _change(stage, **_settled(facts))


def move_stage(stage: Stage, *, is_up: bool) -> None:
    """One place towards the beginning or the end; the first and the last stay where they are."""
    stages = list(stage.pipeline.stages)
    place = stages.index(stage)
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(stages):
        stages[place], stages[other] = stages[other], stages[place]
        for position, one in enumerate(stages, 1):
            one.position = position
        names = [[one.name for one in order] for order in (stage.pipeline.stages, stages)]
        record(stage.pipeline, "changed", changes={"stages": names})


def delete_stage(stage: Stage) -> None:
    """One that no deal was ever in."""
    pipeline = stage.pipeline
    record(pipeline, "changed", changes={"stage": [stage.name, None]})
    pipeline.stages.remove(stage)
    _number(pipeline)


def hold_pipelines() -> None:
    """Let nobody else shape a pipeline until the transaction ends: what is read from here on stands."""
    # The row that imports hold as well, as they write past the locks of stages.
    db.session.execute(select(Organisation.id).with_for_update())


def hold(stage: Stage, home: Stage) -> None:
    """Let no deal come into their pipeline, leave it or move in it until the transaction ends.

    Raises Gone if one of the two is a stage no longer, ValueError if the one cannot take the place of the other.
    """
    if home not in homes_of(stage):
        raise ValueError("another stage of the same pipeline and kind takes the place of a stage")
    limits.expect_in_use([stage, home], _hold(stage.pipeline))


def hold_stages(pipeline: Pipeline) -> None:
    """The same for whatever is done with its stages, which are as they stand from here on."""
    stages = list(pipeline.stages)
    _hold(pipeline)
    for stage in stages:
        db.session.expire(stage)


def close_up(pipeline: Pipeline) -> None:
    """Number the stages that are left."""
    db.session.flush()
    db.session.expire(pipeline, ["stages"])
    _number(pipeline)


def homes_of(stage: Stage) -> list[Stage]:
    """The stages that may take its place."""
    return [one for one in stage.pipeline.stages if one is not stage and one.kind == stage.kind]


def likely_home(stage: Stage) -> Stage | None:
    """The stage before it, else the one after it."""
    homes = homes_of(stage)
    before = [one for one in homes if one.position < stage.position]
    return before[-1] if before else homes[0] if homes else None


def standing_in(stage: Stage) -> Standing:
    counted = select(func.count(), func.count(Deal.deleted_at)).where(Deal.stage_id == stage.id)
    whole, binned = db.session.execute(counted).one()
    return Standing(whole - binned, binned)


def deals_by_pipeline() -> dict[int, int]:
    """How many deals each pipeline has, those in the bin too: they may come back."""
    counted = select(Deal.pipeline_id, func.count()).group_by(Deal.pipeline_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def deals_by_stage(pipeline: Pipeline) -> dict[int, int]:
    """How many deals stay in each stage, or ever stayed."""
    counted = select(Stay.stage_id, func.count(Stay.deal_id.distinct())).where(Stay.pipeline_id == pipeline.id)
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(Stay.stage_id))}


def why_pipeline_stays(pipeline: Pipeline, deals: int) -> str:
    """Why it may not be deleted; empty if it may."""
    if deals:
        return ngettext(
            "It contains %(count)s deal (deleted ones included), so it cannot be deleted.",
            "It contains %(count)s deals (deleted ones included), so it cannot be deleted.",
            deals,
            count=formats.num(deals),
        )
    if db.session.scalar(select(func.count(Pipeline.id))) == 1:
        return _("It is the only pipeline.")
    return ""


def why_stage_stays(stage: Stage) -> str:
    """Why it may not be deleted; empty if it may."""
    return _("It is the only stage of its type (%(kind)s).", kind=KINDS[stage.kind]) if _is_last(stage) else ""


def why_kind_stays(stage: Stage, deals: int) -> str:
    """Why it may not become a stage of another kind; empty if it may."""
    if deals:
        return _("Deals are or were in this stage, so its type cannot be changed.")
    return _("It is the only stage of its type (%(kind)s).", kind=KINDS[stage.kind]) if _is_last(stage) else ""


def is_named_already(pipeline: Pipeline, name: str, stage: Stage | None = None) -> bool:
    return any(one is not stage and one.name_key == stage_key(name) for one in pipeline.stages)


def _hold(pipeline: Pipeline) -> set[int]:
    hold_pipelines()
    in_use = ranking.lock(*pipeline.stages)
    db.session.expire(pipeline, ["stages"])
    return in_use


def _is_last(stage: Stage) -> bool:
    return [one for one in stage.pipeline.stages if one.kind == stage.kind] == [stage]


def _settled(facts: dict) -> dict:
    """What is won is certain and what is lost hopeless, and neither rots or is ever full."""
    if facts["kind"] == "open":
        return facts
    never = {"rot_days": None, "rots_in_working_days": False, "wip_limit": None}
    return facts | {"probability": 100 if facts["kind"] == "won" else 0, **never}


def _number(pipeline: Pipeline) -> None:
    for position, stage in enumerate(pipeline.stages, 1):
        stage.position = position


def _change(row: Pipeline | Stage, **values) -> None:
    changes = {n: [plain(getattr(row, n)), plain(after)] for n, after in values.items() if getattr(row, n) != after}
    for name, value in values.items():
        setattr(row, name, value)
    if changes:
        record(row, "changed", changes=changes)
