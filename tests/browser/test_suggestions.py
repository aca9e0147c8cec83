"""Records that a field suggests while one types, chosen by mouse and by finger."""

import pytest
from playwright.sync_api import expect

from tests import make

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("touch", [False, True])
def test_a_suggestion_is_chosen_by_its_name(page_of, alice, touch):
    acme = make.company(alice, "Acme")
    page = page_of(alice, touch=touch)
    page.goto("/pipeline/deals/new")
    field = page.get_by_role("textbox", name="Company")
    field.press_sequentially("Acm")
    name = page.locator("#company-choices bdi", has_text="Acme")

    name.tap() if touch else name.click()

    expect(field).to_have_value("Acme")
    expect(field).to_be_focused()
    expect(page.locator("#company-choices")).to_be_hidden()
    assert page.locator("[name=company_id]:checked").get_attribute("value") == str(acme.id)


def test_a_suggestion_in_a_cell_is_chosen_by_its_name(page_of, alice):
    make.company(alice, "Acme")
    make.person(alice, "Ann")
    page = page_of(alice)
    page.goto("/contacts/people")
    page.locator("td[data-cell][hx-get*=company]").dblclick()
    page.locator("[data-cell-form] input[name=company]").press_sequentially("Acm")

    page.locator("[data-cell-form] .picker__choices--floating bdi").click()

    expect(page.locator("[data-cell-form] input[name=company]")).to_have_value("Acme")
