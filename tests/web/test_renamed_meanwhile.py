"""A company that is renamed while its deals change: neither waits for the other in a ring."""

import pytest
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web import word_index
from tests import make
from tests.exchange.importing import agreed, carried_out, plan
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.postgresql


@pytest.fixture
def change(browser_of, alice):
    """Alice changes a deal of the company Acme."""
    deal, browser = make.deal(alice, "Pumps", company=make.company(alice, "Acme")), browser_of(alice)
    url = f"/pipeline/deals/{deal.id}/facts/title"
    return lambda title="Valves": browser.send(url, {"title": title}, htmx=True).status_code


def _is_found_by(*words):
    deal = db.session.scalars(select(Deal)).one()
    held = word_index.contents(db.session.connection(), Deal)[deal.id]
    return held >= set(words)


def test_on_its_page(change, browser_of, olivia, alice):
    deal = db.session.scalars(select(Deal)).one()
    url, browser = f"/contacts/companies/{deal.company_id}/facts/name", browser_of(olivia)

    met = meanwhile(
        lambda: browser.send(url, {"name": "Bolt"}, htmx=True).status_code, change, held_at="UPDATE companies"
    )

    assert met == (200, 200, True)
    assert _is_found_by("bolt", "valves")


def test_by_a_file_and_back(change, olivia, browser_of):
    text, undo = "name\nACME\n", browser_of(olivia)
    number = agreed(plan("companies", text, olivia), text, olivia)

    brought = meanwhile(lambda: carried_out(number).status, change, held_at="UPDATE companies")
    undone = meanwhile(
        lambda: undo.send(f"/exchange/{number}/undo").status_code, lambda: change("Bolts"), held_at="UPDATE companies"
    )

    assert brought == ("done", 200, True) and undone == (303, 200, True)
    assert _is_found_by("acme", "bolts")
