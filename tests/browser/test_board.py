"""The board under a mouse, a finger and a keyboard, in both directions."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.browser.carrying import card, carry, drag, grab, let_go, ready, settled, shown, stored

pytestmark = pytest.mark.browser


def test_a_card_dragged_between_columns_stays_where_it_was_dropped(board):
    drag(board, "A", card(board, "Y"))
    settled(board)

    assert shown(board, "Proposal") == ["X", "A", "Y", "Z"]
    assert board.locator(f"#stage-{make.stage('Proposal').id} .column__count").inner_text().startswith("4")
    board.reload()
    assert shown(board, "Proposal") == ["X", "A", "Y", "Z"] == stored("Proposal")
    assert shown(board, "Qualified") == ["B", "C"]


def test_a_card_dragged_within_its_column_keeps_its_new_place(board):
    drag(board, "A", card(board, "C"), at=0.9)
    settled(board)

    assert shown(board, "Qualified") == ["B", "C", "A"] == stored("Qualified")


def test_a_move_is_taken_back_from_its_toast(board):
    drag(board, "B", card(board, "Y"))
    settled(board)
    drag(board, "A", card(board, "Y"))
    settled(board)
    undo = board.locator(".toast button", has_text="Undo")
    expect(undo).to_have_count(1)

    undo.click()

    board.locator(".toast", has_text="Deal A is back in Qualified.").wait_for()
    assert shown(board, "Qualified") == ["A", "C"] == stored("Qualified")
    assert shown(board, "Proposal") == ["X", "B", "Y", "Z"] == stored("Proposal")
    assert board.locator(f"#stage-{make.stage('Proposal').id} .column__count").inner_text().startswith("4")
    expect(undo).to_have_count(0)


def test_a_finger_holds_a_card_and_carries_it(page_of, alice, cards):
    page = page_of(alice, width=768, touch=True)
    page.goto("/pipeline/board")
    ready(page)
    start, end = card(page, "A").bounding_box(), card(page, "Y").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind, x, y):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + 60, start["y"] + start["height"] - 10
    send("touchStart", x, y)
    page.wait_for_timeout(400)
    for step in range(1, 21):
        share = step / 20
        send("touchMove", x + (end["x"] + 60 - x) * share, y + (end["y"] + 20 - y) * share)
        page.wait_for_timeout(20)
    page.wait_for_timeout(250)
    send("touchEnd", 0, 0)
    settled(page)

    assert "A" in shown(page, "Proposal")
    assert shown(page, "Proposal") == stored("Proposal")


def test_dragging_works_from_right_to_left(page_of, alice, cards):
    alice.language = "fa"
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)

    drag(page, "A", card(page, "Y"))
    settled(page)

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert shown(page, "Proposal") == ["X", "A", "Y", "Z"] == stored("Proposal")


def test_a_card_is_moved_with_the_keyboard_and_keeps_the_focus(board):
    voice = board.locator("[data-card-voice]")
    card(board, "A").locator("a").first.focus()

    board.keyboard.press("Space")
    assert "Picked up Deal A" in voice.inner_text()
    board.keyboard.press("ArrowRight")
    board.keyboard.press("ArrowDown")
    assert voice.inner_text() == "Deal A: Proposal, 2 of 4"
    board.keyboard.press("Space")
    settled(board)

    assert shown(board, "Proposal") == ["X", "A", "Y", "Z"] == stored("Proposal")
    assert board.evaluate("document.activeElement.closest('.card').id") == card(board, "A").get_attribute("id")


def test_escape_leaves_a_card_where_it_was(board):
    card(board, "B").locator("a").first.focus()

    for key in ("Space", "ArrowRight", "ArrowDown", "ArrowUp", "ArrowRight", "Escape"):
        board.keyboard.press(key)

    assert shown(board, "Qualified") == ["A", "B", "C"]
    assert "Deal B is back where it was." in board.locator("[data-card-voice]").inner_text()
    assert stored("Qualified") == ["A", "B", "C"]


def test_the_arrows_follow_the_direction_of_the_page(page_of, alice, cards):
    alice.language = "fa"
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    card(page, "A").locator("a").first.focus()

    for key in ("Space", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    settled(page)

    assert stored("Proposal") == ["A", "X", "Y", "Z"]


def test_the_menu_moves_a_card_too(board):
    card(board, "C").hover()
    card(board, "C").locator(".card__menu").click()
    board.locator("#card-menu button", has_text="Proposal").click()
    settled(board)

    assert shown(board, "Proposal") == ["C", "X", "Y", "Z"] == stored("Proposal")


def test_a_stale_move_is_refused_and_the_truth_is_shown(board, cards):
    cards["A"].move_to(make.stage("Negotiation"))
    db.session.commit()

    drag(board, "A", card(board, "Y"))
    board.locator(".toast", has_text="Someone moved this deal a moment ago").wait_for()
    settled(board)

    assert shown(board, "Qualified") == ["B", "C"]
    assert shown(board, "Proposal") == ["X", "Y", "Z"]
    assert shown(board, "Negotiation") == ["A"] == stored("Negotiation")


def test_a_move_that_does_not_arrive_goes_back_and_says_so(board):
    board.route("**/stage*", lambda route: route.fulfill(status=503, body=""))

    drag(board, "A", card(board, "Y"))
    board.locator(".toast", has_text="could not be reached").wait_for()

    assert shown(board, "Qualified") == ["A", "B", "C"]


def test_a_moved_card_can_be_moved_again_at_once(board):
    drag(board, "A", card(board, "Y"))
    settled(board)
    drag(board, "A", card(board, "C"))
    settled(board)

    assert shown(board, "Qualified") == ["B", "A", "C"] == stored("Qualified")
    assert board.locator(".toast p").inner_text() == "Deal A moved to Qualified."


def test_further_cards_load_as_the_column_scrolls(page_of, alice):
    with make.at_once():
        for number in range(50):
            make.deal(alice, f"Deal {number}", at="Qualified", rank=number)
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    column = page.locator(f"#stage-{make.stage('Qualified').id}-cards")
    assert column.locator(".card").count() == 20

    for _ in range(4):
        column.evaluate("list => list.scrollTo(0, list.scrollHeight)")
        page.wait_for_timeout(300)

    assert column.locator(".card").count() == 50


def half_loaded(page_of, alice):
    """A board of fifty deals in Qualified, of which the first twenty are loaded, and one in Proposal."""
    with make.at_once():
        for number in range(50):
            make.deal(alice, f"Deal {number}", at="Qualified", rank=(number + 1) * 1024)
    make.deal(alice, "Deal X", at="Proposal")
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    column = page.locator(f"#stage-{make.stage('Qualified').id}-cards")
    db.session.rollback()
    return page, column


def scroll_through(page, column):
    for _ in range(4):
        column.evaluate("list => list.scrollTo(0, list.scrollHeight)")
        page.wait_for_timeout(300)


def test_a_card_put_beside_the_last_one_loaded_stands_there_once_when_the_rest_comes(page_of, alice):
    page, column = half_loaded(page_of, alice)

    grab(page, "X")
    page.wait_for_timeout(200)
    column.evaluate("list => list.querySelector('.card:nth-of-type(20)').scrollIntoView({block: 'end'})")
    carry(page, column.locator(".card").nth(19), at=0.8)
    page.mouse.up()
    settled(page)
    assert shown(page, "Qualified").index("X") >= 19
    scroll_through(page, column)

    assert shown(page, "Qualified") == stored("Qualified")


def test_a_card_that_somebody_moved_down_meanwhile_stands_where_it_is_now(page_of, alice):
    page, column = half_loaded(page_of, alice)
    moved = db.session.scalars(select(Deal).where(Deal.title == "Deal 3")).one()
    moved.rank = 40 * 1024 + 512
    db.session.commit()

    scroll_through(page, column)

    assert shown(page, "Qualified") == stored("Qualified")


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_itself_never_scrolls_sideways(page_of, alice, cards, width, language):
    alice.language = language
    page = page_of(alice, width=width)
    page.goto("/pipeline/board")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert card(page, "A").is_visible()


def test_a_viewer_cannot_drag(page_of, vera, cards):
    page = page_of(vera)
    page.goto("/pipeline/board")
    start = page.locator(".card", has_text="Deal A").bounding_box()

    page.mouse.move(start["x"] + 50, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(start["x"] + 400, start["y"] + 80, steps=8)
    page.mouse.up()

    assert stored("Qualified") == ["A", "B", "C"]
    assert not page.locator(".card--held").count()


def test_deals_are_added_one_after_another_at_the_head_of_a_column(board):
    stage = make.stage("Qualified").id
    db.session.commit()
    opener = board.locator(f"#stage-{stage}-head .column__add")
    opener.click()
    for name in ("N", "M"):
        expect(board.locator(".adding [name=title]")).to_be_focused()
        board.keyboard.type(f"Deal {name}")
        board.keyboard.press("Enter")
        card(board, name).wait_for()
    board.keyboard.press("Escape")

    expect(board.locator(".adding")).to_have_count(0)
    expect(opener).to_be_focused()
    assert shown(board, "Qualified") == ["M", "N", "A", "B", "C"] == stored("Qualified")
    db.session.commit()
    drag(board, "M", card(board, "Y"))
    settled(board)
    assert shown(board, "Proposal") == ["X", "M", "Y", "Z"] == stored("Proposal")


def test_a_late_answer_leaves_the_next_card_in_the_hand(board):
    late = []
    board.route("**/stage*", lambda route: late.append(route))
    board.locator("h3 a", has_text="Deal A").focus()
    for key in ("Space", "ArrowRight", "Space"):
        board.keyboard.press(key)
    board.locator("h3 a", has_text="Deal B").focus()
    for key in ("Space", "ArrowRight"):
        board.keyboard.press(key)

    let_go(board, late)
    settled(board)

    expect(board.locator("h3 a", has_text="Deal B")).to_be_focused()
    expect(board.locator(".card--lifted")).to_contain_text("Deal B")


def test_the_focus_follows_a_card_that_its_menu_moves(board):
    card(board, "A").locator("[data-card-menu]").focus()
    board.keyboard.press("Enter")
    board.locator("#card-menu button", has_text="Proposal").focus()
    board.keyboard.press("Enter")
    settled(board)

    assert stored("Proposal")[0] == "A"
    assert card(board, "A").evaluate("card => card.contains(document.activeElement)")
