"""Several deals moved, or moved back, while somebody assigns the same ones: one waits for the other."""

import pytest
from sqlalchemy import text

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.meanwhile import meanwhile

MOVES, UNDO = "/pipeline/board/moves", "/pipeline/board/moves/undo"


def two_deals(owner):
    """The younger one stands on top, so it is the first to move."""
    deals = [make.deal(owner, "Older", at="New lead", rank=2), make.deal(owner, "Younger", at="New lead", rank=1)]
    return [(deal.id, deal.version) for deal in deals]


def move_all(browser, deals):
    values = [f"{id_}.{version}" for id_, version in deals]
    return browser.send(MOVES, {"stage": make.stage("Proposal").id, "deal": values}, htmx=True)


def assign_all(browser, deals, owner_id):
    picks = [id_ for id_, _version in deals]
    return browser.send("/bulk/deals/owner", {"pick": picks, "owner": owner_id, "confirmed": "1"})


def standing():
    return {deal.title: (deal.stage.name, deal.owner.name) for deal in db.session.query(Deal)}


@pytest.mark.postgresql
def test_deals_move_together_while_somebody_assigns_them(browser_of, alice, bob, olivia):
    deals, new_owner = two_deals(alice), bob.id
    mover, assigner = browser_of(olivia), browser_of(olivia)

    met = meanwhile(
        lambda: move_all(mover, deals), lambda: assign_all(assigner, deals, new_owner), held_at="UPDATE deals"
    )

    assert (met.first.status_code, met.second.status_code, met.has_waited) == (200, 303, True)
    assert set(standing().values()) == {("Proposal", "Bob Brandt")}


@pytest.mark.postgresql
def test_deals_move_back_together_while_somebody_assigns_them(browser_of, alice, bob, olivia):
    deals, new_owner = two_deals(alice), bob.id
    mover, assigner = browser_of(olivia), browser_of(olivia)
    moved = move_all(mover, deals).get_data(as_text=True)
    events = [part.split('"')[0] for part in moved.split('name="event" value="')[1:]]
    # The older one's row is the last that PostgreSQL comes to.
    db.session.execute(text("UPDATE deals SET rank = rank WHERE id = :id"), {"id": deals[0][0]})
    db.session.commit()

    met = meanwhile(
        lambda: mover.send(UNDO, {"event": events}, htmx=True),
        lambda: assign_all(assigner, deals, new_owner),
        held_at="UPDATE deals",
    )

    assert (met.first.status_code, met.second.status_code, met.has_waited) == (200, 303, True)
    assert set(standing().values()) == {("New lead", "Bob Brandt")}
