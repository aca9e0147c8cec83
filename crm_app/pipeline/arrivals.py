"""What others did to a board since it was shown: cards that stand elsewhere or look otherwise, and those that left."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from crm_app.accounts.models import Organisation, Team, User
from crm_app.activity import record
from crm_app.activity.models import Event
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline import queries
from crm_app.pipeline.boards import Deals, Key, Layout
from crm_app.pipeline.cards import Card, cards_of_once
from crm_app.pipeline.models import IS_OPEN, Deal, Pipeline, Stage

# Whose names stand on cards, by where deals hold them.
_NAMED = {Company.__tablename__: Deal.company_id, User.__tablename__: Deal.owner_id}
# What decides whose deals a reader sees, or narrows a board down to.
_SIGHT = {User.__tablename__: {"role", "team"}, Team.__tablename__: {"manager"}}
# The verb of events that every board is shown again for.
_REDRAWN = "redrawn"
# Ids by table.
Names = dict[str, set[int]]


class Arrival(NamedTuple):
    """A card, the key of its column, and the id of the card above it there, None at the top."""

    card: Card
    key: Key
    after: int | None


class News(NamedTuple):
    """`left` are ids of deals that stand on this board no longer, or never did."""

    arrivals: list[Arrival]
    left: list[int]


def touched(events: Iterable[Event]) -> list[Event]:
    """Those of the events after which a card looks or stands otherwise."""
    return [event for event in events if event.subject_table == Deal.__tablename__ and event.verb != "noted"]


def is_reshaped(events: Iterable[Event]) -> bool:
    """Whether pipelines or their stages are others now, and with them the columns, or what holds for all of them."""
    shapes = (Pipeline.__tablename__, Stage.__tablename__, Organisation.__tablename__)
    return any(event.subject_table in shapes for event in events)


def show_boards_again(subject: Any) -> None:
    """For a change of `subject` after which boards look different, though nothing happened to any deal."""
    record(subject, _REDRAWN)


def is_redrawn(events: Iterable[Event]) -> bool:
    """Whether boards look different: by such a change, or as other people or another team see some deals now."""
    return any(
        event.verb == _REDRAWN or _SIGHT.get(event.subject_table, set()) & _changed(event).keys() for event in events
    )


def renamed(events: Iterable[Event]) -> Names:
    """The companies and users that are called otherwise now."""
    found: Names = {}
    for event in events:
        if event.subject_table in _NAMED and "name" in _changed(event):
            found.setdefault(event.subject_table, set()).add(event.subject_id)
    return found


def are_named(names: Names, shown: Deals) -> bool:
    """Whether a card of the board may say one of them."""
    said = (shown.where(IS_OPEN, _NAMED[table].in_(ids)).exists() for table, ids in names.items())
    return any(db.session.scalar(select(one)) for one in said)


def news(events: Collection[Event], shown: Deals, layout: Layout, user: User) -> News:
    """How the deals of these events stand now, among those that the board shows, from the top of each column down."""
    ids = {event.subject_id for event in events}
    arrivals = _standing(shown, layout, ids)
    known = {arrival.card.id for arrival in arrivals}
    return News(arrivals, sorted(_leaving(events, ids - known, user)))


def of(deals: Iterable[Deal], shown: Deals, layout: Layout) -> list[Arrival]:
    """The cards of these deals with their places, of those that the board shows, from the top of each column down."""
    return _standing(shown, layout, {deal.id for deal in deals})


def _standing(shown: Deals, layout: Layout, ids: Collection[int]) -> list[Arrival]:
    """Deals on the board with the id of the card above each: over whole columns, but only those of these deals."""
    concerned = layout.within(select(Deal).where(Deal.id.in_(ids))).with_only_columns(layout.key)
    above = func.lag(Deal.id).over(partition_by=layout.key, order_by=(layout.rank, Deal.id)).label("above")
    whole = layout.within(shown).where(layout.key.in_(concerned))
    columns = whole.with_only_columns(Deal.id, above).subquery()
    deals = select(Deal).join(columns, columns.c.id == Deal.id).where(Deal.id.in_(ids))
    ordered = deals.order_by(layout.key, layout.rank, Deal.id)
    found = cards_of_once(ordered, columns.c.above)
    return [Arrival(card, layout.key_of(card), above) for card, above in found]


def _leaving(events: Iterable[Event], ids: Collection[int], user: User) -> set[int]:
    """Of the deals not shown those that the user may see, here or in the bin, or saw until they got another owner."""
    seen = queries.visible_to(user).with_only_columns(Deal.id).where(Deal.id.in_(ids))
    binned = queries.binned_for(user).with_only_columns(Deal.id).where(Deal.id.in_(ids))
    handed_on = {event.subject_id for event in events if "owner" in _changed(event)}
    found = db.session.scalars(select(Deal.id).where(or_(Deal.id.in_(seen), Deal.id.in_(binned))))
    return set(found) | (handed_on & set(ids))


def _changed(event: Event) -> dict[str, Any]:
    return event.particulars.get("changes") or {}
