"""Several cards of the board picked and moved together."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make
from tests.browser.carrying import card, drag, ready, settled, shown, stored

pytestmark = pytest.mark.browser


def pick(page, *names):
    for name in names:
        page.get_by_role("checkbox", name=f"Select Deal {name}").check()


def test_picked_cards_move_by_the_bar_and_come_back_by_one_undo(board):
    pick(board, "A", "C")
    expect(board.locator("#bulk")).to_contain_text("2 selected")

    board.locator("#bulk").get_by_role("button", name="Move to…").click()
    board.locator("#bulk-stages button", has_text="Proposal").click()

    expect(board.locator(".toast")).to_contain_text("2 deals moved to Proposal.")
    assert shown(board, "Proposal") == ["A", "C", "X", "Y", "Z"] == stored("Proposal")
    expect(board.locator("#bulk")).to_be_hidden()
    db.session.commit()
    board.locator(".toast button", has_text="Undo").click()
    expect(board.locator(".toast").last).to_contain_text("2 deals were moved back.")
    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")


def test_whoever_carries_one_picked_card_carries_them_all(board):
    pick(board, "A", "C")

    drag(board, "C", card(board, "Y"))
    settled(board)

    expect(board.locator(".toast")).to_contain_text("2 deals moved to Proposal.")
    assert shown(board, "Proposal") == ["X", "A", "C", "Y", "Z"] == stored("Proposal")
    assert shown(board, "Qualified") == ["B"] == stored("Qualified")


def test_picked_cards_that_are_on_their_way_are_not_carried_elsewhere(board):
    late = []
    board.route("**/board/moves*", lambda route: late.append(route))
    pick(board, "A", "C")
    drag(board, "C", card(board, "Y"))
    board.wait_for_function("() => document.querySelector('[data-picking-form]').ariaBusy")

    drag(board, "A", card(board, "B"), at=0.9)
    assert shown(board, "Qualified") == ["A", "B"]
    db.session.commit()
    for route in late:
        route.continue_()
    settled(board)

    expect(board.locator(".toast")).to_contain_text("2 deals moved to Proposal.")
    assert shown(board, "Proposal") == ["X", "A", "C", "Y", "Z"] == stored("Proposal")
    assert shown(board, "Qualified") == ["B"] == stored("Qualified")


def test_picked_cards_change_their_place_within_a_column_together(board):
    pick(board, "A", "B", "Y")

    drag(board, "A", card(board, "C"), at=0.9)
    settled(board)

    expect(board.locator(".toast")).to_contain_text("3 deals moved to Qualified.")
    assert shown(board, "Qualified") == ["C", "A", "B", "Y"] == stored("Qualified")


def test_a_card_that_is_not_picked_is_carried_alone(board):
    pick(board, "A")

    drag(board, "C", card(board, "Y"))
    settled(board)

    assert shown(board, "Qualified") == ["A", "B"] == stored("Qualified")
    expect(board.locator("#bulk")).to_contain_text("1 selected")


def test_a_full_stage_gives_them_all_back(board):
    make.stage("Proposal").wip_limit = 4
    db.session.commit()
    pick(board, "A", "C")

    drag(board, "C", card(board, "Y"))
    settled(board)

    expect(board.locator(".toast")).to_contain_text("is full")
    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")
    expect(board.locator("#bulk")).to_contain_text("2 selected")


def test_an_unreachable_server_gives_them_all_back(board):
    pick(board, "A", "C")
    board.route("**/board/moves", lambda route: route.fulfill(status=503, body=""))

    drag(board, "C", card(board, "Y"))
    settled(board)

    expect(board.locator(".toast")).to_contain_text("could not be reached")
    assert shown(board, "Qualified") == ["A", "B", "C"] == stored("Qualified")


def test_cards_are_picked_by_keyboard_and_in_a_row(board):
    board.locator("h3 a", has_text="Deal A").focus()
    board.keyboard.press("x")
    expect(board.locator("#bulk")).to_contain_text("1 selected")

    board.get_by_role("checkbox", name="Select Deal C").click(modifiers=["Shift"])
    expect(board.locator("#bulk")).to_contain_text("3 selected")
    board.locator("#bulk").get_by_role("button", name="Clear selection").click()

    expect(board.locator("#bulk")).to_be_hidden()
    expect(board.locator("[data-picking]:checked")).to_have_count(0)


def test_on_a_phone_a_card_is_picked_from_its_menu(page_of, alice, cards):
    page = page_of(alice, width=360, touch=True)
    page.goto("/pipeline/board")
    ready(page)

    card(page, "A").locator("[data-card-menu]").tap()
    page.locator("#card-menu").get_by_role("button", name="Select").tap()

    expect(page.locator("#bulk")).to_contain_text("1 selected")


@pytest.mark.parametrize(("digits", "count"), [("persian", "۱"), ("latin", "1")])
def test_how_many_are_picked_is_written_in_the_digits_of_the_reader(page_of, alice, cards, digits, count):
    alice.language, alice.digits = "fa", digits
    db.session.commit()
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)

    card(page, "A").locator("[data-picking]").check()

    expect(page.locator("[data-picking-count]")).to_contain_text(count)


def test_the_menu_of_a_card_says_in_which_column_it_stands(board):
    card(board, "A").locator("[data-card-menu]").click()

    expect(board.locator("#card-menu [aria-current=true]")).to_have_count(1)


def test_the_box_that_has_the_focus_is_unticked_by_space(board):
    box = card(board, "A").locator("[data-picking]")
    box.click()

    board.keyboard.press("Space")

    expect(box).not_to_be_checked()
    expect(board.locator(".card--lifted")).to_have_count(0)


def test_a_card_is_picked_by_the_key_of_x_on_a_persian_keyboard(board):
    board.locator("h3 a", has_text="Deal A").focus()

    key = "{ key: 'ط', code: 'KeyX', bubbles: true }"
    board.evaluate(f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key}))")

    expect(board.locator("#bulk")).to_contain_text("1 selected")


def test_a_board_that_is_outdated_is_not_loaded_anew_while_cards_are_picked(board):
    pick(board, "A")
    board.evaluate("window.isOld = true")
    board.evaluate("document.querySelector('[data-board-news]').dataset.boardOutdated = 'at-once'")

    board.wait_for_timeout(3500)

    assert board.evaluate("window.isOld")
    expect(board.locator("#bulk")).to_contain_text("1 selected")
