"""Taking a move back: as though it had not been, until something newer stands on the deal."""

from datetime import timedelta
from decimal import Decimal

import pytest

from crm_app.activity import record
from crm_app.activity.recording import acting_as
from crm_app.extensions import db, utc_now
from crm_app.pipeline import merging, undoing
from crm_app.pipeline.models import Closing, Stay
from crm_app.web.money import Rate
from tests import make
from tests.pipeline.test_move import column, count, move
from tests.pipeline.test_outcomes import url, winning


@pytest.fixture
def deal(alice):
    make.deal(alice, "Above", at="Qualified", rank=10)
    deal = make.deal(alice, "Contested", at="Qualified", value=500_00, rank=20, created=3)
    make.deal(alice, "Below", at="Qualified", rank=30)
    return deal


def state(deal):
    """All that a move changes, but its version and the log."""
    db.session.expire_all()
    stays = [(s.stage.name, s.entered_at, s.left_at, s.left_to_id, s.value_amount) for s in deal.stays]
    closed = (deal.status, deal.closed_at, deal.lost_reason, len(deal.closings))
    return (deal.stage.name, deal.entered_stage_at, deal.value, closed, stays, column("Qualified"))


def undo(browser, deal, event=None, *, htmx=False, **fields):
    number = (event or undoing.last_move(deal)).id
    return browser.send(f"/pipeline/deals/{deal.id}/undo", {"event": number, **fields}, htmx=htmx)


def move_on(client, deal):
    return move(client, deal, "Proposal")


def win(client, deal):
    return client.send(url(deal, "won"), winning(deal))


def lose(client, deal):
    return client.send(url(deal, "lost"), {"reason": "Too dear", "version": deal.version})


@pytest.mark.parametrize("do", [move_on, win, lose])
def test_a_move_taken_back_leaves_the_deal_as_it_was(client, deal, do):
    before = state(deal)
    do(client, deal)
    assert state(deal) != before

    response = undo(client, deal)

    assert response.status_code == 303
    assert state(deal) == before
    assert count(Stay) == 3 and count(Closing) == 0


def test_the_log_keeps_both(client, deal):
    move_on(client, deal)
    undo(client, deal)

    told = client.page(f"/pipeline/deals/{deal.id}").text
    assert "moved this from Qualified to Proposal" in told
    assert "undid the move to Proposal" in told and "this is back in Qualified" in told
    assert "undid a move" in client.page("/").text


def test_a_deal_moved_again_afterwards_has_one_stay_more(client, deal):
    move_on(client, deal)
    undo(client, deal)
    move(client, deal, "Negotiation")

    db.session.expire_all()
    assert [(stay.stage.name, stay.seq) for stay in deal.stays] == [("Qualified", 1), ("Negotiation", 2)]


@pytest.mark.parametrize("newer", ["a fact", "another move", "the same again", "a day"])
def test_once_something_newer_stands_it_is_refused_and_says_so(client, deal, newer):
    move_on(client, deal)
    event = undoing.last_move(deal)
    if newer == "a fact":
        deal.change(source="Fair")
    elif newer == "another move":
        deal.move_to(make.stage("Negotiation"))
    elif newer == "the same again":
        undo(client, deal)
    else:
        event.at = utc_now() - timedelta(days=1, minutes=1)
    db.session.commit()
    before = state(deal)

    response = undo(client, deal, event, htmx=True)

    assert response.status_code == 409
    assert "has changed since, so that move can no longer be undone" in response.get_data(as_text=True)
    assert state(deal) == before


def test_a_note_is_nothing_newer(client, deal):
    before = state(deal)
    move_on(client, deal)
    record(deal, "noted", text="Called")
    db.session.commit()

    undo(client, deal)

    assert state(deal) == before


def test_a_value_that_was_not_known_and_its_currency_come_back_too(client, alice):
    db.session.add(Rate(currency="USD", day=make.today(), rate=Decimal("0.5")))
    deal = make.deal(alice, at="Qualified")

    client.send(url(deal, "won"), winning(deal, amount="100", currency="USD"))
    undo(client, deal)

    db.session.expire_all()
    assert (deal.value, deal.currency, deal.stays[0].currency) == (None, "EUR", "EUR")


