"""Who looks after users holds them from change alone: what their colleagues write points at them meanwhile."""

import pytest

from crm_app.accounts.models import User
from crm_app.accounts.queries import is_last_owner
from crm_app.extensions import db
from tests import make
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.postgresql


@pytest.fixture
def move(browser_of, olivia):
    """Olivia moves a card, of which the log tells with her name."""
    deal, stage = make.deal(olivia).id, make.stage("Proposal").id
    browser = browser_of(olivia)
    return lambda: browser.send(f"/pipeline/deals/{deal}/stage", {"stage": stage}, htmx=True).status_code


def test_owners_whose_number_is_counted_move_cards_meanwhile(olivia, move):
    number = olivia.id

    met = meanwhile(lambda: is_last_owner(db.session.get_one(User, number)), move, held_at=" FOR ")

    assert met == (True, 200, False)


def test_users_who_are_changed_together_move_cards_meanwhile(olivia, browser_of, move):
    other, team = make.user("Otto Owen", role="owner"), make.team("North")
    fields = {"pick": olivia.id, "team_id": team.id, "confirmed": "1", "shown": "1"}
    change = browser_of(other)

    met = meanwhile(lambda: change.send("/bulk/users/team_id", fields).status_code, move, held_at=" FOR ")

    assert met == (303, 200, False)
