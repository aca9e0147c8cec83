"""Facts changed in the cells of a list, by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make
from tests.browser.carrying import let_go

pytestmark = pytest.mark.browser


@pytest.fixture
def companies(alice):
    made = [make.company(alice, name, industry="labs", country="DE", size=5) for name in ("Alpha", "Beta")]
    db.session.commit()
    return made


def cell(page, row, column):
    return page.locator("tbody tr").nth(row).locator("td[data-cell]").nth(column)


def test_a_cell_is_changed_by_a_double_click_and_enter(page_of, alice, companies):
    page = page_of(alice)
    page.goto("/contacts/companies")

    cell(page, 0, 0).dblclick()
    page.locator("[data-cell-form] input[name=industry]").fill("retail")
    expect(cell(page, 0, 0).locator(":scope > :not(form)")).to_be_hidden()
    page.keyboard.press("Enter")

    page.locator("td[data-cell]:not(:has(form))", has_text="retail").wait_for()
    db.session.expire_all()
    assert companies[0].industry == "retail"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_keyboard_goes_from_cell_to_cell_and_escape_leaves_it_as_it_was(page_of, alice, companies, language):
    alice.language = language
    db.session.commit()
    page = page_of(alice)
    page.goto("/contacts/companies")

    cell(page, 0, 0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft" if language == "fa" else "ArrowRight")
    page.keyboard.press("ArrowLeft" if language == "fa" else "ArrowRight")
    page.keyboard.press("Enter")
    field = page.locator("[data-cell-form] input[name=size]")
    field.fill("77")
    page.keyboard.press("Escape")

    assert page.locator("[data-cell-form]").count() == 0
    assert cell(page, 1, 2).evaluate("cell => cell === document.activeElement")
    page.keyboard.press("F2")
    field.fill("88")
    page.keyboard.press("Enter")
    page.wait_for_function("() => !document.querySelector('[data-cell-form]')")
    assert cell(page, 1, 2).evaluate("cell => cell === document.activeElement")
    db.session.expire_all()
    assert [company.size for company in companies] == [5, 88]


@pytest.fixture
def refused(page_of, alice, companies):
    """The list of companies, the size of the first of which was refused."""
    page = page_of(alice)
    page.goto("/contacts/companies")
    cell(page, 0, 2).dblclick()
    page.locator("[data-cell-form] input[name=size]").fill("many")
    page.keyboard.press("Enter")
    page.get_by_text("Enter a number").wait_for()
    return page


def test_a_refusal_stands_in_the_cell_with_what_was_typed(refused):
    assert refused.locator("[data-cell-form] input[name=size]").input_value() == "many"


@pytest.mark.parametrize("leave", ["Escape", "Cancel"])
def test_a_cell_that_was_refused_shows_its_value_again_when_it_is_left(refused, leave):
    refused.keyboard.press("Escape") if leave == "Escape" else refused.get_by_role("link", name="Cancel").click()

    expect(cell(refused, 0, 2)).to_have_text("5")


def test_a_cell_of_a_chosen_column_keeps_its_label_on_a_phone_after_it_was_changed(page_of, alice, companies):
    page = page_of(alice, width=360)
    page.goto("/contacts/companies?columns=name,size")
    cell(page, 0, 0).dispatch_event("dblclick")
    page.locator("[data-cell-form] input[name=size]").fill("77")

    page.keyboard.press("Enter")

    page.locator("td[data-cell]:not(:has(form))", has_text="77").wait_for()
    expect(cell(page, 0, 0)).to_have_text("Employees 77")


def test_a_cell_is_asked_for_its_form_once_however_often_enter_is_pressed(page_of, alice, companies):
    page = page_of(alice)
    page.goto("/contacts/companies")
    late = []
    page.route("**/lists/**", lambda route: late.append(route))
    cell(page, 0, 0).focus()

    for key in ("Enter", "F2", "Enter"):
        page.keyboard.press(key)
    let_go(page, late)
    page.locator("[data-cell-form]").first.wait_for()
    page.wait_for_timeout(200)

    assert len(late) == 1
    assert page.locator("[data-cell-form]").count() == 1


def test_another_cell_closes_what_was_left_as_it_was(page_of, alice, companies):
    page = page_of(alice)
    page.goto("/contacts/companies")
    cell(page, 0, 2).dblclick()
    page.locator("[data-cell-form] input[name=size]").wait_for()

    cell(page, 1, 2).dblclick()

    expect(cell(page, 1, 2).locator("[data-cell-form]")).to_have_count(1)
    expect(page.locator("[data-cell-form]")).to_have_count(1)


@pytest.mark.parametrize("column", [0, 2])
def test_another_cell_keeps_what_was_typed_before_it_opens(page_of, alice, companies, column):
    page = page_of(alice)
    page.goto("/contacts/companies")
    cell(page, 0, 2).dblclick()
    page.locator("[data-cell-form] input[name=size]").fill("77")

    cell(page, 0 if column == 0 else 1, column).dblclick()
    field = page.locator("[data-cell-form] input:not([type=hidden])")
    expect(field).not_to_have_value("77")
    field.fill("88")
    page.keyboard.press("Enter")

    expect(page.locator("[data-cell-form]")).to_have_count(0)
    db.session.expire_all()
    alpha, beta = companies
    assert (alpha.size, alpha.industry, beta.size) == ((77, "88", 5) if column == 0 else (77, "labs", 88))


def test_another_cell_does_not_open_while_one_is_refused(refused):
    cell(refused, 1, 2).dblclick()

    expect(refused.locator("[data-cell-form] input[name=size]")).to_have_value("many")
    expect(refused.locator("[data-cell-form] input[name=size]")).to_be_focused()
