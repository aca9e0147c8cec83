"""Another place in a column, taken back: the card stands where it stood, until something newer stands on the deal."""

import re

import pytest

from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from crm_app.pipeline import merging, moving
from tests import make
from tests.pipeline.test_move import column, move
from tests.pipeline.test_undoing import state


@pytest.fixture
def deal(alice):
    make.deal(alice, "Above", at="Qualified", rank=10)
    deal = make.deal(alice, "Carried", at="Qualified", rank=20)
    make.deal(alice, "Below", at="Qualified", rank=30)
    return deal


def place_on_top(client, deal):
    """Gives back the number of what the answer offers to take back."""
    body = move(client, deal, "Qualified").get_data(as_text=True)
    assert column("Qualified") == ["Carried", "Above", "Below"]
    return int(re.search(r'name="event" value="(\d+)"', body)[1])


def put_back(browser, deal, number, *, htmx=True):
    return browser.send(f"/pipeline/deals/{deal.id}/undo", {"event": number}, htmx=htmx)


def test_undo_puts_the_card_back_where_it_stood(client, deal):
    before = state(deal)

    response = put_back(client, deal, place_on_top(client, deal))

    assert response.status_code == 200
    assert "Carried is back in its previous place." in response.get_data(as_text=True)
    assert state(deal) == before


def test_a_plain_form_does_likewise(client, deal):
    before = state(deal)

    assert put_back(client, deal, place_on_top(client, deal), htmx=False).status_code == 303

    assert state(deal) == before


def test_the_stage_that_it_came_from_earlier_is_not_what_undo_brings_back(client, deal):
    other = make.deal(deal.owner, "Moved and placed", at="Proposal")
    move(client, other, "Qualified", after=deal.id)
    body = move(client, other, "Qualified").get_data(as_text=True)
    assert column("Qualified")[0] == "Moved and placed"

    put_back(client, other, re.search(r'name="event" value="(\d+)"', body)[1])

    assert column("Qualified") == ["Above", "Carried", "Moved and placed", "Below"]


def test_where_another_card_took_its_place_it_goes_right_above_that_card(client, deal):
    number = place_on_top(client, deal)
    make.deal(deal.owner, "Came meanwhile", at="Qualified", rank=20)

    put_back(client, deal, number)

    assert column("Qualified") == ["Above", "Carried", "Came meanwhile", "Below"]


@pytest.fixture
def narrow(alice):
    """A column without room between its cards: one more in between has it numbered anew."""
    return [make.deal(alice, title, at="Proposal", rank=rank) for rank, title in enumerate("ABCD", 10)]


def test_a_card_for_which_the_column_was_numbered_anew_goes_back_where_it_stood(client, narrow):
    a, b, _c, d = narrow
    body = move(client, d, "Proposal", after=a.id, before=b.id).get_data(as_text=True)
    assert column("Proposal") == ["A", "D", "B", "C"]

    put_back(client, d, re.search(r'name="event" value="(\d+)"', body)[1])

    assert column("Proposal") == ["A", "B", "C", "D"]


def test_once_others_had_the_column_numbered_anew_it_is_refused(client, narrow):
    a, b, c, d = narrow
    body = move(client, d, "Proposal").get_data(as_text=True)
    move(client, c, "Proposal", after=a.id, before=b.id)
    before = column("Proposal")

    assert put_back(client, d, re.search(r'name="event" value="(\d+)"', body)[1]).status_code == 409

    assert column("Proposal") == before == ["D", "A", "C", "B"]


def test_once_the_stage_was_merged_into_another_it_is_refused(client, deal):
    number = place_on_top(client, deal)
    merging.merge(make.stage("Qualified"), make.stage("Proposal"))
    db.session.commit()
    before = column("Proposal")

    assert put_back(client, deal, number).status_code == 409

    assert column("Proposal") == before


@pytest.mark.parametrize("newer", ["a fact", "a move", "another place", "the same again", "a day"])
def test_once_something_newer_stands_it_is_refused_and_says_so(client, deal, newer):
    number = place_on_top(client, deal)
    if newer == "a fact":
        deal.change(source="Fair")
    elif newer == "a move":
        deal.move_to(make.stage("Negotiation"))
    elif newer == "another place":
        moving.place(deal, 40)
    elif newer == "the same again":
        put_back(client, deal, number)
    else:
        db.session.get(Event, number).at = utc_now().replace(year=2020)
    db.session.commit()
    before = state(deal)

    response = put_back(client, deal, number)

    assert response.status_code == 409
    assert "Carried has changed since" in response.get_data(as_text=True)
    assert state(deal) == before


def test_what_was_placed_before_this_could_be_taken_back_is_refused(client, deal):
    number = place_on_top(client, deal)
    db.session.get(Event, number).particulars = {}
    db.session.commit()

    assert put_back(client, deal, number).status_code == 409

    assert column("Qualified") == ["Carried", "Above", "Below"]


def test_what_was_placed_in_another_deal_is_refused(client, deal):
    number = place_on_top(client, deal)
    other = make.deal(deal.owner, "Another", at="Qualified", rank=50)

    assert put_back(client, other, number).status_code == 409

    assert column("Qualified") == ["Carried", "Above", "Below", "Another"]
