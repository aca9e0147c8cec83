"""Work done by the worker: tasks collected here, queued in SQLite or Redis, run inside the application."""

import hashlib
import hmac
import re
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from crm_app import secret_key
from crm_app.extensions import db
from crm_app.processes import left_out
from crm_app.refusals import is_passing, of_queue

# huey reads all that it could keep its queue in, though SQLite is enough for most: nobody else may import it.
with left_out("redis", "psycopg"):
    from huey import MemoryHuey, RedisHuey, SqliteHuey, crontab, storage
    from huey.consumer import Consumer as Consumer
    from huey.consumer import ConsumerStopped as ConsumerStopped
    from huey.exceptions import HueyException, RetryTask
    from huey.serializer import SignedSerializer
    from huey.signals import SIGNAL_ERROR, SIGNAL_INTERRUPTED

Parking = Callable[[str, Sequence[Any], BaseException], Any]
# What the queue raises when what lies in it was not written by us.
_UNREADABLE = (HueyException, ValueError)
_DATED = re.compile(r"(\d{13})-", re.ASCII)
_NOW = ":now"
_AGAIN_SECONDS = 10


class Waiting(NamedTuple):
    """How many jobs nobody has begun, those to be tried again included, and since when the first in the queue waits."""

    jobs: int
    seconds: float


class Jobs:
    """`@jobs.task` names a function as a task; `jobs.enqueue(name, *args)` asks for it once its row is committed.

    Arguments are ids and plain values: the task reads the truth from the database, which makes it safe to repeat.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, Callable[..., Any]] = {}
        self._periodic: dict[str, dict[str, str]] = {}
        self._at_start: list[Callable[[], Any]] = []
        self._when_given_up: list[Parking] = []

    def task(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self._tasks[f"{function.__module__}.{function.__name__}"] = function
        return function

    def at_start(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """What a worker that starts asks for."""
        self._at_start.append(function)
        return self.task(function)

    def ask_at_start(self) -> None:
        for function in self._at_start:
            self.enqueue(function)

    def when_given_up(self, function: Parking) -> Parking:
        """Called with the name of a task, its arguments and the error, after it failed for the last time."""
        self._when_given_up.append(function)
        return function

    def every_minutes(self, minutes: int) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        return self._at(minute=f"*/{minutes}")

    def every_night(self, hour: int) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        return self._at(hour=str(hour), minute="0")

    def _at(self, **when: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        def add(function: Callable[[], Any]) -> Callable[[], Any]:
            self._periodic[f"{function.__module__}.{function.__name__}"] = when
            return self.task(function)

        return add

    def init_app(self, app: Flask) -> None:
        huey = app.extensions["huey"] = _storage(app)
        queued = app.extensions["jobs"] = {}
        for name, function in self._tasks.items():
            run = _inside(app, function)
            if name in self._periodic:
                is_due = _by_one_worker(huey, name, crontab(**self._periodic[name]))
                due = _as_soon_as_it_can(app, run, comes_again="hour" not in self._periodic[name])
                huey.periodic_task(is_due, name=name, create_id=_dated_id)(due)
            task = huey.task(name=name + _NOW, retries=3, retry_delay=10, create_id=_dated_id)
            queued[name] = task(_as_soon_as_it_can(app, run))

        huey.signal(SIGNAL_ERROR)(_giving_up(app, self._when_given_up))
        huey.signal(SIGNAL_INTERRUPTED)(_handing_back(huey))

    def enqueue(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Ask the worker for a task. Call it after the commit that the task will read.

        What is to be done is in its row by then: where the queue is away, whatever sweeps such rows asks again.
        """
        name = f"{function.__module__}.{function.__name__}"
        _ask(current_app.extensions["jobs"][name], name, arguments)

    def enqueue_named(self, name: str, *arguments: Any) -> bool:
        """Whether the queue took it; False as well for a task that this version does not have."""
        queued = current_app.extensions["jobs"].get(name)
        return queued is not None and _ask(queued, name, arguments)

    def waiting(self) -> Waiting:
        """Raises one of `refusals.of_queue()` where the queue does not answer."""
        huey = current_app.extensions["huey"]
        number = huey.pending_count() + huey.scheduled_count()
        first = huey.storage.enqueued_items(limit=1)
        return Waiting(number, _age(huey, first[0]) if first else 0.0)


