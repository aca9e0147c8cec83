"""A card that is carried leaves what the verbs of a deal leave, row by row, and is told of in the same words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from crm_app.pipeline import moving
from crm_app.pipeline.models import Deal, Stay
from tests import make
from tests.pipeline.test_move import move

_OWN = {"id", "deal_id", "subject_id", "at", "left_at", "entered_at", "entered_stage_at", "created_at", "seconds"}


def rows(model, *conditions):
    """All columns but those that are each row's own."""
    table = model.__table__
    found = db.session.execute(select(table).where(*conditions).order_by(table.c.id)).mappings()
    return [{name: value for name, value in row.items() if name not in _OWN} for row in found]


def left_by(deal):
    db.session.expire_all()
    about = Event.subject_table == "deals", Event.subject_id == deal.id
    return rows(Deal, Deal.id == deal.id), rows(Stay, Stay.deal_id == deal.id), rows(Event, *about)


@pytest.fixture
def twins(app, alice):
    """Two deals that differ in nothing."""
    facts = {"company": make.company(alice), "value": 720_00, "rank": 4096}
    return [make.deal(alice, "Twin", at="Qualified", **facts) for _ in range(2)]


@pytest.mark.parametrize("until", [None, 3])
def test_a_carried_deal_leaves_the_rows_that_the_verb_leaves(client, app, twins, until):
    carried, told = twins
    for deal in twins:
        if until:
            deal.snooze(make.today() + timedelta(days=until), "On holiday")
    db.session.commit()

    assert move(client, carried, "Proposal").status_code == 200
    with app.test_request_context("/", method="POST"):
        moving.claim(told, None, make.stage("Proposal"))
        moving.move(told, make.stage("Proposal"))
        db.session.commit()

    by_card, by_verb = left_by(carried), left_by(told)
    assert by_card[0][0].pop("rank") > by_verb[0][0].pop("rank")
    for event in (*by_card[2], *by_verb[2]):
        event.pop("actor_id")
    assert by_card == by_verb


def test_the_stays_of_a_carried_deal_follow_each_other_without_a_gap(client, alice):
    deal = make.deal(alice, at="Qualified", created=utc_now() - timedelta(days=2))

    move(client, deal, "Proposal")

    db.session.expire_all()
    first, second = deal.stays
    assert first.left_at == second.entered_at == deal.entered_stage_at
    assert first.seconds == int((first.left_at - first.entered_at).total_seconds()) >= 2 * 86_400
    assert (first.left_to_id, second.left_at) == (deal.stage_id, None)


def test_a_closed_deal_that_is_carried_to_an_open_stage_is_in_play_again(client, alice):
    deal = make.won(alice)

    response = move(client, deal, "Proposal")

    db.session.expire_all()
    assert response.status_code == 200
    assert (deal.status, deal.stage.name, deal.closed_at) == ("open", "Proposal", None)
    assert f'id="card-{deal.id}"' in response.get_data(as_text=True)


def test_a_move_says_what_it_did_without_a_cookie_and_offers_the_way_back(client, alice):
    deal = make.deal(alice, "Moved", at="Qualified")

    response = move(client, deal, "Proposal")

    assert "Set-Cookie" not in response.headers
    assert "Moved moved to Proposal." in response.get_data(as_text=True)


def test_a_move_and_its_answer_are_thirteen_statements(client, alice, statements):
    deal, other = make.deal(alice, at="Qualified"), make.deal(alice, at="Proposal")
    path = f"/pipeline/deals/{deal.id}/stage"
    fields = {"stage": other.stage_id, "after": other.id, "version": deal.version}

    with statements() as seen:
        assert client.send(path, fields, htmx=True).status_code == 200

    assert len(seen) <= 13
