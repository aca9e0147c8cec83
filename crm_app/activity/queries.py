"""Reads of the event log. The caller has already found the subject among the records visible to the reader."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.activity.models import Event
from crm_app.extensions import db
from crm_app.web.ordering import written_out

# What a board wants to hear of and nobody wants to read: a card put elsewhere in its column.
UNTOLD = ("placed",)


class Told(NamedTuple):
    """An event as its record's page tells it, read without making a record of it; `actor` is a name."""

    id: int
    at: datetime
    subject_table: str
    verb: str
    particulars: dict[str, Any]
    actor: str | None


def about(subject: Any) -> Select[tuple[Event]]:
    """What there is to tell of one record, newest first, with its actors."""
    return all_about(subject).where(told())


def all_about(subject: Any) -> Select[tuple[Event]]:
    """The same, and what is not told."""
    return (
        select(Event)
        .where(Event.subject_table == subject.__tablename__, Event.subject_id == subject.id)
        .options(joinedload(Event.actor))
        .order_by(Event.id.desc())
    )


def newest_about(subject: Any, count: int, before: int | None = None) -> Sequence[Told]:
    """The first of what there is to tell of it, or of what happened before that event."""
    newest = _newest(subject.__tablename__, count, is_before=before is not None)
    db.session.flush()
    found = db.session.connection().execute(newest, {"id": subject.id, "before": before})
    return [Told(*row) for row in found]


@cache
def _newest(table: str, count: int, *, is_before: bool) -> Select[Any]:
    """Made once: making it costs more than running it."""
    shown = Event.id, Event.at, Event.subject_table, Event.verb, Event.particulars, User.name
    events = select(*shown).outerjoin(User, User.id == Event.actor_id)
    about = Event.subject_table == written_out(table), Event.subject_id == bindparam("id")
    events = events.where(*about, told())
    events = events.where(Event.id < bindparam("before")) if is_before else events
    return events.order_by(Event.id.desc()).limit(written_out(count))


def told() -> ColumnElement[bool]:
    return Event.verb.not_in([written_out(verb) for verb in UNTOLD])
