"""Work done by the worker: tasks collected here, queued in SQLite or Redis, run inside the application."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from huey import MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from redis import RedisError

from crm_app.extensions import db


class Jobs:
    """`@jobs.task` names a function as a task; `jobs.enqueue(name, *args)` asks for it once its row is committed.

    Arguments are ids and plain values: the task reads the truth from the database, which makes it safe to repeat.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, Callable[..., Any]] = {}
        self._periodic: dict[str, dict[str, str]] = {}
        self._at_start: list[Callable[[], Any]] = []

    def task(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self._tasks[f"{function.__module__}.{function.__name__}"] = function
        return function

    def at_start(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """Run once in each thread of a worker that starts."""
        self._at_start.append(function)
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
            options: dict[str, Any] = {"name": name, "retries": 3, "retry_delay": 10}
            run = _inside(app, function)
            if name in self._periodic:
                huey.periodic_task(crontab(**self._periodic[name]), name=name)(run)
            queued[name] = huey.task(**options | {"name": name + ":now"})(run)

        for function in self._at_start:
            huey.on_startup(function.__name__)(_inside(app, function))

    def enqueue(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Ask the worker for a task. Call it after the commit that the task will read.

        What is to be done stands in its row by then: where the queue is away, whoever sweeps such rows asks again.
        """
        name = f"{function.__module__}.{function.__name__}"
        try:
            current_app.extensions["jobs"][name](*arguments)
        except (RedisError, sqlite3.OperationalError) as error:
            current_app.logger.error("the queue did not take %s%r: %s", name, arguments, error)


def _storage(app: Flask):
    secret = SignedSerializer(secret=str(app.config["SECRET_KEY"]), salt="peyvand.jobs")
    if app.testing:
        return MemoryHuey("peyvand", immediate=True, serializer=secret)
    if app.config["REDIS_URL"]:
        return RedisHuey("peyvand", url=app.config["REDIS_URL"], serializer=secret)
    Path(app.config["INSTANCE_PATH"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey("peyvand", filename=str(Path(app.config["INSTANCE_PATH"]) / "jobs.db"), serializer=secret)


def _inside(app: Flask, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        if app.testing:
            return function(*arguments)
        with app.app_context():
            try:
                return function(*arguments)
            finally:
                db.session.remove()

    run.__name__ = function.__name__
    run.__module__ = function.__module__
    return run


jobs = Jobs()
