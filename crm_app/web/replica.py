"""Reports read from a streaming replica (`REPORTS_DATABASE_URL`), so that they keep nobody from working.

Who asks is read from the primary as ever; only what a report reads itself comes from the replica. Where that is away,
too far behind, or no replica of ours, the primary answers.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy.session import Session
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from crm_app.extensions import db

BIND = "reports"
MOST_SECONDS_BEHIND = 30
# Nobody waits again for one that did not answer a moment ago.
_REST_SECONDS = 10
Found = TypeVar("Found")

# A replica has the number that its primary was given when it was made.
_HERE = text("SELECT pg_current_wal_insert_lsn()::text, system_identifier FROM pg_control_system()")
# Seconds since the last change that arrived; they say nothing where nothing was changed since.
_THERE = text("""
    SELECT pg_is_in_recovery() AND system_identifier = :cluster,
        coalesce(pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn), false),
        coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'infinity')::float
    FROM pg_control_system()
""")


class Standing(NamedTuple):
    """`is_current`: all that was written before the question is there. Else what is missing is so many seconds old."""

    is_replica: bool
    is_current: bool
    seconds_behind: float

    @property
    def is_good_enough(self) -> bool:
        return self.is_replica and (self.is_current or self.seconds_behind <= MOST_SECONDS_BEHIND)


class _OnReplica(Session):
    def get_bind(self, *_args: Any, **_kwargs: Any) -> Engine:
        return db.engines[BIND]


def is_set(app: Flask) -> bool:
    return BIND in app.config.get("SQLALCHEMY_BINDS", {})


def answered(read: Callable[[], Found]) -> tuple[Found, bool]:
    """What `read` finds, and whether nothing was missing that had been written before. It may be called twice."""
    if not is_set(current_app) or current_app.extensions.get("replica_rests_until", 0) > time.monotonic():
        return read(), True
    try:
        with _on_replica() as ask:
            standing = ask()
            if standing.is_good_enough:
                return read(), standing.is_current
    except SQLAlchemyError as error:
        current_app.extensions["replica_rests_until"] = time.monotonic() + _REST_SECONDS
        current_app.logger.warning("the replica does not answer, the primary does instead: %s", error)
    return read(), True


def standing() -> Standing:
    """Raises what the database says where it does not answer."""
    with _on_replica() as ask:
        return ask()


@contextmanager
def _on_replica() -> Iterator[Callable[[], Standing]]:
    """While inside, `db.session` is one on the replica; what was read before stays with the session on the primary."""
    # Beside the session: a server that refuses to say it must not end the transaction that has begun.
    with db.engine.connect() as connection:
        written, cluster = connection.execute(_HERE).one()
    primary, there = db.session(), _OnReplica(db)

    def ask() -> Standing:
        found = Standing(*there.execute(_THERE, {"written": written, "cluster": cluster}).one())
        # What is read next must begin after what was asked, or it could be older than the answer.
        there.rollback()
        return found

    db.session.registry.set(there)
    try:
        yield ask
    finally:
        there.close()
        db.session.registry.set(primary)
