"""Where people are signed in: sessions begin, are found and end in the database, so that whoever is cut off is out."""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import g, request
from sqlalchemy import Select, bindparam, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from crm_app.accounts.links import digest
from crm_app.accounts.models import Organisation, User, UserSession
from crm_app.extensions import SAFE_METHODS, committed_beside, db, utc_now
from crm_app.web.unchanged import Snapshot

# One that is to be remembered ends after `LONGEST` all the same.
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)
CONFIRMED_FOR = timedelta(minutes=15)
_NOTED_EVERY = timedelta(minutes=10)
_COLUMNS = (UserSession.id, UserSession.began_at, UserSession.seen_at, UserSession.confirmed_at)
# Every page asks for the organisation too: read beside whoever asks, it costs no statement of its own.
_BY_TOKEN = (
    select(User, Organisation, Snapshot(), UserSession.is_remembered, *_COLUMNS)
    .join(UserSession, UserSession.user_id == User.id)
    .outerjoin(Organisation, Organisation.id == 1)
    .where(UserSession.token_hash == bindparam("token_hash"))
)


class Current(NamedTuple):
    """The session of this request."""

    id: int
    began_at: datetime
    seen_at: datetime
    confirmed_at: datetime


def begin(user: User, *, remember: bool) -> str:
    """The token that the browser keeps; what is over by now is forgotten."""
    token, now = secrets.token_urlsafe(32), utc_now()
    over = or_(UserSession.began_at < now - LONGEST, ~UserSession.is_remembered & (UserSession.seen_at < now - IDLE))
    db.session.execute(delete(UserSession).where(over))
    began = UserSession(
        user_id=user.id,
        token_hash=digest(token),
        is_remembered=remember,
        address=(request.remote_addr or "")[:64],
        agent=(request.user_agent.string or "")[:300],
    )
    db.session.add(began)
    db.session.flush()
    g.user_session = Current(began.id, began.began_at, began.seen_at, began.confirmed_at)
    return token


def person_of(token: str) -> User | None:
    """Who is signed in by this token, if their session still runs; it is `current()` from then on."""
    found = db.session.execute(_BY_TOKEN, {"token_hash": digest(token)}).one_or_none()
    if found is None:
        return None
    user, g.organisation, g.snapshot, is_remembered, *facts = found
    session, now = Current(*facts), utc_now()
    is_idle = not is_remembered and session.seen_at < now - IDLE
    if not user.is_active or is_idle or session.began_at < now - LONGEST:
        return None
    g.user_session = session
    if session.seen_at < now - _NOTED_EVERY:
        _note_seen(session, now)
    return user


def current() -> Current | None:
    return g.get("user_session")


def of(user: User) -> Select[tuple[UserSession]]:
    """Those that may still run, the last seen first."""
    now = utc_now()
    runs = UserSession.is_remembered | (UserSession.seen_at >= now - IDLE)
    mine = select(UserSession).where(UserSession.user_id == user.id, UserSession.began_at >= now - LONGEST, runs)
    return mine.order_by(UserSession.seen_at.desc(), UserSession.id.desc())


def confirm(session: Current) -> None:
    """They have just proved again who they are."""
    db.session.execute(update(UserSession).where(UserSession.id == session.id).values(confirmed_at=utc_now()))


def end(user: User, session_id: int) -> bool:
    """Whether it was one of theirs."""
    mine = delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == user.id)
    return db.session.execute(mine).rowcount == 1


def end_others(user: User) -> int:
    """All but the one of this request; how many they were."""
    session = current()
    others = delete(UserSession).where(UserSession.user_id == user.id, UserSession.id != (session.id if session else 0))
    return db.session.execute(others).rowcount


def _note_seen(session: Current, now: datetime) -> None:
    """A page that reads is not to fail for it, should nothing be writable just now."""
    seen = update(UserSession).where(UserSession.id == session.id).values(seen_at=now)
    if request.method not in SAFE_METHODS:
        db.session.execute(seen)
        return
    try:
        with committed_beside() as connection:
            connection.execute(seen)
    except OperationalError:
        return
