"""What is too much for one request is the worker's: followed on a page, resumed, and taken back the same way."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from crm_app.bulk import doing, jobs, views
from crm_app.bulk.models import BulkChange, BulkRecord
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from tests import make
from tests.bulk.picking import confirmed, last_change, numbers, undo


@pytest.fixture
def companies(alice, monkeypatch):
    """Seven, where a request changes three and a batch holds two."""
    monkeypatch.setattr(views, "AT_ONCE", 3)
    monkeypatch.setattr(doing, "BATCH", 2)
    return [make.company(alice, industry="labs") for _number in range(7)]


@pytest.fixture
def waiting(monkeypatch):
    """The worker is away: what it is asked for waits."""
    monkeypatch.setattr(queue, "enqueue", lambda *_asked: None)


def work(*steps):
    """What the worker does, in transactions of its own."""
    change_id = last_change().id
    db.session.commit()
    for step in steps or (lambda: jobs.run_bulk_change(change_id),):
        step()
    db.session.expire_all()


def refuse():
    """What others hold is waited for no longer."""
    raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))


def industries(companies):
    db.session.expire_all()
    return {company.industry for company in companies}


def test_many_are_left_to_the_worker_and_their_progress_is_followed(client, companies, waiting):
    response = client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()

    assert response.location == f"/bulk/{change.id}"
    part = client.part(response.location)
    assert part.one("div", id="bulk-change").get("hx-trigger") == "every 1s"
    assert "0 of 7 processed." in part.text

    work()

    assert industries(companies) == {"retail"}
    assert "Changed: 7 companies." in client.page(response.location).text


def test_many_are_taken_back_by_the_worker_too(client, companies):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))

    response = undo(client)

    assert response.location == f"/bulk/{last_change().id}"
    assert industries(companies) == {"labs"}
    assert numbers() == {"count": 7, "done": 7, "undone": 7}


def test_a_worker_that_died_half_way_is_followed_by_another_that_does_the_rest(client, companies, waiting):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()
    number = change.id
    work(lambda: jobs._batch(number, jobs._claim(number)))
    change.touched_at = utc_now() - timedelta(minutes=10)
    db.session.commit()
    assert numbers() == {"count": 7, "done": 2}

    work(jobs.sweep_bulk_changes)
    work()

    assert numbers() == {"count": 7, "done": 7}
    assert industries(companies) == {"retail"}
    assert {company.version for company in companies} == {2}


def test_a_worker_that_lives_is_not_followed_by_another(client, companies, waiting):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    number = last_change().id
    work(lambda: jobs._batch(number, jobs._claim(number)))

    work(jobs.sweep_bulk_changes)

    assert (last_change().status, numbers()) == ("running", {"count": 7, "done": 2})


def test_whoever_may_not_edit_any_more_changes_nothing_more(client, companies, alice, waiting):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()
    alice.role = "viewer"
    db.session.commit()

    work()

    assert change.status == "failed"
    assert industries(companies) == {"labs"}

    alice.role = "rep"
    db.session.commit()
    assert "This stopped after 0 of 7 records." in client.page(f"/bulk/{change.id}").text
    client.send(f"/bulk/{change.id}/continuation")
    work()
    assert industries(companies) == {"retail"}


def test_a_change_that_another_worker_took_over_is_left_to_it(client, companies, waiting):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()
    number = change.id

    work(lambda: jobs._perform_or_fail(number, jobs._claim(number) - timedelta(seconds=1)))

    assert (change.status, numbers()) == ("running", {"count": 7})
    assert industries(companies) == {"labs"}


def test_what_the_database_cannot_do_now_waits_and_is_done_later(client, companies, waiting, monkeypatch):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()
    with monkeypatch.context() as patched:
        do = doing._do
        patched.setattr(doing, "_do", lambda *batch: refuse() if "done" in numbers() else do(*batch))
        with pytest.raises(OperationalError):
            work()
    db.session.expire_all()
    assert (change.status, numbers()) == ("queued", {"count": 7, "done": 2})

    work()

    assert (change.status, numbers()) == ("done", {"count": 7, "done": 7})


def test_what_can_no_longer_be_taken_back_is_forgotten(client, alice):
    for _number in range(2):
        client.send("/bulk/companies/industry", confirmed(make.company(alice), industry="retail"))
    change, fresh = last_change(), last_change().id - 1
    change.created_at = utc_now() - timedelta(days=3)
    db.session.commit()

    work(jobs.forget_bulk_changes)
    assert db.session.query(BulkChange).count() == 2
    assert [row.change_id for row in db.session.query(BulkRecord)] == [fresh]

    change.created_at = utc_now() - timedelta(days=40)
    db.session.commit()
    work(jobs.forget_bulk_changes)
    assert [one.id for one in db.session.query(BulkChange)] == [fresh]


def test_what_stopped_half_way_can_be_continued_as_long_as_it_is_told_of(client, companies, waiting):
    client.send("/bulk/companies/industry", confirmed(*companies, industry="retail"))
    change = last_change()
    number = change.id
    work(lambda: jobs._batch(number, jobs._claim(number)))
    change.status, change.created_at = "failed", utc_now() - timedelta(days=29)
    db.session.commit()

    work(jobs.forget_bulk_changes)
    client.send(f"/bulk/{number}/continuation")
    work()

    assert (last_change().status, numbers()) == ("done", {"count": 7, "done": 7})
    assert industries(companies) == {"retail"}
