"""What the palette remembers of its reader, and the commands it gives."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests.browser import jumping
from tests.browser.jumping import names, opened, typed

pytestmark = pytest.mark.browser


@pytest.fixture
def records(alice):
    return jumping.records(alice)


@pytest.fixture
def page(page_of, alice, records):
    return jumping.front_page(page_of(alice))


def test_what_was_opened_last_stands_first_without_the_page_itself(page, records):
    for name in ("Anna Alt", "Halbach Optik", "Big refit"):
        page.goto(records[name])

    opened(page)

    assert names(page)[:2] == ["Halbach Optik", "Anna Alt"]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{records['Halbach Optik']}")
    opened(page)
    assert names(page)[:2] == ["Big refit", "Anna Alt"]


def test_a_deal_opened_beside_the_board_counts_as_opened(page, records):
    page.goto("/pipeline/board")
    page.locator("h3 a", has_text="Big refit").click()
    page.locator("#beside h2", has_text="Big refit").wait_for()
    page.goto("/")

    opened(page)

    assert names(page)[0] == "Big refit"


def test_what_was_opened_is_forgotten_at_signing_out(page, records):
    page.goto(records["Anna Alt"])
    assert page.evaluate("localStorage.opened").split()[1].startswith("people:")

    opened(page)
    typed(page, "sign out", "Sign out")
    page.keyboard.press("Enter")

    page.wait_for_url("**/accounts/sign-in")
    assert page.evaluate("localStorage.opened") is None


def test_what_somebody_else_opened_in_this_browser_is_not_asked_for(page, records, bob):
    page.evaluate(f"localStorage.opened = '{bob.id} companies:1 companies:2'")
    db.session.commit()

    opened(page)

    assert page.locator("#palette-opened").input_value() == ""


def test_a_command_is_done_and_leads_back_to_the_page(page):
    page.goto("/contacts/companies")
    opened(page)
    typed(page, "dark", "Dark")
    page.keyboard.press("Enter")

    page.wait_for_selector("html[data-theme=dark]")
    assert page.url.endswith("/contacts/companies")


def test_the_list_of_shortcuts_opens_in_its_place(page):
    page.locator("main a").first.focus()
    opened(page)
    typed(page, "keyboard", "Keyboard shortcuts")

    page.keyboard.press("Enter")

    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()
