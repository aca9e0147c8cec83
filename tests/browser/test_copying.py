"""A link copied by its button."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db

pytestmark = pytest.mark.browser


def test_a_button_that_copies_says_so_for_a_moment_however_often_it_is_pressed(page_of, olivia, alice):
    page, address = page_of(olivia), f"/settings/people/{alice.id}"
    db.session.commit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.clock.install()
    page.goto(address)
    page.locator("form[action$='/password-link'] button").click()
    button = page.locator("[data-copy]")
    usual = button.get_attribute("aria-label")

    button.click()
    expect(button).to_have_attribute("aria-label", "Copied")
    page.clock.run_for(2000)
    button.click()
    page.clock.run_for(2000)
    expect(button).to_have_attribute("aria-label", "Copied")
    page.clock.run_for(2000)

    expect(button).to_have_attribute("aria-label", usual)
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#link").input_value()
