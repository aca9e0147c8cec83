"""Adding a line to the audit log, in the transaction of what it tells of."""

from typing import Any, NamedTuple

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session

from crm_app import locks
from crm_app.audit.models import LONGEST, AuditEntry
from crm_app.extensions import db, utc_now

_WAITING = "lines of the audit log"
_JOINERS = "\u200c\u200d"


class Actor(NamedTuple):
    """Whose doing something is: `g.actor`, where it is not that of whoever is signed in."""

    id: int | None
    name: str


NOBODY = Actor(None, "")


def note(verb: str, subject: Any = "", *, actor: Any = None, **particulars: Any) -> None:
    """`subject` is a saved record or a text; `actor` a user, if it is not who is signed in; `particulars` are plain."""
    db.session.info.setdefault(_WAITING, []).append(entry_of(verb, subject, actor, particulars))


def entry_of(verb: str, subject: Any, actor: Any, particulars: dict[str, Any]) -> AuditEntry:
    who = actor or _acting()
    asked = has_request_context()
    return AuditEntry(
        at=utc_now(),
        actor_id=who.id,
        actor_name=who.name,
        verb=verb,
        subject=clean(subject if isinstance(subject, str) else _named(subject)),
        particulars=particulars,
        address=clean(request.remote_addr or "")[:64] if asked else "",
        agent=clean(request.user_agent.string or "") if asked else "",
    )


def append(connection: Any, entry: AuditEntry) -> None:
    """At the end of the chain, which nobody else lengthens until this transaction is over."""
    locks.hold(connection, locks.CHAIN)
    last = connection.execute(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).scalar()
    entry.hash = entry.hash_after(last or "")
    facts = {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns if column.key != "id"}
    connection.execute(insert(AuditEntry.__table__), facts)


@event.listens_for(Session, "before_commit")
def _write_waiting(session: Session) -> None:
    """As the last thing of the transaction: its place in the chain is held no longer than need be."""
    if session.info.get(_WAITING):
        # Nobody waits for a row while others wait for the chain; and what is written now may note more.
        session.flush()
    for entry in session.info.pop(_WAITING, ()):
        append(session.connection(), entry)


@event.listens_for(Session, "after_rollback")
def _forget_waiting(session: Session) -> None:
    session.info.pop(_WAITING, None)


def clean(text: str) -> str:
    """One line of printable signs, as long as a line may be. What joins and parts letters belongs to Persian words."""
    return "".join(sign if sign.isprintable() or sign in _JOINERS else "\ufffd" for sign in text[:LONGEST])


def _acting() -> Actor:
    if g.get("actor"):
        return g.actor
    if has_request_context() and current_user.is_authenticated:
        return Actor(current_user.id, current_user.name)
    return NOBODY


def _named(record: Any) -> str:
    name = getattr(record, "name", None) or getattr(record, "title", "")
    return f"{name} (#{record.id})".strip()
