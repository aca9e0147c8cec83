"""The worker as it runs: work is done by a process that ends, one that dies takes nothing along, no job is lost."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from crm_app import working
from tests.test_jobs import QUEUES

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]

FOUR = datetime(2026, 11, 28, 4, tzinfo=UTC).timestamp()

# Tells who begins it; a negative number is the death of whoever does.
TASK = """
import os, signal, sys, time
from crm_app.jobs import jobs

@jobs.task
def note(number, seconds=0):
    print(number, os.getpid(), flush=True)
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(seconds)
"""
WORKING = """
@jobs.at_start
def begin():
    jobs.enqueue(note, 0)

from crm_app import cli, supervising, working
working._IDLE_SECONDS, supervising._STEADY_SECONDS = 0.3, 60
cli.main(["worker"])
"""
ASKING = """
from crm_app import create_app
with create_app().app_context():
    for line in sys.stdin:
        jobs.enqueue(note, *map(int, line.split()))
        print("asked", flush=True)
"""


@pytest.fixture(scope="module")
def environ(request, tmp_path_factory):
    """Its queue is in SQLite, or in the Redis that a test names."""
    folder, redis_url = str(tmp_path_factory.mktemp("working")), getattr(request, "param", "")
    settings = {"PATH": os.environ["PATH"], "INSTANCE_PATH": folder, "SECRET_KEY": "k" * 40, "REDIS_URL": redis_url}
    made = subprocess.run([sys.executable, "-m", "crm_app", "database", "upgrade"], env=settings, capture_output=True)
    assert made.returncode == 0, made.stderr
    return settings


@pytest.fixture(scope="module")
def ask(environ):
    """`ask(7, 60)`: for a task that tells its number and takes so many seconds."""
    program = [sys.executable, "-c", TASK + ASKING]
    with subprocess.Popen(program, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def asked(*numbers):
            print(*numbers, file=process.stdin, flush=True)
            assert process.stdout.readline() == "asked\n"

        yield asked
        process.stdin.close()


@pytest.fixture
def worker(environ):
    """One that is at rest."""
    program = [sys.executable, "-c", TASK + WORKING]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(program, env=environ, text=True, **pipes) as process:
        try:
            assert _begun(process)[0] == 0
            _wait_until(lambda: not _children(process))
            yield process
        finally:
            process.kill()


def _begun(worker):
    """The number of the task that is begun next, and the process that begins it."""
    return tuple(map(int, worker.stdout.readline().split()))


def _children(process):
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def _is_gone(pid):
    """Ended, even if nobody asks for its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until(question, seconds=30):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _asked(environ, file, query):
    with closing(sqlite3.connect(f"{environ['INSTANCE_PATH']}/{file}")) as connection:
        return connection.execute(query).fetchall()


def _taken_out(environ):
    """How many jobs lay in the queue, which is empty then."""
    if environ["REDIS_URL"]:
        with closing(redis.Redis.from_url(environ["REDIS_URL"])) as queue:
            waited = queue.llen("huey.redis.peyvand")
            queue.flushdb()
            return waited
    with closing(sqlite3.connect(f"{environ['INSTANCE_PATH']}/jobs.db")) as queue, queue:
        return queue.execute("DELETE FROM task").rowcount


def test_work_is_done_by_a_process_that_ends_once_nothing_is_left(worker, ask):
    ask(1, 1)
    first, doing = _begun(worker)
    ask(2)
    second, same = _begun(worker)

    assert (first, second) == (1, 2)
    assert doing == same != worker.pid
    _wait_until(lambda: _is_gone(doing))
    assert worker.poll() is None


def test_a_job_that_takes_its_process_along_takes_nothing_else(worker, ask):
    ask(-1)
    assert _begun(worker)[0] == -1
    ask(3)

    assert _begun(worker)[0] == 3
    worker.terminate()
    assert "a worker process stopped unexpectedly; a new one replaces it" in worker.stderr.read()
    assert worker.wait(30) == 0


def test_deaths_one_right_after_the_other_end_the_worker_and_it_says_so(worker, ask):
    for number in (-1, -2):
        ask(number)
        assert _begun(worker)[0] == number

    assert worker.wait(30) == 1
    assert "a part of Peyvand stopped unexpectedly" in worker.stderr.read()


