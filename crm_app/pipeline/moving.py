"""Moving a card on a board: the lock, the check that nobody moved it first, its place, its stage or its month."""

from datetime import date
from typing import Any

from crm_app.activity import record
from crm_app.activity.models import Event
from crm_app.activity.records import Conflict
from crm_app.extensions import db
from crm_app.pipeline import limits, ranking
from crm_app.pipeline.models import Deal, Stage


def claim(deal: Deal, version: int | None, *stages: Stage) -> None:
    """Hold the deal's column and those it goes to.

    Raises Gone if it goes to a stage that is one no longer, Conflict if the deal is no longer what its mover saw.
    """
    in_use = ranking.lock(deal.stage, *stages)
    limits.expect_in_use(stages, in_use)
    db.session.refresh(deal)
    deal.expect(version)
    if deal.deleted_at is not None or deal.stage_id not in in_use:
        raise Conflict


def begin(deal: Deal, stage: Stage, *, is_on_top: bool = False) -> None:
    """Create a deal in an open stage, at the foot of its column or on top. Raises Refused if it takes no deal."""
    limits.expect_in_use([stage], ranking.lock(stage))
    limits.expect_room(stage)
    if is_on_top:
        deal.rank = ranking.rank_between(deal, stage, None, None)
    deal.open_in(stage)


def reopen(deal: Deal, version: int | None, stage: Stage) -> None:
    """Back into play. Raises Conflict if it is no longer what was seen, Refused if the stage takes no deal."""
    claim(deal, version, stage)
    if deal.is_open or not stage.is_open:
        raise Conflict
    limits.expect_room(stage)
    deal.reopen(stage)


def move(deal: Deal, stage: Stage, *, after: Deal | None = None, before: Deal | None = None) -> Event | None:
    """Put a claimed deal into an open stage of its pipeline, between two cards; gives back the event of that.

    Raises Full if the stage takes no further deal. Within its own stage only the order changes: the stay goes on, and
    the log says it to other boards alone.
    """
    if deal.stage is not stage:
        limits.expect_room(stage)
    rank = ranking.rank_between(deal, stage, after, before)
    if deal.stage is stage:
        return place(deal, rank)
    return deal.move_to(stage, rank)


def place(deal: Deal, rank: int) -> Event:
    """Another place for a claimed deal in its column, from which it can be put back (`undoing.py`)."""
    return record(deal, "placed", **ranking.place(deal, deal.stage, rank))


def expect(deal: Deal, close: date | None) -> dict[str, list[Any]]:
    """A claimed deal is expected to close on that day, or on none that is known; returns what changed by that."""
    if not deal.is_open:
        raise Conflict
    return deal.change(expected_close=close)
