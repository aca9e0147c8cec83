"""Tasks go through the queue to a worker: in SQLite by default, in Redis when told so, never half-understood."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import redis
from huey.exceptions import TaskException
from sqlalchemy.exc import OperationalError

from crm_app import create_app
from crm_app.jobs import Jobs, jobs

_REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def _redis_answers():
    try:
        return redis.Redis.from_url(_REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return False


# Redis is not needed to run Peyvand; where none answers, its case is not collected.
QUEUES = ["", *([_REDIS] if _redis_answers() else [])]


@pytest.fixture
def queued(request, tmp_path, monkeypatch, _application):
    """An application with a real queue, and a task that notes what it was given.

    All tasks of the product have been read by then: else they would be told to this queue.
    """
    mine, done = Jobs(), []

    @mine.task
    def note(number):
        done.append(number)

    monkeypatch.setattr("crm_app.jobs.jobs", mine)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    app = create_app(REDIS_URL=request.param, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'jobs-test.db'}")
    app.extensions["huey"].storage.flush_all()
    with app.app_context():
        yield app, mine, note, done
    app.extensions["huey"].storage.flush_all()
    app.extensions["huey"].storage.close()


@pytest.mark.parametrize("queued", QUEUES, indirect=True)
def test_a_task_waits_in_the_queue_until_a_worker_takes_it_once(queued):
    app, mine, note, done = queued
    huey = app.extensions["huey"]
    mine.enqueue(note, 7)
    assert done == []
    assert huey.pending_count() == 1

    huey.execute(huey.dequeue())

    assert done == [7]
    assert huey.pending_count() == 0


@pytest.mark.parametrize("queued", [""], indirect=True)
def test_a_message_that_somebody_tampered_with_is_not_read(queued):
    app, mine, note, _done = queued
    huey = app.extensions["huey"]
    mine.enqueue(note, 7)
    message = huey.storage.dequeue()

    with pytest.raises((ValueError, TaskException)):
        huey.deserialize_task(message[:-1] + (b"0" if message[-1:] != b"0" else b"1"))


class _Away:
    """Raises as often as it is told to, then does what it is for."""

    def __init__(self, error, times):
        self.error, self.left, self.done = error, times, []

    def __call__(self, number):
        self.left -= 1
        if self.left >= 0:
            raise OperationalError("SELECT 1", {}, self.error)
        self.done.append(number)


def _no_file():
    try:
        sqlite3.connect("file:/dev/null/nowhere?mode=ro", uri=True)
    except sqlite3.OperationalError as error:
        return error


def _missing_table():
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("SELECT 1 FROM nowhere")
        except sqlite3.OperationalError as error:
            return error


@pytest.mark.parametrize("error", [psycopg.OperationalError("gone"), _no_file()], ids=["gone", "no file"])
@pytest.mark.parametrize("queued", QUEUES, indirect=True)
def test_a_job_that_finds_no_database_waits_for_it_however_often_it_is_tried_in_vain(queued, error):
    app, mine, _note, _done = queued
    away = _Away(error, times=10)
    huey = _with_task(app, mine, away)

    mine.enqueue(away, 7)
    huey.execute(huey.dequeue())
    for minutes in range(1, 11):
        assert (away.done, huey.scheduled_count(), huey.pending_count()) == ([], 1, 0)
        _a_while_later(huey, minutes)

    assert (away.done, huey.scheduled_count(), huey.pending_count()) == ([7], 0, 0)


@pytest.mark.parametrize("queued", [""], indirect=True)
def test_a_job_whose_statement_is_wrong_is_given_up_all_the_same(queued):
    app, mine, _note, _done = queued
    given_up, wrong = [], _Away(_missing_table(), times=100)
    mine.when_given_up(lambda *what: given_up.append(what))
    huey = _with_task(app, mine, wrong)

    mine.enqueue(wrong, 7)
    huey.execute(huey.dequeue())
    for minutes in range(1, 6):
        _a_while_later(huey, minutes)

    assert (wrong.left, huey.scheduled_count()) == (96, 0)
    assert [arguments for _name, arguments, _error in given_up] == [(7,)]


def _a_while_later(huey, minutes):
    then = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=minutes)
    for task in huey.read_schedule(then):
        huey.execute(task, then)


def _with_task(app, mine, function):
    function.__name__, function.__module__ = "away", "tests"
    mine.task(function)
    mine.init_app(app)
    return app.extensions["huey"]


REDIS_IS_AWAY = """
from crm_app.migrating import upgrade
from crm_app import create_app
from crm_app.exchange.jobs import run_import
from crm_app.jobs import jobs