def _ask(queued: Callable[..., Any], name: str, arguments: Sequence[Any]) -> bool:
    try:
        queued(*arguments)
    except of_queue() as error:
        current_app.logger.error("the queue did not take %s%r: %s", name, arguments, error)
        return False
    return True


def _by_one_worker(huey: Any, name: str, is_due: Callable[[datetime], bool]) -> Callable[[datetime], bool]:
    """Every worker looks at the clock; the first one of a minute notes in the queue that it asks, and no other does."""

    def noted(at: datetime) -> str:
        return f"asked:{name}:{at:%Y-%m-%dT%H:%M}"

    def is_due_here(at: datetime) -> bool:
        if not is_due(at):
            return False
        try:
            huey.delete(noted(at - timedelta(days=1)))
            return huey.put_if_empty(noted(at), 1)
        except of_queue():
            return False

    return is_due_here


def _dated_id(_task: Any) -> str:
    """The queue does not know since when a job waits; its id says so."""
    return f"{time.time_ns() // 1_000_000}-{uuid.uuid4()}"


def _age(huey: Any, message: bytes) -> float:
    try:
        dated = _DATED.match(huey.deserialize_task(message).id)
    except _UNREADABLE:
        dated = None
    return max(time.time() - int(dated[1]) / 1000, 0.0) if dated else 0.0


def _giving_up(app: Flask, told: list[Parking]) -> Callable[..., None]:
    def give_up(_signal: str, task: Any, error: BaseException | None = None) -> None:
        if task.retries or error is None:
            return
        for function in told:
            _inside(app, function)(task.name.removesuffix(_NOW), task.args, error)

    return give_up


def _handing_back(huey: Any) -> Callable[..., None]:
    """What a worker that has to stop is still at; what is due by the clock comes again by itself."""

    def hand_back(_signal: str, task: Any) -> None:
        if task.name.endswith(_NOW):
            huey.enqueue(task)

    return hand_back


def _storage(app: Flask):
    secret = _Signed(app)
    if app.testing:
        return MemoryHuey("peyvand", immediate=True, serializer=secret)
    if app.config["REDIS_URL"]:
        _read_redis()
        return RedisHuey("peyvand", url=app.config["REDIS_URL"], serializer=secret)
    Path(app.config["INSTANCE_PATH"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey("peyvand", filename=str(Path(app.config["INSTANCE_PATH"]) / "jobs.db"), serializer=secret)


def _read_redis() -> None:
    """As huey would have read it."""
    import redis

    storage.ConnectionPool = redis.ConnectionPool
    storage.Redis = storage.RedisStorage.redis_client = redis.Redis
    storage.ConnectionError, storage.TimeoutError = redis.ConnectionError, redis.TimeoutError


class _Signed(SignedSerializer):
    """With the key as it is now: a backup that is put back brings its own."""

    def __init__(self, app: Flask):
        self._app = app
        super().__init__(secret=str(app.config["SECRET_KEY"]), salt="peyvand.jobs")

    def _signature(self, message: bytes) -> bytes:
        secret_key.follow(self._app)
        key = hashlib.sha1(self.salt + str(self._app.config["SECRET_KEY"]).encode()).digest()  # noqa: S324 - as huey's.
        return hmac.new(key, msg=message, digestmod=hashlib.sha1).hexdigest().encode()


def _inside(app: Flask, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        if app.testing:
            return function(*arguments)
        with app.app_context():
            try:
                return function(*arguments)
            finally:
                db.session.remove()

    run.__name__, run.__module__ = function.__name__, function.__module__
    return run


def _as_soon_as_it_can(app: Flask, run: Callable[..., Any], *, comes_again: bool = False) -> Callable[..., Any]:
    """A job that finds no database waits for it, however long: that it was tried in vain does not count. What the clock
    asks for again within minutes anyway is left to the clock.
    """

    def waiting(*arguments: Any) -> Any:
        try:
            return run(*arguments)
        except DBAPIError as error:
            if app.testing or not is_passing(error.orig):
                raise
            app.logger.error("%s%r waits for the database: %s", run.__name__, arguments, error.orig)
            if not comes_again:
                raise RetryTask(delay=_AGAIN_SECONDS) from error

    waiting.__name__, waiting.__module__ = run.__name__, run.__module__
    return waiting


jobs = Jobs()
