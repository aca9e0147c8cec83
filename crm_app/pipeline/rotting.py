"""The clock that runs while a deal stands in a stage: how far it is, when the deal rots, and whether it sleeps.

A deal rots once it has stood in its stage for longer than the stage allows, in all days or in working days as the
stage counts them; one that is snoozed does not rot before it wakes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_

from crm_app.analytics import working_days
from crm_app.extensions import utc_now
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.reader import current_reader, reader


class Clock(NamedTuple):
    """`days` are whole ones since the deal entered its stage, as the stage counts them; `limit` what it allows.

    `state` is fresh, rotting or snoozed.
    """

    days: int
    limit: int | None
    in_working_days: bool
    state: str


def clock(deal: Deal, now: datetime | None = None) -> Clock:
    now, stage = now or utc_now(), deal.stage
    limit = stage.rot_days if stage.is_open else None
    in_working_days = limit is not None and stage.rots_in_working_days
    days = max((now - deal.entered_stage_at).days, 0)
    if in_working_days:
        someone = current_reader()
        days = working_days.worked(deal.entered_stage_at, now, someone.weekend, someone.zone)
    return Clock(days, limit, in_working_days, _state(deal, now))


def only(deals: Select[tuple[Deal]], state: str | None, stages: Iterable[Stage]) -> Select[tuple[Deal]]:
    """Open deals in that state of the clock; `stages` are all in which such deals may stand. None takes any deal."""
    if state is None:
        return deals
    is_snoozed = and_(Deal.snoozed_until.is_not(None), Deal.snoozed_until > reader.today())
    is_rotting = and_(or_(false(), *_overstayed(stages)), ~is_snoozed)
    is_meant = {"rotting": is_rotting, "snoozed": is_snoozed, "fresh": ~is_rotting & ~is_snoozed}[state]
    return deals.where(Deal.status == "open", is_meant)


def _state(deal: Deal, now: datetime) -> str:
    if deal.is_open and deal.is_snoozed(reader.local(now).date()):
        return "snoozed"
    limit = _limit(deal.stage, now) if deal.is_open else None
    return "rotting" if limit is not None and deal.entered_stage_at < limit else "fresh"


def _overstayed(stages: Iterable[Stage]) -> list[ColumnElement[bool]]:
    limits = ((stage.id, _limit(stage, utc_now())) for stage in stages if stage.is_open)
    return [
        and_(Deal.stage_id == stage_id, Deal.entered_stage_at < limit)
        for stage_id, limit in limits
        if limit is not None
    ]


def _limit(stage: Stage, now: datetime) -> datetime | None:
    """Deals that entered before that instant have stayed too long."""
    if stage.rot_days is None:
        return None
    if stage.rots_in_working_days:
        someone = current_reader()
        return working_days.ago(stage.rot_days, now, someone.weekend, someone.zone)
    return now - timedelta(days=stage.rot_days)
