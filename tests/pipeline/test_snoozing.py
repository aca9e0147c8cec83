"""Letting a deal sleep for a reason, and waking it."""

from datetime import timedelta

import pytest

from crm_app.extensions import db
from crm_app.pipeline import undoing
from crm_app.pipeline.models import Deal
from tests import make


def url(deal, what="snooze"):
    return f"/pipeline/deals/{deal.id}/{what}"


def facts(deal, **changes):
    until = (make.today() + timedelta(days=10)).isoformat()
    return {"until": until, "reason": "Budget in December", "version": deal.version} | changes


def test_a_deal_sleeps_until_a_day_and_its_timeline_says_why(client, alice):
    deal = make.deal(alice, "Old", at="Proposal", created=40)

    answer = client.send(url(deal), facts(deal, next=f"/pipeline/deals/{deal.id}"))
    page = client.page(f"/pipeline/deals/{deal.id}")

    assert answer.status_code == 303
    assert "Snoozed until" in page.text and "Budget in December" in page.text
    assert "Alice Adler snoozed this until" in page.text
    assert "longer than it should be" not in page.text


def test_on_the_board_its_card_changes_in_place(client, alice):
    deal = make.deal(alice, "Old", at="Proposal", created=40)

    answer = client.send(url(deal), facts(deal), htmx=True).get_data(as_text=True)

    assert f'id="card-{deal.id}"' in answer and "card--rots" not in answer
    assert "snoozed until" in answer and "Old is snoozed until" in answer


def test_the_form_is_a_page_and_a_dialog(client, alice):
    deal = make.deal(alice, "Old", at="Proposal")

    assert "Snooze Old" in client.page(url(deal)).text
    assert client.part(url(deal)).one("dialog", id="snooze") is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"until": ""}, "Fill this in."),
        ({"until": "soon"}, "Enter a date with the year first"),
        ({"until": "today"}, "Choose a future date."),
        ({"reason": ""}, "Fill this in."),
        ({"reason": "x" * 501}, "500"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(client, alice, change, words):
    deal = make.deal(alice, at="Proposal")
    if change.get("until") == "today":
        change = {"until": make.today().isoformat()}

    answer = client.send(url(deal), facts(deal, **change))

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert db.session.get(Deal, deal.id).snoozed_until is None


def test_somebody_else_was_quicker(client, alice):
    deal = make.deal(alice, at="Proposal")

    answer = client.send(url(deal), facts(deal, version=deal.version + 1), htmx=True)

    assert answer.status_code == 409
    assert db.session.get(Deal, deal.id).snoozed_until is None


def test_a_closed_deal_does_not_sleep(client, alice):
    deal = make.won(alice)

    answer = client.send(url(deal), facts(deal))

    assert answer.status_code == 303
    assert db.session.get(Deal, deal.id).snoozed_until is None


def test_it_wakes_when_told_to(client, alice):
    deal = make.deal(alice, at="Proposal", created=40)
    client.send(url(deal), facts(deal))

    answer = client.send(url(deal, "waking"), {"version": deal.version, "next": f"/pipeline/deals/{deal.id}"})
    page = client.page(f"/pipeline/deals/{deal.id}")

    assert answer.status_code == 303
    assert "Alice Adler ended the snooze" in page.text and "That is longer than it should be." in page.text


def test_taking_a_move_back_lets_the_deal_sleep_on(client, alice):
    deal = make.deal(alice, at="Proposal")
    client.send(url(deal), facts(deal))
    client.send(url(deal, "stage"), {"stage": make.stage("Qualified").id})
    moved = undoing.last_move(deal)

    client.send(url(deal, "undo"), {"event": moved.id})

    assert db.session.get(Deal, deal.id).snooze_reason == "Budget in December"
    assert db.session.get(Deal, deal.id).snoozed_until == make.today() + timedelta(days=10)


def test_others_deals_and_viewers_are_refused(browser_of, alice, bob, vera):
    deal = make.deal(alice, at="Proposal")

    for what in ("snooze", "waking"):
        assert browser_of(bob).send(url(deal, what), facts(deal)).status_code == 404
        assert browser_of(vera).send(url(deal, what), facts(deal)).status_code == 403
    assert db.session.get(Deal, deal.id).snoozed_until is None
