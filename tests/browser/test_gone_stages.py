"""A stage that goes while its board is open: the board says so by itself, and whoever was faster than it reads why."""

import pytest
from playwright.sync_api import expect

from crm_app.activity.recording import acting_as
from crm_app.extensions import db
from crm_app.pipeline import merging, retiring
from tests import make
from tests.browser.carrying import card, drag, ready, settled, shown, stored
from tests.browser.test_beside import opened
from tests.browser.test_board_news import names, number_of, order

pytestmark = pytest.mark.browser


@pytest.fixture(params=[retiring.retire, merging.merge])
def go(request, olivia):
    """`go()`: Proposal goes, and its deals with it to Qualified; gives back the id that it had."""

    def gone():
        stage, home = make.stage("Proposal"), make.stage("Qualified")
        number = stage.id
        with acting_as(olivia):
            request.param(stage, home)
        db.session.commit()
        return number

    return gone


def test_an_open_board_loses_the_column_and_its_cards_stand_in_the_other(page_of, alice, cards, go):
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    gone = go()

    expect(page.locator(f"#stage-{gone}")).to_have_count(0, timeout=6000)
    expect(order(page, "Qualified")).to_have_text(names("A", "B", "C", "X", "Y", "Z"))
    assert page.locator(f'[data-card-menu-stage="{gone}"]').count() == 0


def test_half_a_title_is_not_taken_from_under_somebodys_hands(page_of, alice, cards, go):
    page, stage = page_of(alice), number_of("Proposal")
    page.goto("/pipeline/board")
    ready(page)
    page.locator(f"#stage-{stage}-head .column__add").click()
    page.locator(".adding [name=title]").fill("Half a title")
    go()
    page.locator("[data-board-outdated=at-once]").wait_for(state="attached", timeout=6000)
    page.keyboard.press("Enter")

    page.locator(".toast", has_text="no longer exists: it was deleted or merged into another").wait_for()
    expect(page.locator(".adding [name=title]")).to_have_value("Half a title")
    page.keyboard.press("Escape")
    expect(page.locator(f"#stage-{stage}")).to_have_count(0, timeout=6000)


def begun_note(page):
    opened(page)
    return page.locator("#beside .composer textarea")


def begun_fact(page):
    opened(page).get_by_role("link", name="Change: Source").click()
    return page.locator("[data-facts] [name=source]")


def begun_title(page):
    card(page, "A").locator("h3 a").dblclick()
    return page.locator("[data-titling] [name=title]")


@pytest.mark.parametrize("begun", [begun_note, begun_fact, begun_title])
def test_nor_is_half_a_note_a_fact_or_a_cards_title(page_of, alice, olivia, cards, begun):
    page = page_of(alice)
    page.goto("/pipeline/board")
    ready(page)
    field = begun(page)
    field.fill("Half a")
    with acting_as(olivia):
        retiring.retire(make.stage("Proposal"), make.stage("Qualified"))
    db.session.commit()

    page.locator("[data-board-outdated=at-once]").wait_for(state="attached", timeout=6000)
    page.wait_for_timeout(500)

    expect(field).to_have_value("Half a")


def test_a_card_carried_into_it_comes_back_and_the_column_leaves(board, go):
    gone = go()
    drag(board, "A", board.locator(f"#stage-{gone}-cards"))

    board.locator(".toast", has_text="no longer exists: it was deleted or merged into another").wait_for()
    settled(board)
    expect(board.locator(f"#stage-{gone}")).to_have_count(0)
    assert stored("Qualified") == ["A", "B", "C", "X", "Y", "Z"]
    assert shown(board, "Qualified")[:3] == ["A", "B", "C"]
    expect(card(board, "A")).to_have_count(1)


def test_a_card_carried_out_of_it_is_shown_where_it_stands_now(board, go):
    gone = go()
    drag(board, "X", board.locator(f"#stage-{number_of('Negotiation')}-cards"))

    board.locator(".toast", has_text="Someone moved this deal a moment ago").wait_for()
    settled(board)
    expect(board.locator(f"#stage-{gone}")).to_have_count(0)
    assert shown(board, "Qualified") == stored("Qualified") == ["A", "B", "C", "X", "Y", "Z"]


def test_the_owner_deletes_a_stage_with_its_deals(page_of, olivia, cards):
    page, pipeline = page_of(olivia), make.pipeline().id
    db.session.commit()
    page.goto(f"/settings/pipelines/{pipeline}")
    page.get_by_role("link", name="Delete Proposal").click()
    page.get_by_label("Move its deals to").select_option(label="Negotiation")
    page.get_by_label("Count it for the other stage").check()
    page.get_by_role("button", name="Delete the stage").click()

    page.locator(".toast", has_text="The stage Proposal was merged into Negotiation.").wait_for()
    expect(page.get_by_role("link", name="Proposal")).to_have_count(0)
    assert stored("Negotiation") == ["X", "Y", "Z"]
