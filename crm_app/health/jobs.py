"""What a worker tells of itself: that it lives, and which job it gave up."""

import json
import os
import socket
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from flask import current_app
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import SQLAlchemyError

from crm_app.extensions import db, utc_now
from crm_app.health.models import ParkedJob, Worker
from crm_app.jobs import jobs

EVERY_SECONDS = 20
_FORGOTTEN_AFTER = timedelta(days=1)
_LONGEST_ERROR = 2000


def name_of_worker() -> str:
    """Of this process, as other machines can tell it from theirs."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def tell(name: str, *, is_new: bool = False, is_over: bool = False) -> None:
    """The database that this worker lives, to be told again every so often. Where it is away, the next time tells."""
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
