"""A stage that takes so many deals at a time: full is full, for every way in, and whoever is refused reads why."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline import undoing
from crm_app.pipeline.models import Deal
from tests import make
from tests.pipeline.test_move import column, move

FULL = "Proposal is full: its limit is 2 deals. Move one of them on first."


@pytest.fixture
def proposal(alice, bob):
    """It takes two, and has them: one of Alice, one of Bob, whom she does not see."""
    stage = make.stage("Proposal")
    stage.wip_limit = 2
    make.deal(alice, "Mine", at=stage, rank=10)
    make.deal(bob, "Theirs", at=stage, rank=20)
    db.session.commit()
    return stage


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Third", at="Qualified")


def test_a_full_stage_takes_no_further_deal_and_says_why(client, proposal, deal):
    response = move(client, deal, "Proposal")

    assert response.status_code == 409
    body = response.get_data(as_text=True)
    assert FULL in body and f'id="card-{deal.id}"' in body
    assert column("Proposal") == ["Mine", "Theirs"] and column("Qualified") == ["Third"]


def test_within_a_full_stage_cards_change_places(client, alice, proposal):
    mine = db.session.query(Deal).filter_by(title="Mine").one()

    assert move(client, mine, "Proposal").status_code == 200


def test_once_there_is_room_it_takes_one_again(client, alice, proposal, deal):
    move(client, db.session.query(Deal).filter_by(title="Mine").one(), "Negotiation")

    assert move(client, deal, "Proposal").status_code == 200
    assert move(client, make.deal(alice, at="Qualified"), "Proposal").status_code == 409


def test_a_deal_in_the_bin_takes_no_room(client, alice, proposal, deal):
    db.session.query(Deal).filter_by(title="Mine").one().delete()
    db.session.commit()

    assert move(client, deal, "Proposal").status_code == 200


def test_a_new_deal_finds_no_room_and_loses_nothing_of_what_was_typed(client, alice, proposal):
    fields = {"title": "New one", "stage": proposal.id, "owner": alice.id, "currency": "EUR"}

    response = client.send("/pipeline/deals/new", fields)

    assert response.status_code == 422
    body = response.get_data(as_text=True)
    assert FULL in body and 'value="New one"' in body
    assert db.session.query(Deal).count() == 2


def test_a_closed_deal_is_not_reopened_into_it(client, alice, proposal):
    lost = make.lost(alice, at=make.stage("Qualified"))

    response = client.send(f"/pipeline/deals/{lost.id}/reopening", {"stage": proposal.id})

    assert FULL in client.page(response.location).text
    assert not lost.is_open


def test_taking_a_move_back_is_always_possible(client, alice, proposal):
    mine = db.session.query(Deal).filter_by(title="Mine").one()
    move(client, mine, "Negotiation")
    make.deal(alice, "Quick", at=proposal)

    client.send(f"/pipeline/deals/{mine.id}/undo", {"event": undoing.last_move(mine).id})

    assert len(column("Proposal")) == 3


def test_the_head_says_how_full_it_is_beside_how_many_deals_one_sees(client, browser_of, olivia, proposal, deal):
    page = client.page("/pipeline/board")

    head = page.text_of(page.one("header", id=f"stage-{proposal.id}-head"))
    assert "1 · 2 / 2" in head and "1 deal · 2 of at most 2 deals at a time: full" in head
    whole = browser_of(olivia).page("/pipeline/board")
    assert "Proposal 2 / 2" in whole.text_of(whole.one("header", id=f"stage-{proposal.id}-head"))
    assert page.one("span", class_="column__limit column__limit--full").get("title") == "2 of at most 2 deals at a time"


def test_of_many_who_come_at_once_as_many_are_let_in_as_there_is_room(app, alice, proposal):
    proposal.wip_limit = 5
    deals = [make.deal(alice, at="Qualified").id for _ in range(8)]
    user, stage = alice.id, proposal.id
    db.session.commit()

    def come(deal_id):
        with app.app_context():
            browser = app.test_client().sign_in(db.session.get(User, user))
            browser.checks_html = False
            return browser.send(f"/pipeline/deals/{deal_id}/stage", {"stage": stage}, htmx=True).status_code

    with ThreadPoolExecutor(8) as people:
        answers = sorted(people.map(come, deals))

    db.session.rollback()
    assert answers == [200] * 3 + [409] * 5
    assert len(column("Proposal")) == 5


def test_the_board_costs_twelve_statements_at_most_with_limits_too(client, proposal, deal, statements):
    client.get("/pipeline/board")
    with statements() as seen:
        client.get("/pipeline/board")

    assert len(seen) <= 12
