"""How many open deals may stand in a stage at a time. Whoever counts holds the lock of the stage (`ranking.lock`)."""

from collections.abc import Iterable

from flask_babel import ngettext
from sqlalchemy import func, select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.web import formats


class Full(Exception):
    """The stage takes no further deal; the message says so to whoever wanted to put one there."""

    def __init__(self, stage: Stage):
        limit = stage.wip_limit or 0
        super().__init__(
            ngettext(
                "%(stage)s is full: it takes %(count)s deal at a time. Move that one on first.",
                "%(stage)s is full: it takes %(count)s deals at a time. Move one of them on first.",
                limit,
                stage=stage.name,
                count=formats.num(limit),
            )
        )


def fill(stages: Iterable[Stage]) -> dict[int, int]:
    """How many deals stand in each stage that has a limit, whoever sees them: the limit is everyone's."""
    limited = [stage.id for stage in stages if stage.wip_limit is not None]
    if not limited:
        return {}
    counted = select(Deal.stage_id, func.count()).where(Deal.stage_id.in_(limited), Deal.deleted_at.is_(None))
    return dict.fromkeys(limited, 0) | {row[0]: row[1] for row in db.session.execute(counted.group_by(Deal.stage_id))}


def expect_room(stage: Stage, coming: int = 1) -> None:
    """Raise Full unless so many more deals may come into this stage."""
    if coming and stage.wip_limit is not None and fill([stage])[stage.id] + coming > stage.wip_limit:
        raise Full(stage)
