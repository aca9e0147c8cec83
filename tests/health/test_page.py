"""Owners see under Settings what the doctor says, and what was given up; nobody else does."""

import pytest

from crm_app.extensions import db, utc_now
from crm_app.health import examining
from crm_app.health.models import ParkedJob, Worker

URL = "/settings/health/"


@pytest.fixture
def given_up(organisation):
    job = ParkedJob(task="crm_app.exchange.jobs.check_import", arguments=[4711], error="ValueError: no <b>lens</b>")
    db.session.add(job)
    db.session.commit()
    return job


def test_problems_are_told_with_what_to_do(browser_of, olivia):
    page = browser_of(olivia).get(URL).text

    assert "No worker has been active today." in page and "Start one: crm serve" in page
    assert "1 problem found." in page
    assert "Integrity" not in page


def test_everything_is_checked_when_asked(browser_of, olivia):
    now = utc_now()
    db.session.add(Worker(name="a:1", version="1", started_at=now, seen_at=now))
    db.session.commit()

    part = browser_of(olivia).get(f"{URL}?all=1", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text

    assert "Integrity" in part and "1 worker is running." in part and "<h1>" not in part


@pytest.mark.parametrize("language", ["en", "fa", "zh"])
def test_it_speaks_the_readers_language(browser_of, olivia, language):
    olivia.language = language
    db.session.commit()

    page = browser_of(olivia).get(f"{URL}?all=1").text

    assert ("No worker has been active today." in page) == (language == "en")


def test_a_page_checks_within_a_time(browser_of, olivia, monkeypatch):
    given = []
    monkeypatch.setattr(examining, "examine", lambda checks, seconds: given.append(seconds) or [])

    browser_of(olivia).get(URL)

    assert given == [5]


@pytest.mark.parametrize("role", ["charlie", "alice", "vera"])
def test_nobody_but_an_owner_comes_near(request, browser_of, given_up, role):
    client = browser_of(request.getfixturevalue(role))

    answers = [
        client.get(URL),
        client.send(f"{URL}parked/{given_up.id}/retry"),
        client.send(f"{URL}parked/{given_up.id}/forget"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert db.session.get(ParkedJob, given_up.id)
    assert "/settings/health" not in client.get("/settings/").text


def test_what_was_given_up_is_shown_and_tried_again(browser_of, olivia, given_up, app, monkeypatch):
    client, asked = browser_of(olivia), []
    monkeypatch.setitem(app.extensions["jobs"], given_up.task, asked.append)
    assert "no &lt;b&gt;lens" in client.get(URL).text

    answer = client.send(f"{URL}parked/{given_up.id}/retry")

    assert answer.status_code == 303 and asked == [4711]
    assert db.session.query(ParkedJob).count() == 0


def test_a_job_that_this_version_does_not_know_is_kept_until_it_is_forgotten(browser_of, olivia, given_up):
    given_up.task, client, place = "crm_app.gone.task", browser_of(olivia), f"{URL}parked/{given_up.id}"
    db.session.commit()

    client.send(f"{place}/retry")
    assert db.session.query(ParkedJob).count() == 1

    client.send(f"{place}/forget")
    assert db.session.query(ParkedJob).count() == 0
    assert client.send(f"{place}/forget").status_code == 404
