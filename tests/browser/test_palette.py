"""The palette over a page: opened by keys, by the box and by typing into it; arrows, Enter, Escape, and its look."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests.browser import jumping
from tests.browser.jumping import chosen, opened, typed
from tests.browser.looking import faults_of

pytestmark = pytest.mark.browser


@pytest.fixture
def records(alice):
    return jumping.records(alice)


@pytest.fixture
def page(page_of, alice, records):
    return jumping.front_page(page_of(alice))


@pytest.mark.parametrize("key", ["Control+k", "/", "Control+K"])
def test_a_key_opens_it_and_escape_gives_the_focus_back(page, key):
    page.locator("main a").first.focus()
    before = page.evaluate("document.activeElement.href")

    palette = opened(page, key)
    expect(page.locator("#palette-text")).to_be_focused()
    expect(page.locator("#palette-text")).to_have_value("")
    page.keyboard.press("Escape")

    expect(palette).to_be_hidden()
    assert page.evaluate("document.activeElement.href") == before


def test_the_key_of_a_keyboard_that_writes_persian_opens_it_too(page):
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'ن', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true}))"
    )

    expect(page.locator("#palette")).to_be_visible()


def test_a_click_on_the_box_opens_it(page):
    page.locator("#search-everything").click()

    expect(page.locator("#palette-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search-everything")).to_be_focused()


def test_what_is_typed_into_the_box_goes_on_in_the_palette(page):
    page.locator("#search-everything").focus()
    expect(page.locator("#palette")).to_be_hidden()

    page.keyboard.type("halb")

    expect(page.locator("#palette-text")).to_have_value("halb")
    expect(chosen(page)).to_contain_text("Halbach Optik")
    page.keyboard.press("Escape")
    expect(page.locator("#search-everything")).to_have_value("")


def test_typing_finds_arrows_choose_and_enter_opens(page, records):
    opened(page)
    typed(page, "hal", "Halbach Optik")

    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("Halden Werke")
    text = page.locator("#palette-text")
    assert text.get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    expect(text).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("All results for")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{records['Halbach Optik']}")


def test_enter_pressed_before_the_answer_opens_what_the_answer_is(page, records):
    opened(page)

    page.keyboard.type("big refit")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{records['Big refit']}")


def test_ctrl_enter_opens_it_in_a_new_tab_and_leaves_the_palette(page, records):
    opened(page)
    typed(page, "big", "Big refit")

    with page.context.expect_page() as other:
        page.keyboard.press("Control+Enter")

    other.value.wait_for_url(f"**{records['Big refit']}")
    expect(page.locator("#palette")).to_be_visible()


def test_a_click_opens_an_option_and_a_press_beside_it_closes_the_palette(page, records):
    opened(page)
    page.mouse.click(20, 700)
    expect(page.locator("#palette")).to_be_hidden()

    opened(page)
    typed(page, "6789", "Anna Alt")
    page.locator("#palette [role=option]", has_text="Anna Alt").click()

    page.wait_for_url(f"**{records['Anna Alt']}")


def test_how_many_were_found_is_told(page):
    opened(page)
    typed(page, "halb", "Halbach Optik")

    expect(page.locator("#palette-count")).to_have_text("1 result")

    page.locator("#palette-text").fill("nowhere at all")
    expect(page.locator("#palette-count")).to_contain_text("No results for")
    expect(page.locator("#palette-text")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()


def test_a_server_that_does_not_answer_is_told_and_asked_again_with_the_next_letter(page):
    opened(page)
    page.route("**/search/palette*", lambda route: route.fulfill(status=503))

    page.keyboard.type("hal")
    expect(page.locator("#palette-count")).to_contain_text("could not be reached")
    expect(page.locator("#palette-options")).to_be_hidden()
    page.unroute("**/search/palette*")

    typed(page, "b", "Halbach Optik")


def test_the_question_mark_of_a_persian_keyboard_shows_the_shortcuts(page):
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '؟', bubbles: true }))")

    expect(page.locator("#shortcuts")).to_be_visible()


def test_no_other_dialog_is_covered(page):
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.press("/")

    expect(page.locator("#palette")).to_be_hidden()


def test_in_persian_it_runs_from_right_to_left_and_finds_every_script(page_of, alice, records):
    alice.language = "fa"
    db.session.commit()
    page = page_of(alice)
    page.goto("/")

    palette = opened(page)
    typed(page, "نرمافزار", "نرم‌افزار پیوند")
    icon, name = (
        palette.locator(f"[aria-selected=true] {part}").bounding_box() for part in (".icon", ".palette__name")
    )
    assert icon["x"] > name["x"] + name["width"]
    page.locator("#palette-text").fill("光学")
    expect(chosen(page)).to_contain_text("北京光学")
    page.locator("#palette-text").fill("forecast")
    expect(chosen(page)).to_contain_text("پیش‌بینی فروش")
    page.keyboard.press("Enter")

    page.wait_for_url("**/pipeline/forecast")


def test_on_a_phone_it_fills_the_screen_and_can_be_left(page_of, alice, records):
    page = page_of(alice, width=360, touch=True)
    page.goto("/")

    page.locator("#search-everything").tap()
    page.locator("#palette [role=option]").first.wait_for()
    box = page.locator("#palette").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 800)
    page.locator("#palette [data-dialog-close]").tap()

    expect(page.locator("#palette")).to_be_hidden()


def test_without_a_script_the_box_is_a_plain_form(_chromium, live, app, alice, records):
    from tests.browser.conftest import session_cookie

    context = _chromium.new_context(base_url=live, java_script_enabled=False)
    context.add_cookies([session_cookie(app, alice, live)])
    db.session.commit()
    page = context.new_page()
    page.goto("/")
    page.locator("#search-everything").fill("halb")
    page.keyboard.press("Enter")

    expect(page.locator("#results")).to_contain_text("Halbach Optik")
    context.close()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1280), ("fa", "dark", 1280), ("zh", "dark", 768), ("fa", "light", 360), ("en", "dark", 360)],
)
def test_it_is_accessible_and_fits(page_of, alice, records, language, theme, width):
    alice.language = language
    db.session.commit()
    page = page_of(alice, width=width, theme=theme)
    page.goto(records["Anna Alt"])
    page.goto("/")
    opened(page)
    faults = faults_of(page, width)
    typed(page, "hal", "Halbach Optik")
    faults += faults_of(page, width)
    page.locator("#palette-text").fill("nowhere at all")
    page.locator("#palette-options").wait_for(state="hidden")
    faults += faults_of(page, width)

    assert not faults, "\n".join(faults)