@pytest.mark.parametrize("environ", [queue.replace("/9", "/8") for queue in QUEUES], indirect=True)
def test_whoever_is_at_work_when_the_worker_is_killed_hands_back_its_job_and_ends(worker, ask, environ):
    ask(4, 60)
    number, doing = _begun(worker)

    worker.kill()

    _wait_until(lambda: _is_gone(doing))
    assert number == 4
    assert _taken_out(environ) == 1


def test_a_worker_is_in_the_database_from_its_start_to_its_end(worker, environ):
    mine = f"SELECT name FROM workers WHERE name LIKE '%:{worker.pid}'"
    _wait_until(lambda: _asked(environ, "peyvand.db", mine))

    worker.terminate()

    assert worker.wait(30) == 0
    assert _asked(environ, "peyvand.db", mine) == []


class _Queue:
    """Counts how often it is asked, or fails."""

    def __init__(self, error=None):
        self.error, self.asked, self.minutes = error, 0, []

    def read_schedule(self):
        self.asked += 1
        if self.error:
            raise self.error
        return []

    def read_periodic(self, at):
        self.minutes.append(at)
        return []


@pytest.fixture
def set_clock(monkeypatch):
    """`set_clock(seconds)`: what both clocks of the machine say; `set_clock(seconds, wall=...)` where they differ."""

    def at(seconds, wall=None):
        monkeypatch.setattr("time.monotonic", lambda: seconds)
        monkeypatch.setattr("time.time", lambda: FOUR + (seconds if wall is None else wall))

    return at


@pytest.mark.parametrize("seconds", [0.1, 1.05, 7.0], ids=["often", "late each time", "seldom"])
def test_the_clock_goes_on_however_late_it_is_looked_at(set_clock, seconds):
    set_clock(0)
    queue = _Queue()
    clock = working.Clock(queue)

    for time_ in range(round(600 / seconds)):
        set_clock(time_ * seconds)
        clock.look()

    assert queue.asked == pytest.approx(600 / max(seconds, 1), rel=0.12)
    assert len(queue.minutes) == 10


@pytest.mark.parametrize("second", [59 + tenth / 10 for tenth in range(10)])
def test_no_minute_is_left_out_whatever_second_the_worker_starts_at(set_clock, second):
    set_clock(second - 120)
    queue = _Queue()
    clock = working.Clock(queue)

    for step in range(6000):
        # A round takes as long as the pause in it, and what is done between two pauses.
        set_clock(second - 120 + step * 0.1003)
        clock.look()

    first = datetime(2026, 11, 28, 3, 58)
    assert queue.minutes == [first + timedelta(minutes=number) for number in range(len(queue.minutes))]
    assert len(queue.minutes) >= 11


def test_minutes_that_the_machine_slept_through_are_asked_for_once(set_clock):
    set_clock(0)
    queue = _Queue()
    clock = working.Clock(queue)
    clock.look()

    for later in (3600 * 8, 3600 * 8 + 1.5, 3600 * 8 + 3):
        set_clock(later)
        clock.look()

    assert [at.hour for at in queue.minutes] == [4, 12]


def test_a_clock_that_is_put_back_repeats_no_minute_and_one_that_was_far_ahead_stops_none(set_clock):
    set_clock(0)
    queue = _Queue()
    clock = working.Clock(queue)

    for seconds, wall in ((0, 0), (60, 60), (62, -58), (122, 2), (242, 122), (244, -86400), (304, -86340)):
        set_clock(seconds, wall)
        clock.look()

    assert [f"{at:%d %H:%M}" for at in queue.minutes] == ["28 04:00", "28 04:01", "28 04:02", "27 04:00", "27 04:01"]


@pytest.mark.parametrize("error", [sqlite3.DatabaseError("malformed"), OSError("no process"), ConnectionError()])
def test_a_queue_that_fails_is_left_alone_for_a_while_and_ends_nothing(monkeypatch, error, caplog):
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("crm_app.processes.started", lambda *_asked: None)
    queue = _Queue(error)
    app = Flask("failing")
    app.extensions["huey"] = queue
    worker = working.Worker(lambda: app)

    for _second in range(30):
        assert worker.look()
        now[0] += 1

    assert queue.asked == 3
    assert "looks again in 10" in caplog.text


def test_of_what_is_due_one_that_cannot_be_asked_for_takes_no_other_along():
    queue, asked = _Queue(), []

    def enqueue(task):
        if task == 1:
            raise OSError("no room")
        asked.append(task)

    queue.read_schedule, queue.enqueue = lambda: [1, 2, 3], enqueue

    with pytest.raises(OSError, match="no room"):
        working.Clock(queue).look()
    assert asked == [2, 3]
