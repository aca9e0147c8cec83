"""Days that deals have without a time, kept the same days when the organisation's time zone changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from crm_app.extensions import db
from crm_app.pipeline.models import Closing, Deal, Stay

_BATCH = 5_000
# Instants in the order in which they come to pass.
_INSTANTS = (
    (Deal, ("created_at", "entered_stage_at", "closed_at")),
    (Stay, ("entered_at", "left_at")),
    (Closing, ("closed_at",)),
)


def keep_days(old: ZoneInfo, new: ZoneInfo) -> None:
    """What was brought in by day stands at midnight: it goes to the midnight of the same day in the new zone.

    Any other instant stays what it was, whichever day that is now. Call it in the transaction that changes the zone.
    """
    for model, names in _INSTANTS:
        table, last = model.__table__, 0
        query = select(table.c.id, *(table.c[name] for name in names)).order_by(table.c.id).limit(_BATCH)
        change = update(table).where(table.c.id == bindparam("row")).values({name: bindparam(name) for name in names})
        while rows := db.session.execute(query.where(table.c.id > last)).all():
            last = rows[-1].id
            moved = [(row, _moved(row[1:], old, new)) for row in rows]
            changed = [
                {"row": row.id, **dict(zip(names, instants, strict=True))}
                for row, instants in moved
                if instants != list(row[1:])
            ]
            if changed:
                db.session.execute(change, changed)
    db.session.expire_all()


def _moved(instants: Sequence[datetime | None], old: ZoneInfo, new: ZoneInfo) -> list[datetime | None]:
    """None of them later than the one after it, which may be an instant that stays."""
    found: list[datetime | None] = []
    following = None
    for instant in reversed(instants):
        if instant is not None:
            instant = _same_day(instant, old, new)
            following = instant = min(instant, following) if following else instant
        found.insert(0, instant)
    return found


def _same_day(instant: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    day = instant.astimezone(old).date()
    is_midnight = datetime.combine(day, time(), old).astimezone(UTC) == instant
    return datetime.combine(day, time(), new).astimezone(UTC) if is_midnight else instant
