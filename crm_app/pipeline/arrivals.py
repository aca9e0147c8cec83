"""What others did to a board since it was shown: cards that stand elsewhere or look otherwise, and those that left."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import func, or_, select

from crm_app.accounts.models import User
from crm_app.activity.models import Event
from crm_app.extensions import db
from crm_app.pipeline import boards, queries
from crm_app.pipeline.boards import Card, Deals
from crm_app.pipeline.models import Deal, Pipeline, Stage


class Arrival(NamedTuple):
    """A card, and the id of the card above it in its column, None at the top."""

    card: Card
    after: int | None


class News(NamedTuple):
    """`left` are ids of deals that stand on this board no longer, or never did."""

    arrivals: list[Arrival]
    left: list[int]


def touched(events: Iterable[Event]) -> list[Event]:
    """Those of the events after which a card looks or stands otherwise."""
    return [event for event in events if event.subject_table == Deal.__tablename__ and event.verb != "noted"]


def is_reshaped(events: Iterable[Event]) -> bool:
    """Whether pipelines or their stages are others now: then the columns themselves stand otherwise."""
    shapes = (Pipeline.__tablename__, Stage.__tablename__)
    return any(event.subject_table in shapes for event in events)


def news(events: Collection[Event], shown: Deals, pipeline: Pipeline, user: User) -> News:
    """How the deals of these events stand now, among those that the board shows, from the top of each column down."""
    ids = {event.subject_id for event in events}
    arrivals = [Arrival(boards.card(deal), after) for deal, after in _standing(shown, pipeline, ids)]
    known = {arrival.card.deal.id for arrival in arrivals}
    return News(arrivals, sorted(_leaving(events, ids - known, user)))


def of(deals: Collection[Deal], shown: Deals, pipeline: Pipeline) -> list[Arrival]:
    """The cards of these deals with their places, of those that the board shows, from the top of each column down."""
    found = _standing(shown, pipeline, {deal.id for deal in deals})
    return [Arrival(boards.card(deal), after) for deal, after in found]


def _standing(shown: Deals, pipeline: Pipeline, ids: Collection[int]) -> list[tuple[Deal, int | None]]:
    """Deals on the board with the id of the card above each: over whole columns, but only those of these deals."""
    here = [stage.id for stage in pipeline.open_stages]
    stages = select(Deal.stage_id).where(Deal.id.in_(ids), Deal.stage_id.in_(here))
    above = func.lag(Deal.id).over(partition_by=Deal.stage_id, order_by=(Deal.rank, Deal.id)).label("above")
    columns = shown.where(Deal.stage_id.in_(stages)).with_only_columns(Deal.id, above).subquery()
    deals = select(Deal, columns.c.above).join(columns, columns.c.id == Deal.id).where(Deal.id.in_(ids))
    rows = db.session.execute(boards.detailed(deals).order_by(Deal.stage_id, Deal.rank, Deal.id))
    return [(deal, after) for deal, after in rows]


def _leaving(events: Iterable[Event], ids: Collection[int], user: User) -> set[int]:
    """Of the deals not shown those that the user may see, here or in the bin, or saw until they got another owner."""
    seen = queries.visible_to(user).with_only_columns(Deal.id).where(Deal.id.in_(ids))
    binned = queries.binned_for(user).with_only_columns(Deal.id).where(Deal.id.in_(ids))
    handed_on = {event.subject_id for event in events if "owner" in (event.particulars.get("changes") or {})}
    found = db.session.scalars(select(Deal.id).where(or_(Deal.id.in_(seen), Deal.id.in_(binned))))
    return set(found) | (handed_on & set(ids))
