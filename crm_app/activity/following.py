"""Reading on in the event log from where a page stands, so that it shows what others did meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from crm_app.web.ordering import written_out

# Transactions that run side by side take their numbers before they end: one that ends late has an older number than
# what was read already. Events so young are looked for once more.
_OVERLAP = timedelta(seconds=20)
_YOUNG_AT_MOST = 100
_READ_AT_MOST = 500
_LARGEST = 2**62
# To read when each of a hundred happened takes twice as long as to be told which are young.
_NEWEST = (
    select(Event.id, Event.at > bindparam("young_from"))
    .order_by(Event.id.desc())
    .limit(written_out(_YOUNG_AT_MOST + 1))
)


class Place(NamedTuple):
    """How far somebody has read: all events up to `floor`, and those after it that are `seen`."""

    floor: int
    seen: frozenset[int]

    def __str__(self) -> str:
        return ".".join(map(str, (self.floor, *sorted(self.seen))))

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """A place as an address holds it; None for what is none."""
        parts = text.split(".")
        if not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
            return None
        floor, *seen = (min(int(part), _LARGEST) for part in parts)
        return cls(floor, frozenset(seen[:_READ_AT_MOST]))


class Since(NamedTuple):
    """`events` are new, oldest first; `place` is how far they reach.

    `is_all` is False where more happened, or where the log does not hold any more what was read last.
    """

    events: list[Event]
    place: Place
    is_all: bool


def place_now() -> Place:
    """Before anything else is read, so that nothing falls between."""
    newest = db.session.connection().execute(_NEWEST, {"young_from": _young_from()}).all()
    return _reached(0, newest[::-1])


def since(place: Place) -> Since:
    """What happened since, in one read along the log's own order.

    It begins with what was read last. Where that is gone, so are records that the page shows, and SQLite gives its
    number and those before it again.
    """
    onward = select(Event).where(Event.id >= place.floor).order_by(Event.id).limit(written_out(_READ_AT_MOST + 1))
    found = list(db.session.scalars(onward))
    goes_on = not place.floor or (bool(found) and found[0].id == place.floor)
    found = [event for event in found if event.id > place.floor][:_READ_AT_MOST]
    events = [event for event in found if event.id not in place.seen]
    young_from = _young_from()
    reached = _reached(place.floor, [(one.id, one.at > young_from) for one in found])
    return Since(events, reached, goes_on and len(found) < _READ_AT_MOST)


def _young_from() -> datetime:
    return utc_now() - _OVERLAP


def _reached(floor: int, read: Sequence[Any]) -> Place:
    """`read` are numbers, each with whether it is young, from older to newer; of the young ones so many are remembered
    as an address can hold.
    """
    young = [number for number, is_young in read if is_young][-_YOUNG_AT_MOST:]
    first = young[0] if young else _LARGEST
    return Place(max([floor, *(number for number, _is_young in read if number < first)]), frozenset(young))
