"""Records that a field suggests while one types, chosen by mouse and by finger."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.carrying import let_go

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


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("width", [360, 1280])
def test_all_suggestions_in_a_cell_are_in_sight(page_of, alice, width, language):
    alice.language = language
    for number in range(6):
        make.company(alice, f"Acme {number}")
    for name in ("Ann", "Bea"):
        make.person(alice, name, company=make.company(alice, "Other"))
    page = page_of(alice, width=width)
    page.goto("/contacts/people")
    page.locator("td[data-cell][hx-get*=company]").last.dispatch_event("dblclick")
    page.locator("[data-cell-form] input[name=company]").fill("Acm")

    page.locator(".picker__choices--floating").wait_for()

    sheet = page.locator(".sheet").bounding_box()
    choices = page.locator(".picker__choices--floating").bounding_box()
    assert choices["y"] + choices["height"] <= sheet["y"] + sheet["height"]
    assert choices["x"] >= sheet["x"] and choices["x"] + choices["width"] <= sheet["x"] + sheet["width"]
    assert page.locator(".picker__choice").count() > 4


@pytest.mark.parametrize("then", ["leave", "choose"])
def test_suggestions_that_come_late_change_nothing(page_of, alice, then):
    make.company(alice, "Acme")
    page = page_of(alice)
    page.goto("/pipeline/deals/new")
    field = page.get_by_role("textbox", name="Company")
    late = []
    if then == "choose":
        field.press_sequentially("Ac")
        page.locator("#company-choices bdi", has_text="Acme").wait_for()
    page.route("**/*for=company*", lambda route: late.append(route))
    with page.expect_request("**/*for=company*"):
        field.press_sequentially("m" if then == "choose" else "Acm")

    page.keyboard.press("Tab") if then == "leave" else page.locator("#company-choices bdi").click()
    with page.expect_response("**/*for=company*"):
        let_go(page, late)
    page.wait_for_timeout(200)

    expect(page.locator("#company-choices")).to_be_hidden()
    assert page.locator("[name=company_id]:checked").count() == (then == "choose")


def test_suggestions_appear_in_the_cell_in_which_one_types(page_of, alice):
    make.company(alice, "Acme")
    for name in ("Ann", "Bea"):
        make.person(alice, name)
    page = page_of(alice)
    page.goto("/contacts/people")
    cells = page.locator("td[data-cell][hx-get*=company]")
    for number in (0, 1):
        cells.nth(number).dispatch_event("dblclick")
        cells.nth(number).locator("[data-cell-form]").wait_for()

    cells.nth(1).locator("input[name=company]").press_sequentially("Acm")

    expect(cells.nth(1).locator(".picker__choice")).to_be_visible()
