"""Moving several deals at once, and taking that back: each that nobody changed meanwhile, all of them or as said."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm_app.activity import Event
from crm_app.activity.records import Conflict
from crm_app.extensions import db, utc_now
from crm_app.pipeline import limits, moving, ranking, undoing
from crm_app.pipeline.boards import Deals
from crm_app.pipeline.models import Deal, Stage, Stay


class Moved(NamedTuple):
    """`touched` are the stages they came from and went to; `left` counts those that somebody else changed.

    `events` are of the moves that can be taken back.
    """

    deals: list[Deal]
    touched: set[Stage]
    left: int
    events: Sequence[Event] = ()


def move(deals: Deals, seen: Mapping[int, int | None], stage: Stage, after: Deal | None = None) -> Moved:
    """Put those of the deals whose version is still the one seen, in their order, after a card, else at the top.

    What stands in that stage already takes its place among them. Raises Refused if the stage does not take all others.
    """
    found = _claimed(deals.where(Deal.id.in_(seen)), stage)
    fresh = [deal for deal in found if deal.is_open and seen[deal.id] in (None, deal.version)]
    limits.expect_room(stage, sum(deal.stage is not stage for deal in fresh))
    touched = {stage, *(deal.stage for deal in fresh)}
    fresh.sort(key=lambda deal: (deal.stage.position, deal.rank, deal.id))
    ranks = ranking.ranks_after(stage, after, len(fresh))
    events = [event for deal, rank in zip(fresh, ranks, strict=True) if (event := _put(deal, stage, rank))]
    now = utc_now()
    for event in events:
        # One instant for what was done at once, so that it is told in one line.
        event.at = now
    return Moved(fresh, touched, len(seen) - len(fresh), events)


def _put(deal: Deal, stage: Stage, rank: int) -> Event | None:
    return moving.place(deal, rank) if deal.stage is stage else deal.move_to(stage, rank)


def take_back(deals: Deals, event_ids: Collection[int]) -> Moved:
    """Undo these moves, as far as each is the last thing that happened to its deal."""
    meant = select(Event).where(Event.id.in_(event_ids), Event.subject_table == Deal.__tablename__)
    events = {event.subject_id: event for event in db.session.scalars(meant)}
    found = _claimed(deals.where(Deal.id.in_(events)))
    back: list[Deal] = []
    touched: set[Stage] = set()
    for deal in found:
        try:
            touched.add(undoing.take_back(deal, events[deal.id].id))
        except (Conflict, limits.Refused):
            continue
        back.append(deal)
    return Moved(back, touched | {deal.stage for deal in back}, len(event_ids) - len(back))


def _claimed(deals: Deals, *stages: Stage) -> list[Deal]:
    """The deals as they stand, held, in columns that are held: where they are, where they were before, and these."""
    read = deals.options(selectinload(Deal.stays).joinedload(Stay.stage)).order_by(None).order_by(Deal.id)
    concerned = {stay.stage for deal in db.session.scalars(read) for stay in deal.stays[-2:]}
    in_use = ranking.lock(*concerned, *stages)
    limits.expect_in_use(stages, in_use)
    # In the order in which a change of many records holds them: neither waits for the other in a ring.
    held = read.with_for_update(of=Deal, key_share=True).execution_options(populate_existing=True)
    found = db.session.scalars(held)
    return [deal for deal in found if deal.stage_id in in_use]
