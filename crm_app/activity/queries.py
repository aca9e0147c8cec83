"""Reads of the event log. The caller has already found the subject among the records visible to the reader."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm_app.activity.models import Event


def about(subject: Any) -> Select[tuple[Event]]:
    """The events of one record, newest first, with their actors."""
    return (
        select(Event)
        .where(Event.subject_table == subject.__tablename__, Event.subject_id == subject.id)
        .options(joinedload(Event.actor))
        .order_by(Event.id.desc())
    )
