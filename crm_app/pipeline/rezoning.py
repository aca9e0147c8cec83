"""Days that deals have without a time, kept the same days when the organisation's time zone changes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select, update

from crm_app.extensions import db
from crm_app.pipeline.models import Closing, Deal, Stay

_BATCH = 5_000
# Instants in the order in which they come to pass, as a rule.
_INSTANTS = (
    (Deal, ("created_at", "entered_stage_at", "closed_at")),
    (Stay, ("entered_at", "left_at")),
    (Closing, ("closed_at",)),
)
# How long something took, in whole seconds from the one instant to the other.
_CYCLES = select(Closing.id, Deal.created_at, Closing.closed_at, Closing.cycle_seconds)
_LENGTHS = (
    (Stay.seconds, select(Stay.id, Stay.entered_at, Stay.left_at, Stay.seconds)),
    (Closing.cycle_seconds, _CYCLES.join(Deal, Deal.id == Closing.deal_id)),
)


def keep_days(old: ZoneInfo, new: ZoneInfo) -> None:
    """What was brought in by day stands at midnight: it goes to the midnight of the same day in the new zone.

    Any other instant stays what it was, whichever day that is now. Call it in the transaction that changes the zone.
    """
    for model, names in _INSTANTS:
        table = model.__table__
        query = select(table.c.id, *(table.c[name] for name in names))
        for rows in _batches(query, table.c.id):
            moved = [(row, _moved(row[1:], old, new)) for row in rows]
            _write(model, [(row.id, instants) for row, instants in moved if instants != list(row[1:])], names)
    for length, query in _LENGTHS:
        for rows in _batches(query.where(length.is_not(None)), length.class_.id):
            lasted = [(row[0], [max(int((row[2] - row[1]).total_seconds()), 0)], row[3]) for row in rows]
            _write(length.class_, [(id_, now) for id_, now, before in lasted if now != [before]], [length.key])
    db.session.expire_all()


def _batches(query: Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := db.session.execute(query.where(key > last).order_by(key).limit(_BATCH)).all():
        last = rows[-1][0]
        yield rows


def _write(model: Any, changed: Sequence[tuple[int, Sequence[Any]]], names: Sequence[str]) -> None:
    table = model.__table__
    change = update(table).where(table.c.id == bindparam("row")).values({name: bindparam(name) for name in names})
    if changed:
        db.session.execute(change, [{"row": id_, **dict(zip(names, each, strict=True))} for id_, each in changed])


def _moved(instants: Sequence[datetime | None], old: ZoneInfo, new: ZoneInfo) -> list[datetime | None]:
    """None of them later than one after it that it did not come after before; that may be an instant that stays."""
    found = [instant and _same_day(instant, old, new) for instant in instants]
    for place in reversed(range(len(found))):
        for before, after in zip(instants[place + 1 :], found[place + 1 :], strict=True):
            instant, moved = instants[place], found[place]
            if instant and moved and before and after and instant <= before:
                found[place] = min(moved, after)
    return found


def _same_day(instant: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    day = instant.astimezone(old).date()
    is_midnight = datetime.combine(day, time(), old).astimezone(UTC) == instant
    return datetime.combine(day, time(), new).astimezone(UTC) if is_midnight else instant
