"""What programs that watch are told: whether Peyvand answers, and its numbers, to whom the token lets in."""

import threading
from datetime import timedelta

import pytest

from crm_app import create_app
from crm_app.extensions import db, utc_now
from crm_app.health import answering, counting
from crm_app.health.models import ParkedJob, Worker

TOKEN = "a-token-for-tests-only-1234"


@pytest.fixture
def watched(database_url, organisation, tmp_path, monkeypatch):
    """The application with numbers to be asked for, on the database of the test."""
    monkeypatch.delenv("PEYVAND_COUNTS", raising=False)
    db.session.commit()
    one = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=database_url, METRICS_TOKEN=TOKEN, RATELIMIT_ENABLED=False)
    yield one
    with one.app_context():
        db.engine.dispose()


def _numbers(app, token=TOKEN):
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_healthz_says_ok_and_keeps_nothing_of_who_asks(organisation, browser_of, olivia, statements):
    visitor, owner = browser_of(), browser_of(olivia)
    with statements() as seen:
        visitors, owners = visitor.get("/healthz"), owner.get("/healthz")

    for answer in (visitors, owners):
        assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
        assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert seen == ["SELECT 1 FROM organisations LIMIT 1"] * 2


def test_without_tables_healthz_says_that_the_database_does_not_answer(tmp_path):
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'empty.db'}")

    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (503, "The database is not responding.\n")
    assert answer.headers["Retry-After"] == "5"


def test_a_database_that_says_nothing_is_waited_for_a_moment_by_one_thread(app, monkeypatch):
    let_go, begun = threading.Event(), []
    monkeypatch.setattr(answering, "_ask", lambda engine: begun.append(engine) or let_go.wait(30))
    asking = answering.Asking(patience=0.05)

    silent = [asking.answers() for _ in range(5)]
    let_go.set()
    while not asking._asked.done():
        pass

    assert silent == [False] * 5 and len(begun) == 1
    assert asking.answers()


def test_numbers_are_for_those_with_the_token(watched, browser_of):
    client = watched.test_client()
    refused = [
        client.get("/metrics", headers=headers)
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "é"})
    ]

    assert [answer.status_code for answer in refused] == [401] * 4
    assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in refused)
    assert all("peyvand_" not in answer.text for answer in refused)
    assert browser_of().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_endpoint_and_status_with_the_time_they_took(watched):
    client = watched.test_client()
    for path in ("/healthz", "/healthz", "/nowhere", "/accounts/sign-in", "/"):
        client.get(path)

    found = _numbers(watched)

    assert found['peyvand_requests_total{endpoint="probes.healthz",status="200"}'] == 2
    assert found['peyvand_requests_total{endpoint="none",status="404"}'] == 1
    assert found['peyvand_requests_total{endpoint="home.index",status="302"}'] == 1
    assert found['peyvand_request_duration_seconds_count{endpoint="probes.healthz"}'] == 2
    assert found['peyvand_request_duration_seconds_bucket{endpoint="probes.healthz",le="+Inf"}'] == 2
    assert 0 < found['peyvand_request_duration_seconds_sum{endpoint="probes.healthz"}'] < 5


def test_numbers_of_work_people_and_data(watched, alice):
    now = utc_now()
    db.session.add(Worker(name="here:1", version="1", started_at=now, seen_at=now))
    db.session.add(Worker(name="there:2", version="1", started_at=now, seen_at=now - timedelta(days=9000)))
    db.session.add(ParkedJob(task="t", arguments=[1], error="E"))
    db.session.commit()

    found = _numbers(watched)

    assert found["peyvand_workers"] == 1
    assert found["peyvand_worker_seen_timestamp_seconds"] == pytest.approx(now.timestamp(), abs=1)
    assert (found["peyvand_jobs_parked"], found["peyvand_jobs_waiting"], found["peyvand_jobs_oldest_seconds"]) == (
        1,
        0,
        0,
    )
    assert (found["peyvand_users_active"], found["peyvand_database_up"], found["peyvand_queue_up"]) == (1, 1, 1)
    assert found["peyvand_database_bytes"] > 10_000
    assert "peyvand_backup_timestamp_seconds" not in found


def test_numbers_are_told_while_the_database_is_away(tmp_path):
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'empty.db'}", METRICS_TOKEN=TOKEN)
    app.test_client().get("/healthz")

    found = _numbers(app)

    assert found["peyvand_database_up"] == 0 and "peyvand_workers" not in found
    assert found['peyvand_requests_total{endpoint="probes.healthz",status="503"}'] == 1


def test_processes_of_one_server_are_counted_together_and_those_that_ended_too(watched, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    # So that the name of the folder does not stay.
    monkeypatch.setenv("PEYVAND_COUNTS", "")
    with counting.shared():
        first, second = counting.Counts(watched), counting.Counts(watched)
        first.note("home.index", 200, 0.004)
        first.note("home.index", 418, 0.006)
        second.note("home.index", 200, 60)
        del first
        (found,) = (count for count in second.all() if count.by_status)

    assert not list(tmp_path.iterdir())
    assert found.by_status == {200: 2, 0: 1}
    assert found.by_limit == [1, 1, *[0] * 9, 1]
    assert found.seconds == pytest.approx(60.01)


def test_no_count_is_lost_between_threads(watched):
    counts = counting.Counts(watched)

    def note():
        for _ in range(5000):
            counts.note("home.index", 200, 0.001)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (found,) = (count for count in counts.all() if count.by_status)
    assert found.by_status == {200: 20_000} and sum(found.by_limit) == 20_000


def test_without_a_token_nothing_is_counted(app):
    assert "counts" not in app.extensions
