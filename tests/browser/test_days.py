"""The little calendar beside a date field: which day it takes for today."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("place", "hour"), [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", 8)])
def test_today_is_the_day_it_is_where_the_organisation_is(page_of, alice, place, hour):
    """A browser elsewhere may be a day ahead or behind: such a deal would be overdue as soon as it is saved."""
    page = page_of(alice)
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": place})
    page.clock.set_fixed_time(datetime(2026, 6, 10, hour, tzinfo=UTC))
    page.goto("/pipeline/deals/new")

    field = page.get_by_role("textbox", name="Expected close")
    page.get_by_role("button", name="Choose the day: Expected close").click()
    marked = page.locator(".jdate [aria-current=date]").get_attribute("aria-label")
    page.get_by_role("button", name="Today", exact=True).click()

    assert field.input_value() == "2026-06-10"
    assert marked == "Wednesday, June 10, 2026"


@pytest.mark.parametrize(("digits", "year"), [("persian", r"^۱۴"), ("latin", r"^14")])
def test_a_day_is_written_in_the_digits_of_the_reader(page_of, alice, digits, year):
    alice.language, alice.digits, alice.calendar = "fa", digits, "jalali"
    page = page_of(alice)
    page.goto("/pipeline/deals/new")

    page.locator("[data-jdate-button]").first.click()
    page.locator(".jdate [data-today]").click()

    expect(page.locator("[data-jdate]").first).to_have_value(re.compile(year))
