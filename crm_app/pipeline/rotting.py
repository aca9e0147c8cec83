"""The clock that runs while a deal stands in a stage: how far it is, when the deal rots, and whether it sleeps.

A deal rots once it has stood in its stage for longer than the stage allows, in all days or in working days as the
stage counts them; one that is snoozed does not rot before it wakes.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, false, or_

from crm_app.analytics import working_days
from crm_app.extensions import UtcDateTime, utc_now
from crm_app.pipeline.models import IS_OPEN, Deal
from crm_app.pipeline.shapes import AnyStage
from crm_app.web import later
from crm_app.web.ordering import written_out
from crm_app.web.reader import current_reader, reader


class Clock(NamedTuple):
    """`days` are whole ones since the deal entered its stage, as the stage counts them; `limit` what it allows.

    `state` is fresh, rotting or snoozed.
    """

    days: int
    limit: int | None
    in_working_days: bool
    state: str


class Clocks:
    """Those of many deals at one instant: what their stages allow is worked out once."""

    def __init__(self, now: datetime | None = None):
        self._now, self._someone = now or utc_now(), current_reader()
        self._today = self._someone.local(self._now).date()
        self._stages: dict[AnyStage, _Allowance] = {}

    def of(self, stage: AnyStage, entered_at: datetime, snoozed_until: date | None) -> Clock:
        """Of a deal that entered this stage then."""
        allowed = self._stages.get(stage) or self._stages.setdefault(stage, _allowance(stage, self._now))
        days = max((self._now - entered_at).days, 0)
        if allowed.in_working_days:
            days = working_days.worked(entered_at, self._now, self._someone.weekend, self._someone.zone)
        state = "rotting" if allowed.since and entered_at < allowed.since else "fresh"
        if allowed.is_open and snoozed_until is not None and snoozed_until > self._today:
            state = "snoozed"
        return Clock(days, allowed.days, allowed.in_working_days, state)


class _Allowance(NamedTuple):
    """`since` is the instant before which a deal must not have entered the stage."""

    is_open: bool
    days: int | None
    in_working_days: bool
    since: datetime | None


def _allowance(stage: AnyStage, now: datetime) -> _Allowance:
    if not stage.is_open or stage.rot_days is None:
        return _Allowance(stage.is_open, None, False, None)
    return _Allowance(True, stage.rot_days, stage.rots_in_working_days, _limit(stage, now))


def clock(deal: Deal, now: datetime | None = None) -> Clock:
    return Clocks(now).of(deal.stage, deal.entered_stage_at, deal.snoozed_until)


def only(deals: Select[tuple[Deal]], state: str | None, stages: Iterable[AnyStage]) -> Select[tuple[Deal]]:
    """Open deals in that state of the clock; `stages` are all in which such deals may stand.

    None takes any deal. What day it is and since when deals stand too long is put in only when the statement runs, as
    it was when this was last asked: for the same stages it is the same object (see `web/later.py`).
    """
    if state is None:
        return deals
    now = utc_now()
    limits = {stage.id: limit for stage in stages if stage.is_open and (limit := _limit(stage, now)) is not None}
    later.give({"rotting_today": reader.today()} | {f"rotting_{id_}": limit for id_, limit in limits.items()})
    return _only(deals, state, tuple(limits))


@lru_cache(maxsize=256)
def _only(deals: Any, state: str, stage_ids: tuple[int, ...]) -> Any:
    today = later.given("rotting_today", Date)
    is_snoozed = and_(Deal.snoozed_until.is_not(None), Deal.snoozed_until > today)
    is_rotting = and_(or_(false(), *map(_has_overstayed, stage_ids)), ~is_snoozed)
    is_meant = {"rotting": is_rotting, "snoozed": is_snoozed, "fresh": ~is_rotting & ~is_snoozed}[state]
    return deals.where(IS_OPEN, is_meant)


def _has_overstayed(stage_id: int) -> ColumnElement[bool]:
    limit = later.given(f"rotting_{stage_id}", UtcDateTime)
    return and_(Deal.stage_id == written_out(stage_id), Deal.entered_stage_at < limit)


def _limit(stage: AnyStage, now: datetime) -> datetime | None:
    """Deals that entered before that instant have stayed too long."""
    if stage.rot_days is None:
        return None
    if stage.rots_in_working_days:
        someone = current_reader()
        return working_days.ago(stage.rot_days, now, someone.weekend, someone.zone)
    return now - timedelta(days=stage.rot_days)
