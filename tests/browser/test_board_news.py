"""Two people at one board: what one does, the other sees without asking, and nothing is taken out of a hand."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from crm_app.web.money import Money
from tests import make
from tests.browser.carrying import card, carry, drag, grab, ready, settled, shown, stored
from tests.browser.conftest import session_cookie

pytestmark = [pytest.mark.browser, pytest.mark.both]


@pytest.fixture
def open_board(page_of, alice, cards):
    def opened(user=alice):
        page = page_of(user)
        page.goto("/pipeline/board")
        ready(page)
        return page

    return opened


def number_of(stage):
    """Its id, without keeping hold of the database."""
    found = make.stage(stage).id
    db.session.commit()
    return found


def order(page, stage):
    return page.locator(f"#stage-{number_of(stage)} .card__title")


def names(*letters):
    return [f"Deal {letter}" for letter in letters]


def test_a_move_appears_on_the_board_of_another_within_five_seconds(open_board, olivia):
    mine, theirs = open_board(), open_board(olivia)

    drag(theirs, "A", card(theirs, "Y"))

    expect(order(mine, "Proposal")).to_have_text(names("X", "A", "Y", "Z"), timeout=5000)
    expect(order(mine, "Qualified")).to_have_text(names("B", "C"))
    count = mine.locator(f"#stage-{number_of('Proposal')} .column__count")
    expect(count).to_have_text("4 deals")
    drag(mine, "A", card(mine, "B"))
    settled(mine)
    assert shown(mine, "Qualified")[:2] == stored("Qualified")[:2] == ["A", "B"]


def test_another_order_a_new_value_and_a_deletion_appear(open_board, alice, cards):
    page = open_board()
    cards["Y"].change(value=Money(777_00, "EUR"))
    cards["X"].delete()
    make.deal(alice, "Deal N", at="Proposal", rank=1)
    db.session.commit()

    expect(order(page, "Proposal")).to_have_text(names("N", "Y", "Z"), timeout=5000)
    expect(card(page, "Y")).to_contain_text("€777")
    card(page, "N").locator("[data-card-menu]").click()
    page.locator(f'[data-card-menu-column="{number_of("Qualified")}"]').click()
    settled(page)
    assert stored("Qualified")[0] == "N"


def test_a_card_in_the_hand_stays_there_until_it_is_put_down(open_board, cards):
    page = open_board()
    grab(page, "A")
    carry(page, card(page, "C"))
    in_hand = page.locator(".card--held").bounding_box()
    cards["A"].change(value=Money(777_00, "EUR"))
    db.session.commit()
    page.wait_for_timeout(4500)

    assert page.locator(".card--held").bounding_box() == in_hand
    page.mouse.up()
    page.locator(".toast", has_text="Someone moved this deal a moment ago").wait_for()
    settled(page)
    expect(card(page, "A")).to_contain_text("€777")
    assert shown(page, "Qualified") == stored("Qualified")


def test_a_card_stays_where_it_was_put_though_the_one_above_it_is_carried_on_at_once(open_board):
    page = open_board()
    _hear(page)
    drag(page, "A", card(page, "X"), at=0.9)
    grab(page, "X")
    _hear(page)
    carry(page, card(page, "Z"), at=0.9)
    page.mouse.up()
    settled(page)
    for _time in range(2):
        _hear(page)

    assert shown(page, "Proposal") == ["A", "Y", "Z", "X"] == stored("Proposal")


def _hear(page):
    """What happened so far."""
    page.wait_for_event("response", lambda response: "/board/news" in response.url)
    page.wait_for_timeout(100)


def test_the_focus_stays_on_a_card_that_somebody_moves(open_board, cards):
    page = open_board()
    card(page, "A").locator("a").first.focus()
    cards["A"].move_to(make.stage("Proposal"))
    db.session.commit()

    expect(order(page, "Proposal")).to_have_text(names("X", "Y", "Z", "A"), timeout=5000)
    assert page.evaluate("document.activeElement.textContent") == "Deal A"


def test_the_focus_goes_on_to_the_next_card_when_its_own_leaves(open_board, cards):
    page = open_board()
    card(page, "A").locator("a").first.focus()
    cards["A"].delete()
    db.session.commit()

    expect(card(page, "A")).to_have_count(0, timeout=5000)
    expect(card(page, "B").locator("a").first).to_be_focused()


def test_the_focus_stays_at_the_head_of_a_column_and_heads_that_say_the_same_stay(open_board, cards):
    page = open_board()
    page.locator("[data-add-opener]").first.focus()
    page.evaluate("document.querySelectorAll('.column__head')[2].isOld = true")
    cards["B"].change(value=Money(777_00, "EUR"))
    db.session.commit()

    expect(card(page, "B")).to_contain_text("€777", timeout=5000)
    expect(page.locator("[data-add-opener]").first).to_be_focused()
    assert page.evaluate("document.querySelectorAll('.column__head')[2].isOld")


def test_after_very_much_the_board_shows_itself_anew_but_not_under_somebodys_hands(page_of, alice, cards):
    page, stage = page_of(alice), number_of("Qualified")
    page.clock.install()
    page.goto("/pipeline/board")
    ready(page)
    for number in range(120):
        cards["A"].change(source=f"Source {number}")
    cards["B"].move_to(make.stage("Proposal"))
    db.session.commit()
    page.clock.fast_forward(31_000)
    page.locator("[data-board-outdated]").wait_for(state="attached")
    page.locator(f"#stage-{stage}-head .column__add").click()
    page.locator(".adding [name=title]").fill("Half a title")

    page.clock.fast_forward(5_000)
    expect(page.locator(".adding [name=title]")).to_have_value("Half a title")
    expect(order(page, "Proposal")).to_have_text(names("X", "Y", "Z"))
    page.keyboard.press("Escape")
    page.clock.fast_forward(5_000)

    expect(order(page, "Proposal")).to_have_text(names("X", "Y", "Z", "B"))


def test_what_others_do_to_a_card_waits_while_its_menu_is_open(open_board, alice, cards):
    page = open_board()
    card(page, "A").hover()
    card(page, "A").locator("[data-card-menu]").click()
    cards["A"].change(value=Money(777_00, "EUR"))
    db.session.commit()
    page.wait_for_timeout(4000)
    expect(page.locator("#card-menu")).to_be_visible()

    page.keyboard.press("Escape")

    expect(card(page, "A").locator(".card__value")).to_have_text("€777", timeout=5000)


@pytest.mark.parametrize(("target", "order_then"), [("Y", "AC"), ("C", "ACB")])
def test_a_card_put_back_stands_above_those_that_still_follow_it(open_board, olivia, target, order_then):
    page, theirs = open_board(), open_board(olivia)
    drag(page, "A", page.locator(".outcomes__end--lost"), at=0.5)
    page.locator("dialog[open] [name=reason]").wait_for()
    drag(theirs, "B", card(theirs, target), at=0.9)
    expect(order(page, "Qualified")).to_have_text(names(*order_then[1:]), timeout=5000)

    page.keyboard.press("Escape")

    expect(order(page, "Qualified")).to_have_text(names(*order_then))
    assert stored("Qualified") == [*order_then]


def test_a_card_put_down_where_it_was_is_not_sent_though_the_one_below_it_left(open_board, cards):
    page, sent = open_board(), []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    card(page, "A").locator("a").first.focus()
    page.keyboard.press("Space")
    cards["B"].move_to(make.stage("Proposal"))
    db.session.commit()
    expect(order(page, "Qualified")).to_have_text(names("A", "C"), timeout=5000)

    page.keyboard.press("Space")
    page.wait_for_timeout(200)

    assert not sent


def test_a_board_in_another_tab_is_shown_anew_once_somebody_else_signed_in(app, open_board, alice, olivia):
    page = open_board()
    expect(page.locator("[data-opened-by]").first).to_have_attribute("data-opened-by", str(alice.id))

    page.context.add_cookies([session_cookie(app, olivia, page.url)])

    expect(page.locator("[data-opened-by]").first).to_have_attribute("data-opened-by", str(olivia.id), timeout=15_000)
