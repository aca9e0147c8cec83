"""A deal beside the board, and its title changed on its card."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.browser.carrying import card, drag, let_go, ready, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def board(board):
    """A board that hears of what happens, as those of users do."""
    board.set_extra_http_headers({})
    return board


def opened(page, letter="A"):
    page.locator("h3 a", has_text=f"Deal {letter}").click()
    title = page.locator("#beside h2.beside__title", has_text=f"Deal {letter}")
    title.wait_for()
    return page.locator("#beside")


def fresh(title):
    db.session.rollback()
    deal = db.session.query(Deal).filter_by(title=title).one()
    found = (deal.title, deal.stage.name, deal.value_amount, deal.status)
    db.session.commit()
    return found


def test_a_click_opens_the_deal_beside_the_board_and_the_address_keeps_it(board):
    opened(board)

    assert "deal=" in board.url and "/pipeline/board" in board.url
    board.reload()
    board.locator("#beside h2", has_text="Deal A").wait_for()
    board.keyboard.press("Escape")
    expect(board.locator("#beside > *")).to_have_count(0)
    assert "deal=" not in board.url


def test_enter_opens_it_and_escape_leads_back_to_the_card(board):
    board.locator("h3 a", has_text="Deal B").focus()

    board.keyboard.press("Enter")
    board.locator("#beside h2", has_text="Deal B").wait_for()
    expect(board.locator("#beside-title")).to_be_focused()
    board.keyboard.press("Escape")

    expect(board.locator("h3 a", has_text="Deal B")).to_be_focused()


def test_a_fact_changed_beside_the_board_is_on_the_card_at_once(board):
    beside = opened(board)

    beside.locator(".fact", has_text="Value").locator(".fact__edit").click()
    beside.locator("input[name=value]").fill("4321")
    board.keyboard.press("Enter")

    expect(card(board, "A").locator(".card__value")).to_have_text("€4,321")
    expect(beside.locator(".profile__line")).to_contain_text("€4,321")


def test_a_drag_of_the_card_shows_beside_the_board(board):
    beside = opened(board)
    expect(beside.locator(".path [aria-current]")).to_contain_text("Qualified")

    drag(board, "A", card(board, "Y"))
    settled(board)

    expect(beside.locator(".path [aria-current]")).to_contain_text("Proposal")
    expect(beside.locator(".timeline")).to_contain_text("moved this")


def test_a_step_pressed_beside_the_board_moves_the_card(board):
    beside = opened(board)

    beside.locator(".path button", has_text="Proposal").click()

    proposal = board.locator(f"#stage-{make.stage('Proposal').id}")
    db.session.commit()
    proposal.locator("h3", has_text="Deal A").wait_for()
    expect(board.locator("article", has_text="Deal A")).to_have_count(1)
    expect(beside.locator(".path [aria-current]")).to_contain_text("Proposal")


def test_a_deal_won_beside_the_board_leaves_it_and_says_so(board):
    beside = opened(board)

    beside.get_by_role("link", name="Won").click()
    board.locator("dialog[open] input[name=amount]").fill("500")
    board.keyboard.press("Enter")

    expect(board.locator("article", has_text="Deal A")).to_have_count(0)
    expect(beside.locator(".profile__line")).to_contain_text("Won on")
    assert fresh("Deal A") == ("Deal A", "Won", 500_00, "won")


def test_a_move_is_taken_back_from_the_timeline_beside_the_board(board):
    beside = opened(board)
    drag(board, "A", card(board, "Y"))
    settled(board)

    beside.get_by_role("button", name="Undo").click()

    expect(beside.locator(".path [aria-current]")).to_contain_text("Qualified")
    assert fresh("Deal A")[1] == "Qualified"


def test_it_is_snoozed_beside_the_board(board):
    deal = db.session.query(Deal).filter_by(title="Deal A").one()
    deal.stage.rot_days = 3
    db.session.commit()
    beside = opened(board)

    beside.get_by_role("link", name="Snooze…").click()
    board.locator("dialog[open] input[name=reason]").fill("On holiday")
    board.keyboard.press("Enter")

    expect(beside.locator(".standing-still")).to_contain_text("On holiday")
    beside.get_by_role("button", name="End snooze").click()
    expect(beside.locator(".standing-still")).not_to_contain_text("On holiday")


def test_on_a_phone_the_title_leads_to_the_deals_page(page_of, alice, cards):
    page = page_of(alice, width=360)
    page.goto("/pipeline/board")
    ready(page)

    page.locator("h3 a", has_text="Deal A").click()

    page.wait_for_url("**/pipeline/deals/*")
    assert page.locator("h1").inner_text() == "Deal A"


def test_a_double_click_changes_the_title_in_its_place(board):
    card(board, "A").locator("h3 a").dblclick()
    field = card(board, "A").locator("input[name=title]")
    expect(field).to_be_focused()

    field.fill("A new name")
    board.keyboard.press("Enter")

    expect(board.locator("h3", has_text="A new name")).to_have_count(1)
    expect(board.locator("#beside > *")).to_have_count(0)
    assert fresh("A new name")[1] == "Qualified"


def test_f2_opens_the_title_and_escape_leaves_it_as_it_was(board):
    board.locator("h3 a", has_text="Deal A").focus()
    board.keyboard.press("F2")
    field = card(board, "A").locator("input[name=title]")
    field.fill("Not this")

    board.keyboard.press("Escape")

    expect(board.locator("[data-titling]")).to_have_count(0)
    expect(board.locator("h3 a", has_text="Deal A")).to_be_focused()
    assert fresh("Deal A")[0] == "Deal A"


def test_f2_twice_opens_the_title_once(board):
    late = []
    board.route("**/title*", lambda route: late.append(route))
    board.locator("h3 a", has_text="Deal A").focus()

    for _ in range(2):
        board.keyboard.press("F2")
    let_go(board, late)
    board.locator("[data-titling]").first.wait_for()
    board.wait_for_timeout(200)

    assert len(late) == 1


def test_an_empty_title_is_refused_where_it_was_typed(board):
    card(board, "A").locator("h3 a").dblclick()
    field = board.locator("[data-titling] input[name=title]")
    field.fill("")

    board.keyboard.press("Enter")

    expect(board.locator("[data-titling]")).to_contain_text("Fill this in.")
    assert fresh("Deal A")[0] == "Deal A"


def test_the_focus_stays_beside_the_board_when_a_step_was_pressed_by_a_key(board):
    beside = opened(board)
    beside.locator(".path button", has_text="Proposal").focus()

    board.keyboard.press("Enter")

    expect(beside.locator(".path [aria-current]")).to_contain_text("Proposal")
    board.wait_for_timeout(300)
    assert board.evaluate("document.activeElement.closest('#beside') !== null")


def test_escape_closes_an_open_menu_and_not_what_stands_beside_the_board(board):
    opened(board)
    board.locator("[popovertarget=person-menu]").click()
    expect(board.locator(":popover-open")).to_have_count(1)

    board.keyboard.press("Escape")

    expect(board.locator(":popover-open")).to_have_count(0)
    expect(board.locator("#beside-title")).to_have_count(1)


def test_a_note_that_was_begun_is_there_again_when_its_deal_is_opened_again(board):
    note = opened(board).locator(".composer textarea")
    note.fill("A long story")

    board.keyboard.press("Escape")
    expect(board.locator("#beside > *")).to_have_count(0)
    opened(board)
    expect(note).to_have_value("A long story")

    opened(board, "B")
    expect(note).to_have_value("")
    opened(board)
    expect(note).to_have_value("A long story")


def test_it_is_there_on_the_page_of_the_deal_and_gone_once_it_is_saved(board):
    opened(board).locator(".composer textarea").fill("A long story")
    board.get_by_role("link", name="Open its page").click()
    expect(board.locator(".composer textarea")).to_have_value("A long story")

    board.get_by_role("button", name="Save note").click()
    expect(board.locator(".timeline")).to_contain_text("A long story")
    expect(board.locator(".composer textarea")).to_have_value("")
    board.reload()

    expect(board.locator(".timeline")).to_contain_text("A long story")
    expect(board.locator(".composer textarea")).to_have_value("")


def test_a_saved_note_is_forgotten_though_another_deal_was_opened_before_the_answer(board):
    opened(board).locator(".composer textarea").fill("A long story")
    late = []
    board.route("**/notes*", lambda route: late.append(route))
    board.get_by_role("button", name="Save note").click()
    board.wait_for_function("() => document.querySelector('.composer textarea').value")
    opened(board, "B").locator(".composer textarea").fill("Another story")

    with board.expect_response("**/notes*"):
        let_go(board, late)
    expect(opened(board, "A").locator(".composer textarea")).to_have_value("")
    expect(opened(board, "B").locator(".composer textarea")).to_have_value("Another story")


def test_signing_out_forgets_the_notes_that_were_begun(board):
    opened(board).locator(".composer textarea").fill("A long story")

    board.locator("#sign-out").evaluate("form => form.requestSubmit()")
    board.wait_for_url("**/sign-in*")

    assert "story" not in board.evaluate("JSON.stringify(sessionStorage)")


def test_a_card_moved_while_a_note_is_written_shows_beside_the_board_once_that_is_saved(board):
    beside = opened(board)
    beside.locator(".composer textarea").fill("A long story")
    drag(board, "A", card(board, "Y"))
    settled(board)
    expect(beside.locator(".composer textarea")).to_have_value("A long story")

    beside.get_by_role("button", name="Save note").click()

    expect(beside.locator(".path [aria-current]")).to_contain_text("Proposal")
    expect(beside.locator(".timeline")).to_contain_text("A long story")


def test_half_a_fact_is_not_left_for_another_deal(board):
    beside = opened(board)
    beside.get_by_role("link", name="Change: Source").click()
    field = beside.locator("input[name=source]")
    field.fill("Met at")

    board.locator("h3 a", has_text="Deal B").click()
    expect(field).to_be_focused()
    beside.get_by_role("button", name="Close").click()
    expect(field).to_be_focused()
    board.keyboard.press("Escape")
    expect(field).to_have_count(0)
    opened(board, "B")


def test_it_opens_beside_the_forecast_too_and_both_tell_the_same(board):
    board.goto("/pipeline/forecast")
    ready(board)
    beside = opened(board)

    beside.locator(".fact", has_text="Value").locator(".fact__edit").click()
    beside.locator("input[name=value]").fill("4321")
    board.keyboard.press("Enter")
    expect(card(board, "A").locator(".card__value")).to_have_text("€4,321")
    beside.locator(".path button", has_text="Proposal").click()

    expect(card(board, "A").locator(".card__stage")).to_contain_text("Proposal")
    expect(beside.locator(".path [aria-current]")).to_contain_text("Proposal")
    expect(board.locator("article", has_text="Deal A")).to_have_count(1)
