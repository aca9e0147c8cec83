"""Taking back that a deal was put on another month, while nothing newer stands on it."""

from datetime import timedelta

import pytest

from crm_app.activity import record
from crm_app.extensions import db, utc_now
from crm_app.pipeline import undoing
from tests import make
from tests.pipeline.test_expected_month import put
from tests.pipeline.test_forecast import month


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Contested", at="Proposal", value=100_00, expected_close=month(1).start)


def take_back(browser, deal, event=None, *, htmx=True):
    number = (event or undoing.last_dating(deal)).id
    address = f"/pipeline/deals/{deal.id}/expected-month/undo?from={month().key}"
    return browser.send(address, {"event": number}, htmx=htmx)


def test_a_change_taken_back_puts_the_old_day_back(client, deal):
    offer = put(client, deal, month(2).key, query="&q=cont").get_data(as_text=True)
    assert f'hx-post="/pipeline/deals/{deal.id}/expected-month/undo?from={month().key}&amp;q=cont"' in offer

    body = take_back(client, deal).get_data(as_text=True)

    assert deal.expected_close == month(1).start
    assert f'data-board-arrival="{deal.id}" data-column="{month(1).key}"' in body
    assert "Contested is expected to close on" in body and "as before." in body


def test_no_date_comes_back_too(client, alice):
    deal = make.deal(alice, "Undated")
    put(client, deal, month(2).key)

    assert "Undated has no expected close date, as before." in take_back(client, deal).get_data(as_text=True)
    assert deal.expected_close is None


@pytest.mark.parametrize("newer", ["a fact", "a move", "the same again", "a day"])
def test_once_something_newer_stands_it_is_refused_and_says_so(client, deal, newer):
    put(client, deal, month(2).key)
    event = undoing.last_dating(deal)
    if newer == "a fact":
        deal.change(source="Fair")
    elif newer == "a move":
        deal.move_to(make.stage("Negotiation"))
    elif newer == "the same again":
        take_back(client, deal)
    else:
        event.at = utc_now() - timedelta(days=1, minutes=1)
    db.session.commit()
    stands = deal.expected_close

    response = take_back(client, deal, event)

    assert response.status_code == 409
    assert "has changed since, so that move can no longer be undone" in response.get_data(as_text=True)
    assert deal.expected_close == stands


def test_a_note_is_nothing_newer(client, deal):
    put(client, deal, month(2).key)
    record(deal, "noted", text="Called")
    db.session.commit()

    take_back(client, deal)

    assert deal.expected_close == month(1).start


def test_another_change_is_not_taken_back_as_one_of_the_date(client, deal):
    deal.change(expected_close=month(2).start, source="Fair")
    db.session.commit()

    assert undoing.last_dating(deal) is None


def test_who_may_not_change_or_see_the_deal_takes_nothing_back(client, browser_of, vera, bob, deal):
    put(client, deal, month(2).key)
    event = undoing.last_dating(deal)

    assert take_back(browser_of(vera), deal, event).status_code == 403
    assert take_back(browser_of(bob), deal, event).status_code == 404
    address = f"/pipeline/deals/{deal.id}/expected-month/undo"
    assert client.send(address, {"event": "x"}).status_code == 400
    assert deal.expected_close == month(2).start
