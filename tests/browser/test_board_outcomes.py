"""Won and lost on the board: the dialogs, and what leaves the board."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests.browser.carrying import drag, ready, shown, stored

pytestmark = pytest.mark.browser


def test_leaving_the_dialog_of_lost_puts_the_card_back(board):
    drag(board, "B", board.locator(".outcomes__end--lost"), at=0.5)
    board.locator("dialog[open] [name=reason]").wait_for()
    assert shown(board, "Qualified") == ["A", "C"]

    board.keyboard.press("Escape")
    board.wait_for_timeout(200)

    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")
    assert not board.locator("dialog[open]").count()
    assert not board.locator(".outcomes").is_visible()


def test_a_loss_without_a_reason_is_refused_in_the_words_of_its_reader(page_of, alice, cards):
    alice.language = "fa"
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    drag(page, "A", page.locator(".outcomes__end--lost"), at=0.5)
    page.locator("dialog[open] [name=reason]").press("Enter")

    expect(page.locator("dialog[open] .field__error")).to_contain_text("این فیلد را پر کنید")
    expect(page.locator("dialog[open] [name=reason]")).to_be_focused()


def test_a_deal_dropped_on_lost_leaves_the_board_with_its_reason(board):
    drag(board, "B", board.locator(".outcomes__end--lost"), at=0.5)
    reason = board.locator("dialog[open] [name=reason]")
    reason.fill("Too dear")
    reason.press("Enter")
    board.locator(".toast", has_text="Deal B was marked as lost.").wait_for()

    assert shown(board, "Qualified") == ["A", "C"]
    assert not board.locator("dialog[open]").count()
    db.session.rollback()
    lost = db.session.scalar(select(Deal).where(Deal.title == "Deal B"))
    assert (lost.status, lost.lost_reason) == ("lost", "Too dear")


def test_a_refused_winning_stays_in_its_dialog_with_what_was_typed(board):
    drag(board, "B", board.locator(".outcomes__end--won"), at=0.5)
    amount = board.locator("dialog[open] [name=amount]")
    amount.fill("much")
    amount.press("Enter")
    board.locator("dialog[open] .field__error").wait_for()

    assert board.locator("dialog[open] [name=amount]").input_value() == "much"
    board.locator("dialog[open] [name=amount]").fill("750")
    board.locator("dialog[open] [name=amount]").press("Enter")
    board.locator(".toast", has_text="Deal B was marked as won.").wait_for()
    assert shown(board, "Qualified") == ["A", "C"]


@pytest.mark.parametrize("fail", [lambda route: route.abort(), lambda route: route.fulfill(status=502, body="Bad")])
def test_what_is_said_over_a_dialog_is_closed_alone(board, fail):
    board.route("**/lost*", lambda route: fail(route) if route.request.method == "POST" else route.continue_())
    drag(board, "B", board.locator(".outcomes__end--lost"), at=0.5)
    reason = board.locator("dialog[open] [name=reason]")
    reason.fill("Too dear")
    reason.press("Enter")
    message = board.get_by_role("status").filter(has_text="could not be reached")
    expect(message.locator(".toast")).to_be_visible()

    message.get_by_role("button", name="Close").click()

    expect(board.locator(".toast")).to_have_count(0)
    expect(reason).to_have_value("Too dear")
    board.unroute_all()
    reason.press("Enter")
    lost = board.locator(".toast", has_text="Deal B was marked as lost.")
    lost.get_by_role("button", name="Undo").click()
    expect(lost).to_have_count(0)
    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")


def test_what_was_said_before_a_dialog_is_closed_and_outlives_it(board):
    drag(board, "A", board.locator("article", has_text="Deal C"), at=0.9)
    board.locator(".toast").wait_for()
    drag(board, "B", board.locator(".outcomes__end--lost"), at=0.5)
    board.locator("dialog[open] [name=reason]").wait_for()
    board.locator(".toast").hover()
    board.keyboard.press("Escape")

    board.locator(".toast").get_by_role("button", name="Close").click()

    expect(board.locator(".toast")).to_have_count(0)


def test_a_win_is_taken_back_from_its_toast(board):
    drag(board, "B", board.locator(".outcomes__end--won"), at=0.5)
    board.locator("dialog[open] [name=amount]").wait_for()
    board.locator("dialog[open] button[type=submit]", has_text="Mark as won").click()
    board.locator(".toast", has_text="Deal B was marked as won.").get_by_role("button", name="Undo").click()

    board.locator(".toast", has_text="Deal B is back in Qualified.").wait_for()
    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")
