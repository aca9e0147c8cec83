"""A deal beside the board while others change it."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.browser.carrying import card, let_go
from tests.browser.test_beside import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def board(board):
    """A board that hears of what happens, as those of users do."""
    board.set_extra_http_headers({})
    return board


def test_what_others_change_shows_beside_the_board(board, olivia, browser_of):
    beside = opened(board)
    deal = db.session.query(Deal).filter_by(title="Deal A").one()

    browser_of(olivia).send(f"/pipeline/deals/{deal.id}/facts/source", {"source": "Fair"})

    expect(beside.locator(".fact", has_text="Source")).to_contain_text("Fair")
    expect(beside.locator(".timeline")).to_contain_text("Olivia Owen")


@pytest.mark.parametrize("change", ["of a deal that the board does not show", "of a deal further down than is loaded"])
def test_what_others_change_shows_beside_a_board_without_its_card(board, alice, olivia, browser_of, change):
    deal = db.session.query(Deal).filter_by(title="Deal A").one()
    number, query = deal.id, "&q=Deal B"
    if "further" in change:
        deal.rank, query = 10**9, ""
        for place in range(25):
            make.deal(alice, f"Above {place}", at=deal.stage, rank=1000 + place)
    db.session.commit()
    board.goto(f"/pipeline/board?deal={number}{query}")
    beside = board.locator("#beside")
    expect(beside.locator("h2", has_text="Deal A")).to_be_visible()
    expect(board.locator(f"#card-{number}")).to_have_count(0)

    browser_of(olivia).send(f"/pipeline/deals/{number}/facts/source", {"source": "Fair"})

    expect(beside.locator(".fact", has_text="Source")).to_contain_text("Fair")


def test_a_fact_opened_while_others_changes_are_on_their_way_stays_open(board, olivia, browser_of):
    beside, held = opened(board), []
    deal = db.session.query(Deal).filter_by(title="Deal A").one()
    board.route("**/beside*", lambda route: held.append(route))
    browser_of(olivia).send(f"/pipeline/deals/{deal.id}/facts/source", {"source": "Fair"})
    with board.expect_request("**/beside*"):
        pass
    beside.get_by_role("link", name="Change: Source").click()
    field = beside.locator("[data-facts] input:not([type=hidden])").first
    field.fill("Half a word")

    with board.expect_response("**/beside*"):
        let_go(board, held)
    board.wait_for_timeout(300)

    expect(field).to_have_value("Half a word")


def test_what_is_typed_over_a_title_outlives_a_change_by_others(board, olivia, browser_of):
    deal = db.session.query(Deal).filter_by(title="Deal A").one()
    card(board, "A").locator("h3 a").dblclick()
    field = board.locator("[data-titling] input[name=title]")
    field.fill("Half a na")
    heard = board.expect_response("**/board/news*")

    with heard:
        browser_of(olivia).send(f"/pipeline/deals/{deal.id}/facts/source", {"source": "Fair"})
    board.wait_for_timeout(3500)

    expect(field).to_have_value("Half a na")
