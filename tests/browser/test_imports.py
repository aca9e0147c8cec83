"""A file to import, chosen by mouse, by keyboard or dropped on the page."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.both]


@pytest.fixture
def products(tmp_path):
    path = tmp_path / "products 2026.csv"
    path.write_text("product,sales_price\nGTX Pro,4821\n", encoding="utf-8")
    return path


def test_the_page_says_which_file_was_chosen_and_sends_it(page_of, alice, products):
    page = page_of(alice)
    page.goto("/exchange/new/products")
    expect(page.locator("[data-drop-file-name]")).to_be_hidden()

    with page.expect_file_chooser() as chooser:
        page.locator(".drop-file__choose").get_by_text("Choose a file").click(force=True)
    chooser.value.set_files(products)
    expect(page.locator("[data-drop-file-name]")).to_have_text("products 2026.csv")
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_text("Match the columns of")).to_contain_text("products 2026.csv")


def test_a_file_dropped_anywhere_on_the_place_for_it_is_taken(page_of, alice, products):
    page = page_of(alice)
    page.goto("/exchange/new/products")

    box = page.locator("[data-drop-file]").bounding_box()
    devtools = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(products)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": box["x"] + 9, "y": box["y"] + 9, "data": dragged})
        if kind == "dragOver":
            expect(page.locator("[data-drop-file-over]")).to_have_count(1)
    expect(page.locator("[data-drop-file-name]")).to_have_text("products 2026.csv")
    expect(page.locator("[data-drop-file-over]")).to_have_count(0)
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_text("Match the columns of")).to_contain_text("products 2026.csv")


def test_whoever_comes_by_keyboard_sees_where_they_are_and_a_missing_file_is_told(page_of, alice):
    page = page_of(alice)
    page.goto("/exchange/new/products")

    page.get_by_role("link", name="Import").last.focus()
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    expect(page.locator("[data-drop-file]")).to_have_css("outline-style", "solid")
    page.get_by_role("button", name="Read the file").click()

    expect(page.locator("#file-error")).to_be_visible()
    error, place = page.locator("#file-error").bounding_box(), page.locator("[data-drop-file]").bounding_box()
    assert error["y"] >= place["y"] + place["height"]


def test_without_script_the_field_of_the_browser_shows(_chromium, live, page_of, alice):
    page = page_of(alice)
    cookies = page.context.cookies()
    context = _chromium.new_context(base_url=live, java_script_enabled=False)
    context.add_cookies(cookies)
    plain = context.new_page()
    plain.goto("/exchange/new/products")

    expect(plain.locator("#file")).to_have_css("opacity", "1")
    expect(plain.locator(".drop-file__choose")).to_be_hidden()
    context.close()