def test_another_card_that_took_its_place_comes_below_it(client, alice, deal):
    move_on(client, deal)
    make.deal(alice, "Usurper", at="Qualified", rank=20)

    undo(client, deal)

    assert column("Qualified") == ["Above", "Contested", "Usurper", "Below"]


def test_the_answer_to_a_move_offers_it(client, deal):
    body = move(client, deal, "Proposal", query="?q=contested").get_data(as_text=True)

    assert "Contested moved to Proposal." in body
    assert f'hx-post="/pipeline/deals/{deal.id}/undo?q=contested"' in body


def test_the_board_gets_the_card_its_place_and_both_heads(client, deal):
    move_on(client, deal)

    body = undo(client, deal, htmx=True).get_data(as_text=True)

    assert f'data-board-arrival="{deal.id}" data-column="{deal.stage_id}" data-after=' in body
    for name in ("Qualified", "Proposal"):
        assert f'id="stage-{make.stage(name).id}-head"' in body


def test_the_timeline_offers_the_last_move_and_comes_back_to_the_deal(client, deal):
    move_on(client, deal)
    here = f"/pipeline/deals/{deal.id}"

    form = client.page(here).one("form", action=f"{here}/undo", class_="entry__undo")
    fields = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("name") != "csrf_token"}
    response = client.send(f"{here}/undo", fields)

    assert response.location == here
    assert not client.page(here).all("form", class_="entry__undo")


def test_who_may_not_change_or_see_the_deal_takes_nothing_back(client, browser_of, vera, bob, deal):
    move_on(client, deal)
    event, before = undoing.last_move(deal), state(deal)

    assert undo(browser_of(vera), deal, event).status_code == 403
    assert undo(browser_of(bob), deal, event).status_code == 404
    assert client.send(f"/pipeline/deals/{deal.id}/undo", {"event": "x"}).status_code == 400
    assert "/undo" not in browser_of(vera).page(f"/pipeline/deals/{deal.id}").html
    assert state(deal) == before


def test_what_was_reopened_or_imported_offers_nothing(client, alice, deal):
    win(client, deal)
    client.send(f"/pipeline/deals/{deal.id}/reopening", {"version": deal.version})
    db.session.expire_all()

    assert undoing.last_move(deal) is None


def test_winning_on_a_day_before_the_last_moves_ends_all_stays_then_until_it_is_undone(client, alice):
    deal = make.deal(alice, at="Qualified", value=500_00, created=20)
    with acting_as(alice, utc_now() - timedelta(days=4)):
        deal.move_to(make.stage("Proposal"))
    db.session.commit()
    move(client, deal, "Negotiation")
    before, lengths = state(deal), [stay.seconds for stay in deal.stays]
    day = make.today() - timedelta(days=6)

    client.send(url(deal, "won"), winning(deal, day=day.isoformat()))

    db.session.expire_all()
    won_at = deal.closed_at
    assert won_at.date() == day
    assert [(stay.entered_at == won_at, stay.left_at) for stay in deal.stays] == [
        (False, won_at),
        (True, won_at),
        (True, won_at),
        (True, None),
    ]
    assert [stay.seconds for stay in deal.stays[1:3]] == [0, 0]
    assert deal.entered_stage_at == won_at

    undo(client, deal)

    assert state(deal) == before
    assert [stay.seconds for stay in deal.stays] == lengths


def test_stays_that_were_cut_short_come_back_though_others_were_merged_meanwhile(client, alice):
    deal = make.deal(alice, at="New lead", value=500_00, created=20)
    for name, days in (("Qualified", 4), ("Proposal", 3), ("Negotiation", 2)):
        with acting_as(alice, utc_now() - timedelta(days=days)):
            deal.move_to(make.stage(name))
    db.session.commit()
    ended = [stay.left_at for stay in deal.stays]
    client.send(url(deal, "won"), winning(deal, day=(make.today() - timedelta(days=6)).isoformat()))
    merging.merge(make.stage("Qualified"), make.stage("Proposal"))
    db.session.commit()

    undo(client, deal)

    db.session.expire_all()
    assert [(stay.stage.name, stay.left_at) for stay in deal.stays] == [
        ("New lead", ended[0]),
        ("Proposal", ended[2]),
        ("Negotiation", None),
    ]
    assert [stay.entered_at for stay in deal.stays[1:]] == [ended[0], ended[2]]
