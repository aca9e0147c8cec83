"""Whether the database answers, found out within a moment even where it answers nothing at all."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from crm_app.extensions import db, reading

PATIENCE_SECONDS = 2.0
# Of a table that every version has: a database without tables is of no use either.
_QUESTION = text("SELECT 1 FROM organisations LIMIT 1")


class Asking:
    """One question at a time: others wait for the same answer, and no longer than the first; no threads pile up."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience, self._lock = patience, Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._asked: Future[bool] | None = None
        self._asked_at = 0.0

    def answers(self) -> bool:
        with self._lock:
            if self._asked is None or self._asked.done():
                # Made here, because a process that is forked does not take threads along.
                self._thread = self._thread or ThreadPoolExecutor(1, "health")
                self._asked, self._asked_at = self._thread.submit(_ask, db.engine), time.monotonic()
            asked, left = self._asked, self._asked_at + self._patience - time.monotonic()
        try:
            return asked.result(max(left, 0.0))
        except TimeoutError:
            return False


def _ask(engine: Engine) -> bool:
    try:
        with reading(), engine.connect() as connection:
            connection.execute(_QUESTION)
    except SQLAlchemyError:
        return False
    return True
