"""Why a stage takes no deal: it is full, or it is gone. Whoever asks holds its lock (`ranking.lock`)."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.pipeline.shapes import AnyStage
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


class Refused(Exception):
    """A stage does not take the deal; the message says why to whoever wanted to put it there."""


class Full(Refused):
    """It has as many as it takes at a time."""

    def __init__(self, stage: AnyStage):
        limit = stage.wip_limit or 0
        super().__init__(
            ngettext(
                "%(stage)s is full: its limit is %(count)s deal. Move that deal on first.",
                "%(stage)s is full: its limit is %(count)s deals. Move one of them on first.",
                limit,
                stage=stage.name,
                count=formats.num(limit),
            )
        )


class Gone(Refused):
    """It was deleted or merged into another one meanwhile. What no longer has a name here is given as None."""

    def __init__(self, stage: AnyStage | None):
        name = stage.name if stage else ""
        named = _(
            "%(stage)s no longer exists: it was deleted or merged into another stage. Choose another one.", stage=name
        )
        nameless = _("The stage no longer exists: it was deleted or merged into another stage. Choose another one.")
        super().__init__(named if name else nameless)


def fill(stages: Iterable[AnyStage]) -> dict[int, int]:
    """How many deals stand in each stage that has a limit, whoever sees them: the limit is everyone's."""
    limited = [stage.id for stage in stages if stage.wip_limit is not None]
    if not limited:
        return {}
    counted = select(Deal.stage_id, func.count()).where(Deal.stage_id.in_(limited), Deal.deleted_at.is_(None))
    return dict.fromkeys(limited, 0) | {row[0]: row[1] for row in db.session.execute(counted.group_by(Deal.stage_id))}


def expect_in_use(stages: Iterable[AnyStage], in_use: Collection[int]) -> None:
    """Raise Gone unless all of these stages are among those that the lock found in use."""
    for stage in stages:
        if stage.id not in in_use:
            raise Gone(stage)


def expect_room(stage: AnyStage, coming: int = 1) -> None:
    """Raise Full unless so many more deals may come into this stage."""
    if coming and stage.wip_limit is not None and fill([stage])[stage.id] + coming > stage.wip_limit:
        raise Full(stage)
