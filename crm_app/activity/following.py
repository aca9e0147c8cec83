"""Reading on in the event log from where a page stands, so that it shows what others did meanwhile."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from crm_app.web.ordering import written_out

# Transactions that run side by side take their numbers before they end: one that ends late has an older number than
# what was read already. Events so young are looked for once more.
_OVERLAP = timedelta(seconds=20)
_YOUNG_AT_MOST = 100
_READ_AT_MOST = 500
_LARGEST = 2**62
_NEWEST = select(Event.id, Event.at).order_by(Event.id.desc()).limit(written_out(_YOUNG_AT_MOST + 1))


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
    """`events` are new, oldest first; `place` is how far they reach. `is_all` is False where more happened."""

    events: list[Event]
    place: Place
    is_all: bool


def place_now() -> Place:
    """Before anything else is read, so that nothing falls between."""
    return _reached(0, [(number, at) for number, at in db.session.execute(_NEWEST)][::-1])


def since(place: Place) -> Since:
    """What happened since, in one read along the log's own order."""
    newer = select(Event).where(Event.id > place.floor).order_by(Event.id).limit(written_out(_READ_AT_MOST))
    found = list(db.session.scalars(newer))
    events = [event for event in found if event.id not in place.seen]
    return Since(events, _reached(place.floor, ((one.id, one.at) for one in found)), len(found) < _READ_AT_MOST)


def _reached(floor: int, read: Iterable[tuple[int, object]]) -> Place:
    """`read` goes from older to newer; of the young ones so many are remembered as an address can hold."""
    read, young_from = list(read), utc_now() - _OVERLAP
    young = [number for number, at in read if at > young_from][-_YOUNG_AT_MOST:]
    first = young[0] if young else _LARGEST
    return Place(max([floor, *(number for number, _at in read if number < first)]), frozenset(young))
