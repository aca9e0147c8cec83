"""Writing to the event log, in the transaction of the change itself."""

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import g, has_request_context
from sqlalchemy import insert

from crm_app import audit
from crm_app.accounts.access import person_here
from crm_app.accounts.models import User
from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from crm_app.web.here import g_here
from crm_app.web.money import Money

# What decides who may do what, and what everyone's figures are counted by; told of when it is done, not as a story.
_AUDITED = {"organisations", "pipelines", "teams", "users"}
_EVENT = insert(Event.__table__)


def record(subject: Any, verb: str, **particulars: Any) -> Event:
    """Note that the acting person did `verb` to `subject`. New subjects are flushed first, to have an id."""
    if subject.id is None:
        db.session.add(subject)
        db.session.flush()
    event = Event(
        at=instant(),
        actor_id=actor_id(),
        subject_table=subject.__tablename__,
        subject_id=subject.id,
        verb=verb,
        particulars={name: plain(value) for name, value in particulars.items()},
    )
    db.session.add(event)
    if subject.__tablename__ in _AUDITED and not g.get("instant"):
        audit.note(f"{subject.__tablename__} {verb}"[:40], subject, **event.particulars)
    return event


def record_plainly(model: Any, id_: int, verb: str, **particulars: Any) -> int:
    """The same of a record that is not at hand, by one statement; the particulars are plain already.

    Not of what is audited. Returns the number of the event.
    """
    if model.__tablename__ in _AUDITED:
        raise ValueError(f"what is done to {model.__tablename__} is audited")
    facts = {"at": instant(), "actor_id": actor_id(), "subject_table": model.__tablename__, "subject_id": id_}
    made = db.session.connection().execute(_EVENT, facts | {"verb": verb, "particulars": particulars})
    return made.inserted_primary_key[0]  # type: ignore[index]


def record_all(model: Any, verb: str, at: datetime, particulars: Mapping[int, dict[str, Any]]) -> None:
    """The same of many records at one instant, by their ids; the particulars are plain already."""
    common = {"at": at, "actor_id": actor_id(), "subject_table": model.__tablename__, "verb": verb}
    events = [common | {"subject_id": id_, "particulars": facts} for id_, facts in particulars.items()]
    if events:
        db.session.execute(insert(Event.__table__), events)
    if particulars and model.__tablename__ in _AUDITED:
        for id_, facts in particulars.items():
            audit.note(f"{model.__tablename__} {verb}"[:40], f"#{id_}", **facts)


@contextmanager
def acting_as(user: User | None, at: datetime | None = None):
    """Outside a request (a job, a command), what happens inside is `user`'s doing, and happened at an instant past."""
    before = {name: g.get(name) for name in ("actor", "instant")}
    g.actor = audit.Actor(user.id, user.name) if user else audit.NOBODY
    g.instant = at or before["instant"]
    try:
        yield
    finally:
        g.actor, g.instant = before["actor"], before["instant"]


def instant() -> datetime:
    """When that happens which is done now: now, unless `acting_as` tells it of the past."""
    return g.get("instant") or utc_now()


def actor_id() -> int | None:
    actor = g_here().get("actor")
    if actor:
        return actor.id
    user = person_here() if has_request_context() else None
    return user.id if user and user.is_authenticated else None


def plain(value: Any) -> Any:
    """A value as JSON keeps it and as a timeline can show it: records become their names."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    return getattr(value, "name", None) or getattr(value, "title", str(value))
