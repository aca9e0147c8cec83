"""Reads of the event log. The caller has already found the subject among the records visible to the reader."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from crm_app.activity.models import Event

# What a board wants to hear of and nobody wants to read: a card put elsewhere in its column.
UNTOLD = ("placed",)


def about(subject: Any) -> Select[tuple[Event]]:
    """What there is to tell of one record, newest first, with its actors."""
    return (
        select(Event)
        .where(Event.subject_table == subject.__tablename__, Event.subject_id == subject.id, told())
        .options(joinedload(Event.actor))
        .order_by(Event.id.desc())
    )


def told() -> ColumnElement[bool]:
    return Event.verb.not_in(UNTOLD)
