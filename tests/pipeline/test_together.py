"""Moving several deals at once, and taking that back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_app.extensions import db
from crm_app.pipeline import queries, ranking, together
from crm_app.pipeline.models import Deal
from tests import make

MOVES, UNDO = "/pipeline/board/moves", "/pipeline/board/moves/undo"


def picked(*deals):
    return [f"{deal.id}.{deal.version}" for deal in deals]


def standing(stage):
    rows = db.session.query(Deal).filter_by(stage_id=make.stage(stage).id).order_by(Deal.rank, Deal.id)
    return [deal.title for deal in rows]


def offered(answer):
    """The moves that the toast offers to take back."""
    text = answer.get_data(as_text=True)
    return [part.split('"')[0] for part in text.split('name="event" value="')[1:]]


def trio(owner):
    return [
        make.deal(owner, "C", at="Qualified", value=1_00),
        make.deal(owner, "B", at="New lead", value=2_00),
        make.deal(owner, "A", at="New lead", value=3_00, rank=1),
    ]


def test_picked_deals_move_to_the_top_in_the_order_in_which_they_stood(client, alice):
    deals = trio(alice)
    make.deal(alice, "There", at="Proposal")

    answer = client.send(MOVES, {"stage": make.stage("Proposal").id, "deal": picked(*deals)}, htmx=True)

    assert answer.status_code == 200
    assert standing("Proposal") == ["A", "B", "C", "There"]
    assert "3 deals moved to Proposal." in answer.get_data(as_text=True)
    for deal in deals:
        assert f'data-board-arrival="{deal.id}"' in answer.get_data(as_text=True)


def test_they_come_right_after_the_card_they_were_put_under(client, alice):
    first, last = make.deal(alice, "First", at="Proposal"), make.deal(alice, "Last", at="Proposal")
    last.rank = first.rank + 2
    db.session.commit()

    data = {"stage": make.stage("Proposal").id, "deal": picked(*trio(alice)), "after": first.id}
    client.send(MOVES, data, htmx=True)

    assert standing("Proposal") == ["First", "A", "B", "C", "Last"]


def test_those_that_stand_there_already_take_their_place_with_the_others(client, alice):
    third, second, first = trio(alice)
    under = make.deal(alice, "D", at="Qualified")

    data = {"stage": make.stage("Qualified").id, "deal": picked(first, second, third), "after": under.id}
    answer = client.send(MOVES, data, htmx=True)

    assert standing("Qualified") == ["D", "A", "B", "C"]
    assert "3 deals moved to Qualified." in answer.get_data(as_text=True)
    assert len(third.stays) == 1
    client.send(UNDO, {"event": offered(answer)}, htmx=True)
    assert (standing("New lead"), standing("Qualified")) == (["A", "B"], ["C", "D"])


def test_several_change_their_place_within_a_full_column(client, alice):
    deals = [make.deal(alice, name, at="Qualified", value=1_00) for name in "ABC"]
    make.stage("Qualified").wip_limit = 3
    db.session.commit()

    data = {"stage": make.stage("Qualified").id, "deal": picked(*deals[:2]), "after": deals[2].id}
    answer = client.send(MOVES, data, htmx=True)

    assert answer.status_code == 200
    assert standing("Qualified") == ["C", "A", "B"]


def test_a_plain_form_moves_them_too(client, alice):
    deals = trio(alice)

    answer = client.send(MOVES + "?q=x", {"stage": make.stage("Proposal").id, "deal": picked(*deals)})

    assert answer.status_code == 303 and answer.location == "/pipeline/board?q=x"
    assert standing("Proposal") == ["A", "B", "C"]


def test_what_somebody_else_changed_stays_and_is_counted(client, alice):
    first, second, third = trio(alice)
    values = [*picked(first, second), f"{third.id}.{third.version + 1}"]

    answer = client.send(MOVES, {"stage": make.stage("Proposal").id, "deal": values}, htmx=True)

    assert standing("Proposal") == ["B", "C"]
    assert "1 deal was changed by someone else in the meantime" in answer.get_data(as_text=True)


def test_none_moves_where_not_all_have_room(client, alice):
    stage = make.stage("Proposal")
    stage.wip_limit = 2
    deals = trio(alice)

    answer = client.send(MOVES, {"stage": stage.id, "deal": picked(*deals)}, htmx=True)

    assert answer.status_code == 409
    assert "is full" in answer.get_data(as_text=True)
    assert standing("Proposal") == [] and standing("New lead") == ["A", "B"]


def test_all_of_it_is_taken_back_at_once(client, alice):
    deals = trio(alice)
    answer = client.send(MOVES, {"stage": make.stage("Proposal").id, "deal": picked(*deals)}, htmx=True)

    back = client.send(UNDO, {"event": offered(answer)}, htmx=True)

    assert "3 deals were moved back." in back.get_data(as_text=True)
    assert (standing("New lead"), standing("Qualified"), standing("Proposal")) == (["A", "B"], ["C"], [])
    assert all(len(deal.stays) == 1 for deal in db.session.query(Deal))


def test_what_moved_on_meanwhile_is_not_taken_back(client, alice):
    deals = trio(alice)
    answer = client.send(MOVES, {"stage": make.stage("Proposal").id, "deal": picked(*deals)}, htmx=True)
    client.send(f"/pipeline/deals/{deals[0].id}/stage", {"stage": make.stage("Negotiation").id})

    back = client.send(UNDO, {"event": offered(answer)}, htmx=True)
    again = client.send(UNDO, {"event": offered(answer)}, htmx=True)

    assert "2 deals were moved back. 1 deal was changed by someone else" in back.get_data(as_text=True)
    assert standing("Negotiation") == ["C"]
    assert again.status_code == 409
    words = again.get_data(as_text=True)
    assert "3 deals were changed by someone else" in words and "moved back" not in words


def test_others_deals_stay_where_they_are(client, alice, bob, browser_of, vera):
    mine, his = make.deal(alice, "Mine", at="Qualified"), make.deal(bob, "His", at="Qualified")
    data = {"stage": make.stage("Proposal").id, "deal": picked(mine, his)}

    assert browser_of(vera).send(MOVES, data).status_code == 403
    client.send(MOVES, data, htmx=True)

    assert standing("Proposal") == ["Mine"] and standing("Qualified") == ["His"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"deal": "1.1"}, 400),
        ({"stage": "1"}, 422),
        ({"stage": "1", "deal": "x"}, 422),
        ({"stage": "1", "deal": "1.x"}, 422),
        ({"stage": "1", "deal": "-1"}, 422),
        ({"stage": "1", "deal": [str(number) for number in range(1, 202)]}, 422),
        ({"stage": "999999", "deal": "1.1"}, 409),
    ],
)
def test_nonsense_is_refused(client, alice, data, status):
    make.deal(alice, at="Qualified")

    assert client.send(MOVES, data, htmx=True).status_code == status


def test_a_won_stage_takes_no_cards_at_once(client, alice):
    deal = make.deal(alice, at="Qualified")

    answer = client.send(MOVES, {"stage": make.stage("Won").id, "deal": picked(deal)}, htmx=True)

    assert answer.status_code == 404
    assert db.session.get(Deal, deal.id).is_open


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.integers(1, 9), st.data())
def test_however_close_the_cards_stand_there_is_a_place_for_each(alice, gaps, count, data):
    db.session.query(Deal).delete()
    stage, rank = make.stage("Proposal"), 0
    for number, gap in enumerate(gaps):
        rank += gap + 1
        make.deal(alice, f"There {number}", at=stage, rank=rank)
    for number in range(count):
        make.deal(alice, f"New {number}", at="Qualified", rank=number)
    there = list(db.session.scalars(queries.visible_to(alice).where(Deal.stage == stage).order_by(Deal.rank)))
    place = data.draw(st.integers(0, len(there)))
    after = there[place - 1] if place else None
    new = db.session.query(Deal).filter(Deal.title.startswith("New")).all()

    ranking.lock(stage)
    together.move(queries.visible_to(alice), {deal.id: deal.version for deal in new}, stage, after)
    db.session.commit()

    titles = [f"There {number}" for number in range(len(gaps))]
    assert standing("Proposal") == titles[:place] + [f"New {number}" for number in range(count)] + titles[place:]
    ranks = [deal.rank for deal in db.session.query(Deal).filter_by(stage_id=stage.id)]
    assert len(set(ranks)) == len(ranks)
