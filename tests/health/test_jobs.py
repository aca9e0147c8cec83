"""The database knows which workers live, and which jobs were given up."""

import time

import pytest
from sqlalchemy import select

from crm_app import create_app
from crm_app.extensions import db, utc_now
from crm_app.health import jobs as telling
from crm_app.health.models import ParkedJob, Worker
from crm_app.jobs import Jobs


def _workers():
    with db.engine.connect() as connection:
        return connection.execute(select(Worker.name, Worker.seen_at)).all()


def test_a_worker_is_known_while_it_tells_that_it_lives_and_gone_once_it_says_that_it_ends(app):
    telling.tell("here:1", is_new=True)
    ((name, first),) = _workers()
    telling.tell("here:1")
    ((_name, second),) = _workers()
    assert name == "here:1" and second > first

    telling.tell("here:1", is_over=True)

    assert _workers() == []


def test_workers_that_died_long_ago_are_forgotten_when_one_starts(app):
    now = utc_now()
    for name, day in (("yesterday:1", now.replace(year=2020)), ("just now:2", now)):
        db.session.add(Worker(name=name, version="1", started_at=day, seen_at=day))
    db.session.commit()

    telling.tell("here:1", is_new=True)

    assert {one.name for one in _workers()} == {"just now:2", "here:1"}


def test_a_worker_whose_row_went_away_is_known_again(app):
    telling.tell("here:1")

    assert [one.name for one in _workers()] == ["here:1"]


def test_a_database_that_is_away_stops_no_worker(tmp_path, caplog):
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'empty.db'}")

    with app.app_context():
        telling.tell("here:1", is_new=True)

    assert "was not told that the worker lives" in caplog.text


@pytest.fixture
def failing(app, tmp_path, monkeypatch, database_url):
    """An application with a real queue, whose one task fails always."""
    mine = Jobs()

    @mine.task
    def fail(number, name):
        raise ValueError(f"no {name}\0 for {number}")

    mine.when_given_up(telling.park)
    monkeypatch.setattr("crm_app.jobs.jobs", mine)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    one = create_app(SQLALCHEMY_DATABASE_URI=database_url)
    db.session.commit()
    with one.app_context():
        yield one, mine, fail
        db.session.remove()
        one.extensions["huey"].storage.close()
        db.engine.dispose()


def test_a_job_that_fails_every_time_is_parked_once_it_is_given_up(failing):
    app, mine, fail = failing
    huey = app.extensions["huey"]
    mine.enqueue(fail, 7, "lens")
    task = huey.dequeue()

    parked = []
    for _ in range(4):
        task.eta = None
        huey.execute(task)
        parked.append(len(list(db.session.scalars(select(ParkedJob)))))
        db.session.rollback()

    assert parked == [0, 0, 0, 1]
    (job,) = db.session.scalars(select(ParkedJob))
    assert job.task == f"{fail.__module__}.fail" and job.arguments == [7, "lens"]
    assert job.error == "ValueError: no lens for 7"


def test_the_queue_tells_how_many_wait_and_for_how_long(failing):
    _app, mine, fail = failing
    assert mine.waiting() == (0, 0.0)

    mine.enqueue(fail, 1, "x")
    time.sleep(0.05)
    mine.enqueue(fail, 2, "x")

    waiting = mine.waiting()
    assert waiting.jobs == 2
    assert 0.05 <= waiting.seconds < 5


def test_a_task_that_this_version_does_not_have_is_not_taken(failing):
    _app, mine, fail = failing

    assert not mine.enqueue_named("crm_app.gone.task", 1)
    assert mine.enqueue_named(f"{fail.__module__}.fail", 1, "x")
    assert mine.waiting().jobs == 1
