"""What was typed outlives a change by others: it stays in its field, beside how it is now, and is saved if meant."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make
from tests.browser.carrying import card

pytestmark = pytest.mark.browser


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Deal A", at="Qualified", source="Fair")


@pytest.fixture
def change(deal):
    """Somebody else changes facts of the deal."""

    def change(**facts):
        deal.change(**facts)
        db.session.commit()

    return change


def opened(page_of, user, path):
    page = page_of(user)
    page.goto(path)
    return page


def test_a_fact_of_a_deal(page_of, alice, deal, change):
    page = opened(page_of, alice, f"/pipeline/deals/{deal.id}")
    page.get_by_role("link", name="Change: Source").click()
    field = page.get_by_role("textbox", name="Source")
    field.fill("Met in Hanover")
    change(code="X1")

    page.keyboard.press("Enter")
    expect(page.locator("[data-facts]")).to_contain_text("It now reads Fair. Save again to replace it.")
    expect(page.locator("#facts")).to_contain_text("X1")
    expect(field).to_have_value("Met in Hanover")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#facts")).to_contain_text("Met in Hanover")
    expect(page.locator("[data-facts]")).to_have_count(0)


def test_a_cell_of_a_list(page_of, alice, deal, change):
    page = opened(page_of, alice, "/pipeline/deals?columns=title,source")
    cell = page.locator("td[data-cell]", has_text="Fair")
    cell.dblclick()
    field = page.locator("[data-cell-form] [name=source]")
    field.fill("Met in Hanover")
    change(source="Web")

    page.keyboard.press("Enter")
    expect(page.locator("[data-cell-form]")).to_contain_text("It now reads Web.")
    expect(field).to_have_value("Met in Hanover")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("td[data-cell]", has_text="Met in Hanover")).to_have_count(1)
    expect(page.locator("[data-cell-form]")).to_have_count(0)


def test_the_title_of_a_card(page_of, alice, deal, change):
    page = opened(page_of, alice, "/pipeline/board")
    card(page, "A").locator("h3 a").dblclick()
    field = page.locator("[data-titling] [name=title]")
    field.fill("A better name")
    change(title="Deal A, newer")

    page.keyboard.press("Enter")
    expect(page.locator("[data-titling]")).to_contain_text("It now reads Deal A, newer.")
    field.blur()
    expect(field).to_have_value("A better name")
    field.press("Enter")

    expect(page.locator("h3", has_text="A better name")).to_have_count(1)
    expect(page.locator("[data-titling]")).to_have_count(0)
