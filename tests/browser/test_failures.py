"""What does not work is said once, and nothing that was typed or offered goes with it."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.exc import OperationalError

from crm_app.activity import following
from crm_app.extensions import db
from crm_app.pipeline.views import deal
from tests import make
from tests.browser.carrying import card, drag, settled, shown, stored

pytestmark = pytest.mark.browser


def away(*_args, **_kwargs):
    raise OperationalError("", {}, Exception("away"))


@pytest.fixture
def page(page_of, alice):
    address = f"/pipeline/deals/{make.deal(alice).id}"
    page = page_of(alice)
    page.goto(address)
    return page


def save_note(page):
    page.locator(".composer textarea").fill("Called them")
    page.get_by_role("button", name="Save note").click()


def test_a_database_that_is_away_is_told_and_the_note_kept(page, monkeypatch):
    monkeypatch.setattr(deal, "record", away)

    save_note(page)

    expect(page.locator(".toast")).to_contain_text("Peyvand cannot reach its database right now.")
    expect(page.locator(".composer textarea")).to_have_value("Called them")


@pytest.mark.parametrize("fail", [lambda route: route.abort(), lambda route: route.fulfill(status=502, body="<p>Bad")])
def test_a_server_that_is_away_is_told_once_and_the_note_kept(page, fail):
    page.route("**/notes", fail)

    save_note(page)
    expect(page.locator(".toast")).to_contain_text("could not be reached")
    page.get_by_role("button", name="Save note").click()

    expect(page.locator("form[aria-busy=true]")).to_have_count(0)
    expect(page.locator(".toast")).to_have_count(1)
    expect(page.locator(".composer textarea")).to_have_value("Called them")


def test_a_move_that_is_not_told_the_server_goes_back_and_is_said_once(board):
    board.route("**/stage*", lambda route: route.abort())

    drag(board, "A", card(board, "Y"))

    expect(board.locator(".toast")).to_contain_text("so the card is back where it was")
    assert shown(board, "Qualified") == ["A", "B", "C"]


def test_an_undo_that_is_not_told_the_server_is_offered_on(board):
    drag(board, "A", card(board, "Y"))
    settled(board)
    undo = board.locator(".toast").get_by_role("button", name="Undo")
    board.route("**/undo*", lambda route: route.abort())
    undo.click()
    expect(board.locator(".toast").last).to_contain_text("could not be reached")
    board.unroute_all()

    undo.click()

    expect(board.locator(".toast").last).to_contain_text("is back in Qualified")
    expect(undo).to_have_count(0)
    assert stored("Qualified") == ["A", "B", "C"]


def test_what_the_board_asks_by_itself_is_not_told_of(board, monkeypatch):
    board.set_extra_http_headers({})
    monkeypatch.setattr(following, "since", away)

    board.wait_for_event("response", lambda response: response.status == 503)
    board.route("**/board/news*", lambda route: route.abort())
    board.wait_for_event("requestfailed")

    expect(board.locator(".toast")).to_have_count(0)


def test_a_board_that_may_no_longer_be_read_says_nothing_and_asks_no_more(page_of, alice, cards):
    page = page_of(alice)
    page.goto("/pipeline/board")
    alice.role = "agent"
    db.session.commit()

    page.wait_for_event("response", lambda response: response.status == 403)
    page.wait_for_timeout(300)

    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("[data-board-news]")).to_have_count(0)
