"""Picking rows of a list: one, a range, a page, all that match; doing something to them and taking it back."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from crm_app.contacts.models import Company
from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser

BOXES = "[data-selecting]"


@pytest.fixture
def companies(alice):
    """More than a page, of which half are labs."""
    with make.at_once():
        for number in range(60):
            make.company(alice, f"Company {number:02}", industry="labs" if number % 2 else "retail")
    db.session.commit()


def count_of(**facts):
    found = db.session.scalar(select(func.count()).select_from(Company).filter_by(**facts))
    db.session.commit()
    return found


def test_rows_of_two_pages_are_changed_together_and_put_back(page_of, alice, companies):
    page = page_of(alice)
    page.goto("/contacts/companies")
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()

    page.locator(BOXES).first.check()
    page.locator(BOXES).nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    page.locator("tr", has_text="Company 10").get_by_role("link").focus()
    page.keyboard.press("x")
    page.get_by_role("link", name="Show more").scroll_into_view_if_needed()
    expect(page.locator(BOXES)).to_have_count(60)
    page.locator(BOXES).last.check()
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Change…").click()
    page.get_by_role("button", name="Industry").click()
    dialog = page.get_by_role("dialog", name="Change Industry of 5 companies")
    dialog.get_by_label("Industry").fill("Optics")
    dialog.get_by_role("button", name="Change").click()

    expect(page.locator(".toast")).to_contain_text("Changed: 5 companies.")
    assert count_of(industry="Optics") == 5

    page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_contain_text("Restored: 5 companies.")
    assert count_of(industry="Optics") == 0


def test_all_that_match_are_picked_beyond_the_page(page_of, alice, charlie, companies):
    page = page_of(charlie)
    page.goto("/contacts/companies?sort=-name")
    page.get_by_role("checkbox", name="Select all on this page").first.check()
    match = page.get_by_role("checkbox", name="All that match: 60 companies")
    match.check()
    expect(page.locator("#bulk")).to_contain_text("60 companies selected")
    page.locator(BOXES).first.uncheck()
    expect(match).to_be_hidden()
    page.locator(BOXES).first.check()
    match.check()

    page.locator("#bulk").get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign 60 companies")
    dialog.get_by_label("Owner").select_option("Charlie Chen")
    dialog.get_by_role("button", name="Assign").click()

    expect(page.locator(".toast")).to_contain_text("Changed: 60 companies.")
    assert count_of(owner_id=charlie.id) == 60


def test_after_a_file_was_taken_along_the_bar_goes_on_working(page_of, alice, companies):
    page = page_of(alice)
    page.goto("/contacts/companies")
    page.locator(BOXES).first.check()
    for form in ("CSV", "XLSX"):
        page.locator("#bulk").get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.locator("#bulk-export").get_by_role("button", name=form).click()
        assert download.value.suggested_filename == f"companies.{form.lower()}"


def test_what_is_refused_stays_in_the_dialog(page_of, alice, companies):
    page = page_of(alice, width=360)
    page.goto("/contacts/companies")
    page.locator(BOXES).first.check()
    page.locator("#bulk").get_by_role("button", name="Tag").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Tag").click()

    expect(dialog).to_contain_text("Enter at least one tag to add or remove.")
    dialog.get_by_label("Tags to add").fill("vip")
    dialog.get_by_role("button", name="Tag").click()
    expect(page.locator(".toast")).to_contain_text("Changed: 1 company.")


def test_picked_users_go_to_another_team_and_back(page_of, olivia):
    make.team("South")
    for name in ("Rita", "Rolf"):
        make.user(name)
    db.session.commit()
    page = page_of(olivia)
    page.goto("/settings/people")

    for name in ("Rita", "Rolf"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.locator("#bulk").get_by_role("button", name="Change…").click()
    page.get_by_role("button", name="Team", exact=True).click()
    dialog = page.get_by_role("dialog", name="Change Team of 2 users")
    dialog.get_by_label("Team").select_option("South")
    dialog.get_by_role("button", name="Change").click()

    expect(page.locator(".toast")).to_contain_text("Changed: 2 users.")
    expect(page.locator("tr", has_text="Rita")).to_contain_text("South")

    page.locator(".toast").get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_contain_text("Restored: 2 users.")
    expect(page.locator("tr", has_text="Rita")).not_to_contain_text("South")
