"""Reads of the event log. The caller has already found the subject among the records visible to the reader."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.activity.models import Event
from crm_app.extensions import db
from crm_app.web.ordering import written_out

# What a board wants to hear of and nobody wants to read: a card put elsewhere in its column.
UNTOLD = ("placed",)


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


def newest_about(subject: Any, count: int, before: int | None = None) -> list[Event]:
    """The first of what there is to tell of it, or of what happened before that event."""
    meant = {"table": subject.__tablename__, "id": subject.id, "before": before}
    return list(db.session.scalars(_newest(count, is_before=before is not None), meant))


@cache
def _newest(count: int, *, is_before: bool) -> Select[tuple[Event]]:
    """Made once: making it costs more than running it."""
    events = select(Event).where(Event.subject_table == bindparam("table"), Event.subject_id == bindparam("id"), told())
    events = events.where(Event.id < bindparam("before")) if is_before else events
    events = events.options(joinedload(Event.actor).load_only(User.name))
    return events.order_by(Event.id.desc()).limit(written_out(count))


def told() -> ColumnElement[bool]:
    return Event.verb.not_in(UNTOLD)
