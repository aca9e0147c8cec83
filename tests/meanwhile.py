"""Two requests at once, on PostgreSQL: one is held amid its work, and the other one comes meanwhile."""

import threading
import time
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import event, text

from crm_app.extensions import db

_PATIENCE_SECONDS = 20
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class Met(NamedTuple):
    """What both gave back, or raised, and whether the second one waited for the first."""

    first: Any
    second: Any
    has_waited: bool


def meanwhile(first, second, *, held_at, before=False):
    """`first` is held after (or before) its first statement with these words, until `second` has ended or waits."""
    one, other = _Thread(first), _Thread(second)
    with _held(one, held_at, "before_cursor_execute" if before else "after_cursor_execute") as (comes, goes):
        one.start()
        assert comes.wait(_PATIENCE_SECONDS), f"no statement with {held_at!r}: {one.given}"
        other.start()
        has_waited = other.waits()
        goes.set()
        one.join()
        other.join()
    db.session.expire_all()
    return Met(one.given, other.given, has_waited)


class _Thread(threading.Thread):
    """With a session of its own, as a request has it."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self._app, self._work, self.given = current_app._get_current_object(), work, None

    def run(self):
        with self._app.app_context():
            try:
                self.given = self._work()
            except Exception as error:
                self.given = error

    def waits(self):
        """Whether it comes to wait for somebody before it ends."""
        until = time.monotonic() + _PATIENCE_SECONDS
        with db.engine.connect() as connection:
            while self.is_alive() and time.monotonic() < until:
                if connection.execute(_WAITING).scalar():
                    return True
                connection.rollback()
                time.sleep(0.02)
        return self.is_alive()


@contextmanager
def _held(thread, words, moment):
    comes, goes = threading.Event(), threading.Event()

    def hold(_connection, _cursor, statement, *_rest):
        if threading.current_thread() is thread and words in statement and not comes.is_set():
            comes.set()
            goes.wait(_PATIENCE_SECONDS)

    event.listen(db.engine, moment, hold)
    try:
        yield comes, goes
    finally:
        goes.set()
        event.remove(db.engine, moment, hold)
