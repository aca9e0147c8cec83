"""A form is sent once, however often it is pressed while it is on its way."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.carrying import card

pytestmark = pytest.mark.browser


def posts(page):
    """The forms that were sent so far, by address; what is asked while the list is open is added to it."""
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url.partition("?")[0]))
    return sent


def test_a_note_saved_by_a_double_click_is_one_note(page_of, alice):
    address = f"/pipeline/deals/{make.deal(alice).id}"
    page = page_of(alice)
    page.goto(address)
    sent = posts(page)
    page.locator(".composer textarea").fill("Called them")

    page.get_by_role("button", name="Save note").dblclick()

    page.locator(".entry__text", has_text="Called them").first.wait_for()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".entry__text", has_text="Called them")).to_have_count(1)
    assert len(sent) == 1


def test_a_deal_added_by_enter_twice_is_one_deal(board):
    sent = posts(board)
    board.locator("[data-add-opener]").first.click()
    board.locator("[data-add] input[name=title]").fill("Deal Twice")
    held = []
    board.route("**/stages/*/new", lambda route: held.append(route))

    with board.expect_request("**/stages/*/new"):
        board.evaluate("document.querySelector('[data-add]').requestSubmit()")
    board.evaluate("document.querySelector('[data-add]').requestSubmit()")
    board.wait_for_timeout(100)
    for route in held:
        route.continue_()

    expect(card(board, "Twice")).to_have_count(1)
    board.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_what_else_the_page_asks_for_does_not_open_a_form_that_is_on_its_way(board):
    sent = posts(board)
    board.locator("[data-add-opener]").first.click()
    board.locator("[data-add] input[name=title]").fill("Deal Slow")
    board.route("**/stages/*/new", lambda route: None)
    board.keyboard.press("Enter")
    expect(board.locator("[data-add]")).to_have_attribute("aria-busy", "true")

    board.wait_for_event("response", lambda response: "/board/news" in response.url)
    board.keyboard.press("Enter")

    expect(board.locator("[data-add]")).to_have_attribute("aria-busy", "true")
    assert len(sent) == 1


def test_a_form_that_was_refused_can_be_sent_again(board):
    sent = posts(board)
    board.locator("[data-add-opener]").first.click()
    board.route("**/stages/*/new", lambda route: route.fulfill(status=503, body=""))
    board.locator("[data-add] input[name=title]").fill("Deal Again")
    board.keyboard.press("Enter")
    expect(board.locator("[data-add]")).not_to_have_attribute("aria-busy", "true")
    board.unroute_all()

    board.keyboard.press("Enter")

    expect(card(board, "Again")).to_have_count(1)
    assert len(sent) == 2


def test_a_form_can_be_sent_again_after_its_reader_stopped_it(page_of, alice):
    page = page_of(alice)
    page.goto("/contacts/companies/new")
    page.locator("main input[name=name]").fill("Acme")
    held = []
    page.route("**/contacts/companies/new", lambda route: route.continue_() if held else held.append(route))

    # From within: while a page is being left, nothing can be asked of it.
    page.evaluate("""() => {
      const { form } = document.querySelector("main input[name=name]");
      setTimeout(() => form.requestSubmit(), 50);
      setTimeout(() => stop(), 600);
      setTimeout(() => form.requestSubmit(), 1200);
    }""")

    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    assert len(held) == 1


def test_a_form_can_be_sent_again_after_a_while_in_a_browser_that_tells_nothing_of_stopping(page_of, alice):
    page = page_of(alice)
    page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined })")
    page.clock.install()
    page.goto("/contacts/companies/new")
    page.locator("main input[name=name]").fill("Acme")
    form = page.locator("main form", has=page.locator("input[name=name]"))
    page.route("**/contacts/companies/new", lambda route: None)
    form.evaluate("form => { setTimeout(() => form.requestSubmit()); setTimeout(() => window.stop(), 100); }")
    page.clock.run_for(1000)
    page.clock.run_for(18_000)
    expect(form).to_have_attribute("aria-busy", "true")

    page.clock.run_for(2_000)

    expect(form).not_to_have_attribute("aria-busy", "true")
