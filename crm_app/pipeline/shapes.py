"""Pipelines and their stages as plain values, for whoever only reads them: made once for all who read the same."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Pipeline, Stage

_STAGES = Stage.__table__.c
_ALL = (
    select(Pipeline.id, Pipeline.name, *(_STAGES[name] for name in (
        "id", "pipeline_id", "name", "position", "probability", "rot_days", "rots_in_working_days", "wip_limit", "kind",
    )))
    .join(Stage, (Stage.pipeline_id == Pipeline.id) & Stage.retired_at.is_(None))
    .order_by(Pipeline.position, Pipeline.id, Stage.position)
)  # fmt: skip


class StageShape(NamedTuple):
    """What a `Stage` in use is called and allows."""

    id: int
    pipeline_id: int
    name: str
    position: int
    probability: int
    rot_days: int | None
    rots_in_working_days: bool
    wip_limit: int | None
    kind: str

    is_in_use = True

    @property
    def is_open(self) -> bool:
        return self.kind == "open"

    @property
    def hue(self) -> int:
        return (self.position - 1) % 6 + 1


class PipelineShape(NamedTuple):
    id: int
    name: str
    stages: tuple[StageShape, ...]

    @property
    def open_stages(self) -> tuple[StageShape, ...]:
        return tuple(stage for stage in self.stages if stage.is_open)

    @property
    def outcomes(self) -> tuple[StageShape, ...]:
        return tuple(stage for kind in ("won", "lost") for stage in self.stages if stage.kind == kind)


# Where nothing is changed, the one is as good as the other.
AnyStage = Stage | StageShape
AnyPipeline = Pipeline | PipelineShape


def all_shapes() -> list[PipelineShape]:
    """Of all pipelines in their order, with the stages in use: what a page reads of a `Pipeline`, in one statement.

    Each has some: `shaping` leaves a pipeline those in which deals are won and lost.
    """
    rows = db.session.connection().execute(_ALL)
    return list(_shapes(tuple(tuple(row) for row in rows)))


@lru_cache(maxsize=64)
def _shapes(rows: tuple[tuple[Any, ...], ...]) -> tuple[PipelineShape, ...]:
    found: dict[tuple[int, str], list[StageShape]] = {}
    for id_, name, *facts in rows:
        found.setdefault((id_, name), []).append(StageShape(*facts))
    return tuple(PipelineShape(*key, tuple(stages)) for key, stages in found.items())
