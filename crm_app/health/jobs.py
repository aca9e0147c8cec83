"""What a worker tells of itself: that it lives, and which job it gave up."""

import json
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from flask import Flask, current_app
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import SQLAlchemyError

from crm_app.extensions import db, utc_now
from crm_app.health.models import ParkedJob, Worker
from crm_app.jobs import jobs

EVERY_SECONDS = 20
_FORGOTTEN_AFTER = timedelta(days=1)
_LONGEST_ERROR = 2000


@contextmanager
def alive(app: Flask) -> Iterator[None]:
    """While inside, the database knows of this worker.

    A thread of its own says so, because a long import may keep all others busy and is no reason to call a worker dead.
    """
    name, stopped = f"{socket.gethostname()[:100]}:{os.getpid()}", threading.Event()
    thread = threading.Thread(target=_tell_until, args=(app, name, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(EVERY_SECONDS)
        with app.app_context():
            _tell(name, is_over=True)


def _tell_until(app: Flask, name: str, stopped: threading.Event) -> None:
    with app.app_context():
        _tell(name, is_new=True)
        while not stopped.wait(EVERY_SECONDS):
            _tell(name)


def _tell(name: str, *, is_new: bool = False, is_over: bool = False) -> None:
    """Where the database is away, the next time tells."""
    now = utc_now()
    mine = Worker.name == name
    try:
        with db.engine.begin() as connection:
            if is_new or is_over:
                connection.execute(delete(Worker).where(mine | (Worker.seen_at < now - _FORGOTTEN_AFTER)))
            if not is_over and not connection.execute(update(Worker).where(mine).values(seen_at=now)).rowcount:
                facts = {"name": name, "version": version("peyvand"), "started_at": now, "seen_at": now}
                connection.execute(insert(Worker).values(facts))
    except SQLAlchemyError as error:
        current_app.logger.error("the database was not told that the worker lives: %s", error)


@jobs.when_given_up
def park(task: str, arguments: Sequence[Any], error: BaseException) -> None:
    """Keep what is needed to ask for it again, and what went wrong."""
    said = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR].replace("\0", "")
    db.session.rollback()
    # Arguments are ids and plain values; JSON shows at once where they are not.
    db.session.add(ParkedJob(task=task, arguments=json.loads(json.dumps(list(arguments))), error=said))
    db.session.commit()