app = create_app(WTF_CSRF_ENABLED=False)
with app.app_context():
    upgrade()
    jobs.enqueue(run_import, 7)
statuses = [app.test_client().post("/accounts/password/no-such-token").status_code for _ in range(31)]
print(statuses[0], statuses[29], statuses[30])
"""


def test_a_redis_that_went_away_stops_nobody_and_limits_go_on_without_it(tmp_path):
    """What waits for the worker stands in its row, and is asked for again once a worker sweeps."""
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "REDIS_URL": "redis://127.0.0.1:1/0"}

    ended = subprocess.run(
        [sys.executable, "-c", REDIS_IS_AWAY], env=settings, capture_output=True, text=True, timeout=60
    )

    assert ended.stdout == "410 410 429\n", ended.stderr
    assert "the queue did not take crm_app.exchange.jobs.run_import(7,)" in ended.stderr


REDIS_GOES_AWAY_UNDER_FOUR = """
import threading
from concurrent.futures import ThreadPoolExecutor
from limits.storage import RedisStorage
from redis import ConnectionError
from crm_app.extensions import limiter
from crm_app.migrating import upgrade
from crm_app import create_app

together = threading.Barrier(4)

def go_away(*_arguments, **_options):
    together.wait(30)
    raise ConnectionError

RedisStorage.incr = go_away
app = create_app()
with app.app_context():
    upgrade()

@app.get("/limited")
@limiter.limit("9 per hour")
def limited():
    return "there"

def status(_number):
    return app.test_client().get("/limited").status_code

with ThreadPoolExecutor(4) as threads:
    print(*threads.map(status, range(4)))
"""


def test_all_who_wait_for_a_redis_that_goes_away_are_answered(tmp_path):
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "REDIS_URL": "redis://127.0.0.1:1/0"}

    ended = subprocess.run(
        [sys.executable, "-c", REDIS_GOES_AWAY_UNDER_FOUR], env=settings, capture_output=True, text=True, timeout=60
    )

    assert ended.stdout == "200 200 200 200\n", ended.stderr


def test_the_tasks_of_the_product_are_known_by_name(_application):
    assert "crm_app.exchange.jobs.run_import" in jobs._tasks
    assert "crm_app.backups.nightly.back_up_every_night" in jobs._periodic


@pytest.mark.parametrize(("is_nightly", "left"), [(False, 0), (True, 1)], ids=["every minute", "every night"])
@pytest.mark.parametrize("queued", [""], indirect=True)
def test_what_the_clock_asks_for_while_others_write_comes_again_and_is_not_given_up(queued, caplog, is_nightly, left):
    app, mine, _note, done = queued
    given_up, errors = [], [_locked()]
    mine.when_given_up(lambda *what: given_up.append(what))

    @(mine.every_night(hour=3) if is_nightly else mine.every_minutes(1))
    def sweep():
        if errors:
            raise OperationalError("UPDATE", {}, errors.pop())
        done.append("swept")

    mine.init_app(app)
    huey = app.extensions["huey"]
    huey.execute(huey.read_periodic(datetime(2026, 11, 28, 3, 0))[0])

    assert (given_up, huey.scheduled_count(), huey.pending_count()) == ([], left, 0)
    assert "Traceback" not in caplog.text and "waits for the database: database is locked" in caplog.text
    if is_nightly:
        _a_while_later(huey, 1)
        assert done == ["swept"]


def _locked():
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@pytest.mark.parametrize("queued", QUEUES, indirect=True)
def test_of_several_workers_one_asks_for_what_is_due(queued, monkeypatch):
    app, mine, _note, done = queued

    @mine.every_minutes(5)
    def sweep():
        done.append("swept")

    due = datetime(2026, 11, 28, 3, 5, 7)
    workers = [app, create_app(REDIS_URL=app.config["REDIS_URL"])]
    for one in workers:
        mine.init_app(one)
    asked = {
        at: [task.name for one in workers for task in one.extensions["huey"].read_periodic(at)]
        for at in (due, due + timedelta(seconds=40), due + timedelta(minutes=1), due + timedelta(minutes=5))
    }

    assert [len(names) for names in asked.values()] == [1, 0, 0, 1]
    workers[1].extensions["huey"].storage.close()
