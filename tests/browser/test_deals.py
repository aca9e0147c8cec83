"""What only a browser shows of deals: facts changed in place, rows that follow while scrolling, panels that load."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser


def test_a_fact_is_changed_in_place_and_the_page_tells_it(page_of, alice):
    deal = make.deal(alice, "One line", value=700_00)
    address = f"/pipeline/deals/{deal.id}"
    page = page_of(alice)
    page.goto(address)

    page.get_by_role("link", name="Change: Title").click()
    page.get_by_role("textbox", name="Title").fill("Two lines")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Two lines").wait_for()
    page.get_by_text("changed Title from One line to Two lines").wait_for()
    db.session.expire_all()
    assert deal.title == "Two lines"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Change: Title"


def test_escape_leaves_a_fact_as_it_was(page_of, alice):
    deal = make.deal(alice, "One line")
    address = f"/pipeline/deals/{deal.id}"
    page = page_of(alice)
    page.goto(address)

    page.get_by_role("link", name="Change: Title").click()
    page.get_by_role("textbox", name="Title").fill("Never mind")
    page.keyboard.press("Escape")

    page.get_by_role("textbox", name="Title").wait_for(state="detached")
    assert page.get_by_text("Never mind").count() == 0


@pytest.mark.parametrize("kind", ["deal", "deal beside the board", "product"])
def test_leaving_a_fact_as_it_was_leaves_the_focus_at_it(page_of, olivia, kind):
    shown = make.product(olivia, code="A1") if kind == "product" else make.deal(olivia, code="A1")
    addresses = {"product": f"/catalog/{shown.id}", "deal": f"/pipeline/deals/{shown.id}"}
    page = page_of(olivia)
    page.goto(addresses.get(kind, f"/pipeline/board?deal={shown.id}"))

    page.get_by_label("Change: Code").press("Enter")
    page.locator("#code").fill("Never mind")
    page.keyboard.press("Escape")

    expect(page.locator("#code")).to_have_count(0)
    expect(page.get_by_label("Change: Code")).to_be_focused()


def test_a_refused_fact_says_why_where_it_was_typed(page_of, alice):
    deal = make.deal(alice, value=700_00)
    address = f"/pipeline/deals/{deal.id}"
    page = page_of(alice)
    page.goto(address)

    page.get_by_role("link", name="Change: Value").click()
    page.get_by_role("textbox", name="Value").fill("-5")
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("An amount cannot be negative.").wait_for()
    assert page.get_by_role("textbox", name="Value").input_value() == "-5"


def test_further_deals_follow_while_one_scrolls(page_of, alice):
    with make.at_once():
        for number in range(70):
            make.deal(alice, f"Deal {number:02d}")
    page = page_of(alice)
    page.goto("/pipeline/deals?sort=title")

    page.get_by_role("link", name="Show more").scroll_into_view_if_needed()

    page.get_by_role("link", name="Deal 69").wait_for()


def test_a_product_shows_its_deals_beside_it(page_of, alice):
    product = make.product(name="GTX Pro")
    make.deal(alice, "New line", product=product)
    address = f"/catalog/{product.id}"
    page = page_of(alice)

    page.goto(address)

    page.get_by_role("link", name="New line").wait_for()


def test_a_deleted_deal_is_brought_back_from_the_toast(page_of, alice):
    deal = make.deal(alice, "New line")
    address = f"/pipeline/deals/{deal.id}"
    page = page_of(alice)
    page.goto(address)

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()

    page.get_by_text("New line was restored.").wait_for()
    db.session.expire_all()
    assert deal.deleted_at is None


@pytest.mark.parametrize(("address", "words"), [("/pipeline/deals", "deal"), ("/catalog/", "product")])
def test_a_list_narrows_while_one_types(page_of, alice, address, words):
    for name in ("Second line", "Spare parts"):
        make.deal(alice, name)
        make.product(name=name)
    page = page_of(alice)
    page.goto(address)

    page.get_by_role("searchbox", name="Search in this list").fill("spare")

    page.get_by_text(f"1 {words}", exact=True).wait_for()
    assert page.get_by_role("link", name="Second line").count() == 0
    assert "q=spare" in page.url
    assert "q=spare" in page.locator("a[href*='/export.csv']").first.get_attribute("href")


def test_a_refused_form_puts_the_cursor_into_the_first_wrong_field_with_its_label_in_sight(page_of, alice):
    page = page_of(alice, width=360, height=480)
    page.goto("/pipeline/deals/new")
    expect(page.locator("#title")).to_be_focused()

    page.locator("#title").fill("X")
    page.locator("#value").fill("twelve")
    page.get_by_role("button", name="Add the deal").click()

    expect(page.locator("#value")).to_be_focused()
    label, bar = page.locator("label[for=value]").bounding_box(), page.locator(".topbar").bounding_box()
    assert label["y"] >= bar["y"] + bar["height"]


@pytest.mark.parametrize(("language", "empty"), [("fa", "rtl"), ("en", "ltr")])
def test_an_empty_field_begins_where_the_page_does_and_then_follows_what_is_written(page_of, alice, language, empty):
    alice.language = language
    make.pipeline()
    page = page_of(alice)
    page.goto("/pipeline/deals/new")

    def direction():
        return page.locator("#company").evaluate("field => getComputedStyle(field).direction")

    found = [direction()]
    for text in ("Kessler", "کاسپین", ""):
        page.locator("#company").fill(text)
        found.append(direction())

    assert found == [empty, "ltr", "rtl", empty]
