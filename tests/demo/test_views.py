"""The page of the demo company, and the offer on Today."""

import pytest
from sqlalchemy import func, select

from crm_app.demo import building, jobs
from crm_app.demo.models import Demo
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.pipeline.models import Deal
from tests import make


@pytest.fixture
def waiting(monkeypatch):
    """What the queue was asked for, with no worker there to do it."""
    asked = []
    monkeypatch.setattr(queue, "enqueue", lambda function, *_arguments: asked.append(function))
    return asked


def _actions(page):
    return [form.get("action") for form in page.all("form", method="post")]


def test_an_empty_installation_offers_to_be_filled(browser_of, olivia):
    make.pipeline()
    browser = browser_of(olivia)

    assert "/settings/demo/" in _actions(browser.page("/"))
    assert "/settings/demo/" in _actions(browser.page("/settings/demo/"))


@pytest.mark.parametrize("thing", [make.company, make.person, make.deal])
def test_where_something_is_there_is_no_such_offer_and_no_way(small, browser_of, olivia, thing):
    thing(olivia)
    browser = browser_of(olivia)

    assert "/settings/demo/" not in _actions(browser.page("/"))
    assert "/settings/demo/" not in _actions(browser.page("/settings/demo/"))
    browser.send("/settings/demo/")
    assert db.session.get(Demo, 1) is None


def test_one_button_fills_and_another_empties_again(small, browser_of, olivia):
    make.pipeline()
    browser = browser_of(olivia)

    assert browser.send("/settings/demo/").location == "/settings/demo/"
    page = browser.page("/settings/demo/")
    assert f"{small.companies} companies, {small.people} people" in page.text and f"{small.deals} deals" in page.text
    assert "/settings/demo/" not in _actions(browser.page("/"))
    for address in ("/", "/pipeline/board", "/pipeline/forecast", "/goals/", "/reports/", "/pipeline/deals"):
        browser.page(address)

    browser.send("/settings/demo/removal")
    assert db.session.scalar(select(func.count(Deal.id))) == 0
    assert "/settings/demo/" in _actions(browser.page("/"))


def test_the_page_tells_how_far_it_has_got(waiting, browser_of, olivia):
    browser = browser_of(olivia)
    browser.send("/settings/demo/")
    assert waiting == [jobs.fill]
    assert "Waiting to start" in browser.page("/settings/demo/").text

    demo = db.session.get(Demo, 1)
    demo.status, demo.done, demo.whole = "building", 6_912, 13_824
    part = browser.part("/settings/demo/")

    assert "6,912 of 13,824" in part.text and "50%" in part.text
    assert part.one("div", id="demo").get("hx-trigger") == "every 1s"


def test_of_two_who_ask_at_once_one_fills_it(waiting, browser_of, olivia):
    browser = browser_of(olivia)

    browser.send("/settings/demo/")
    browser.send("/settings/demo/")

    assert waiting == [jobs.fill]


def test_before_removing_the_page_says_what_will_stay(small, filled, browser_of, olivia):
    filled()
    theirs = db.session.scalar(select(Deal).where(Deal.status == "open"))
    make.deal(olivia, "Mine", company=theirs.company)

    page = browser_of(olivia).page("/settings/demo/")

    assert f"{small.companies - 1} companies" in page.text
    assert "These are kept and become yours: 1 company." in page.text


@pytest.mark.parametrize("role", ["manager", "rep", "agent", "viewer"])
def test_only_owners_fill_look_at_and_remove_it(small, browser_of, olivia, role):
    browser = browser_of(make.user("Somebody", role=role))

    browser.page("/settings/demo/", 403)
    assert browser.send("/settings/demo/").status_code == 403
    assert browser.send("/settings/demo/removal").status_code == 403
    assert "/settings/demo/" not in _actions(browser.page("/"))


def test_nothing_stays_of_a_demo_that_fails_and_it_can_be_tried_again(small, monkeypatch, browser_of, olivia):
    make.pipeline()
    browser = browser_of(olivia)

    def fail(*_arguments):
        raise RuntimeError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(building.aims, "set_goals", fail)
        browser.send("/settings/demo/")
    page = browser.page("/settings/demo/")
    assert "The demo company could not be created, and nothing was saved. Try again." in page.text
    assert db.session.scalar(select(func.count(Deal.id))) == 0

    browser.send("/settings/demo/")
    assert db.session.get(Demo, 1).status == "built"


def test_what_a_dead_worker_left_is_taken_away(small, monkeypatch, olivia, browser_of):
    make.pipeline()
    claimed = jobs.begin("en", 7, olivia, "building")
    db.session.commit()
    with monkeypatch.context() as patched:
        patched.setattr(building.aims, "set_goals", lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.make(claimed)
    db.session.rollback()

    jobs.sweep_demo()
    db.session.expire_all()
    assert db.session.get(Demo, 1).status == "building"
    db.session.get(Demo, 1).touched_at = utc_now() - 3 * jobs.TAKEN_FOR_DEAD
    db.session.commit()
    jobs.sweep_demo()
    db.session.expire_all()

    assert db.session.get(Demo, 1) is None
    assert db.session.scalar(select(func.count(Deal.id))) == 0
