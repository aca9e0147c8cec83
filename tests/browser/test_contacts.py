"""Contacts by mouse and keyboard: facts changed in place, a record picked, a list that goes on by itself."""

import re

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser


@pytest.fixture
def address(alice):
    """Of a company. The test's own transaction is closed, or the application could not write."""
    found = f"/contacts/companies/{make.company(alice, 'Rheinwerk', industry='labs').id}"
    db.session.commit()
    return found


def test_a_fact_is_changed_by_keyboard_alone(page_of, alice, address):
    page = page_of(alice)
    page.goto(address)

    page.get_by_label("Change: Industry").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#industry")).to_be_focused()
    page.locator("#industry").fill("Pharma")
    page.keyboard.press("Enter")

    expect(page.locator("#company-head")).to_contain_text("Pharma")
    expect(page.locator("#timeline")).to_contain_text("changed Industry from labs to Pharma")
    expect(page.get_by_label("Change: Industry")).to_be_focused()


def test_escape_leaves_a_fact_as_it_was(page_of, alice, address):
    page = page_of(alice)
    page.goto(address)

    page.get_by_label("Change: Industry").click()
    page.locator("#industry").fill("something else")
    page.keyboard.press("Escape")

    expect(page.locator("#industry")).to_have_count(0)
    expect(page.locator("#facts")).to_contain_text("labs")
    expect(page.get_by_label("Change: Industry")).to_be_focused()


def test_a_wrong_fact_says_so_in_its_place_and_keeps_what_was_typed(page_of, alice, address):
    page = page_of(alice)
    page.goto(address)

    page.get_by_label("Change: Website").click()
    page.locator("#website").fill("javascript:alert(1)")
    page.keyboard.press("Enter")

    expect(page.locator("#facts .field__error")).to_contain_text("Enter a web address, such as https://example.com.")
    expect(page.locator("#website")).to_have_value("javascript:alert(1)")


def test_a_record_is_picked_with_the_arrows(page_of, alice, address):
    make.company(alice, "Nordfisk")
    make.company(alice, "Nordlys")
    page = page_of(alice)
    page.goto(f"{address}/facts/parent")

    page.locator("#parent").press_sequentially("nord")
    expect(page.locator("#parent-choices label")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#parent")).to_have_value("Nordfisk")
    page.keyboard.press("Enter")
    expect(page.locator("#parent")).to_be_focused()
    expect(page.locator("#parent-choices")).to_be_hidden()
    page.keyboard.press("Enter")

    expect(page.locator("#company-head")).to_contain_text("part of Nordfisk")


def test_a_deleted_company_comes_back_by_undo(page_of, alice, address):
    page = page_of(alice)
    page.goto(address)

    page.locator("[data-dialog=delete-company]").click()
    expect(page.locator("#delete-company")).to_contain_text("Rheinwerk will be moved to the bin")
    page.locator("#delete-company").get_by_role("button", name="Delete", exact=True).click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(page).to_have_url(re.compile(f"{address}$"))
    expect(page.locator("h1")).to_have_text("Rheinwerk")


def test_the_list_answers_while_one_types_and_goes_on_while_one_scrolls(page_of, alice):
    with make.at_once():
        for number in range(55):
            make.company(alice, f"Company {number:02}")
    page = page_of(alice)
    page.goto("/contacts/companies")

    page.locator(".more").scroll_into_view_if_needed()
    expect(page.locator("tbody th")).to_have_count(55)
    page.locator("#companies-search").press_sequentially("comp 07")

    expect(page.locator("tbody th")).to_have_count(1)
    expect(page.locator("#companies-count")).to_have_text("1 company")
    expect(page.locator("#companies-search")).to_be_focused()
    assert "q=comp" in page.url


def test_the_next_note_is_written_where_the_last_one_was(page_of, alice, address):
    page = page_of(alice)
    page.goto(address)

    page.locator(".composer textarea").fill("Called, asked for an offer")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("Called, asked for an offer")
    expect(page.locator(".composer button")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.locator(".composer .field__error")).to_be_visible()
    expect(page.locator(".composer textarea")).to_be_focused()
