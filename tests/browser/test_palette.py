"""The palette over a page: opened by keys, by the box and by typing into it; arrows, Enter, Escape, what was opened."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make
from tests.browser.test_every_page import _faults

pytestmark = pytest.mark.browser


@pytest.fixture
def records(alice):
    """Three companies, a person and a deal: their addresses by name."""
    companies = {name: make.company(alice, name) for name in ("Halbach Optik", "Halden Werke", "北京光学")}
    addresses = {name: f"/contacts/companies/{company.id}" for name, company in companies.items()}
    addresses["نرم‌افزار پیوند"] = f"/contacts/companies/{make.company(alice, 'نرم‌افزار پیوند').id}"
    addresses["Anna Alt"] = f"/contacts/people/{make.person(alice, 'Anna Alt', phone='0912 345 6789').id}"
    addresses["Big refit"] = f"/pipeline/deals/{make.deal(alice, 'Big refit').id}"
    db.session.commit()
    return addresses


@pytest.fixture
def page(page_of, alice, records):
    page = page_of(alice)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    return page


def opened(page, key="Control+k"):
    page.keyboard.press(key)
    page.locator("#palette [role=option]").first.wait_for()
    return page.locator("#palette")


def chosen(page):
    return page.locator("#palette [aria-selected=true]")


def names(page):
    return page.locator("#palette [role=option] .palette__name").all_inner_texts()


def typed(page, text, first):
    page.keyboard.type(text)
    expect(chosen(page)).to_contain_text(first)


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
    expect(page.locator("#palette-count")).to_contain_text("Nothing is called")
    expect(page.locator("#palette-text")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_visible()


def test_what_was_opened_last_stands_first_without_the_page_itself(page, records):
    for name in ("Anna Alt", "Halbach Optik", "Big refit"):
        page.goto(records[name])

    opened(page)

    assert names(page)[:2] == ["Halbach Optik", "Anna Alt"]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{records['Halbach Optik']}")
    opened(page)
    assert names(page)[:2] == ["Big refit", "Anna Alt"]


def test_a_deal_opened_beside_the_board_counts_as_opened(page, records):
    page.goto("/pipeline/board")
    page.locator("h3 a", has_text="Big refit").click()
    page.locator("#beside h2", has_text="Big refit").wait_for()
    page.goto("/")

    opened(page)

    assert names(page)[0] == "Big refit"


def test_what_was_opened_is_forgotten_at_signing_out(page, records):
    page.goto(records["Anna Alt"])
    assert page.evaluate("localStorage.opened").split()[1].startswith("people:")

    opened(page)
    typed(page, "sign out", "Sign out")
    page.keyboard.press("Enter")

    page.wait_for_url("**/accounts/sign-in")
    assert page.evaluate("localStorage.opened") is None


def test_what_somebody_else_opened_in_this_browser_is_not_asked_for(page, records, bob):
    page.evaluate(f"localStorage.opened = '{bob.id} companies:1 companies:2'")
    db.session.commit()

    opened(page)

    assert page.locator("#palette-opened").input_value() == ""


def test_a_command_is_done_and_leads_back_to_the_page(page):
    page.goto("/contacts/companies")
    opened(page)
    typed(page, "dark", "Dark")
    page.keyboard.press("Enter")

    page.wait_for_selector("html[data-theme=dark]")
    assert page.url.endswith("/contacts/companies")


def test_the_list_of_shortcuts_opens_in_its_place(page):
    page.locator("main a").first.focus()
    opened(page)
    typed(page, "keyboard", "Keyboard shortcuts")

    page.keyboard.press("Enter")

    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()


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
    from tests.browser.conftest import _session_cookie

    context = _chromium.new_context(base_url=live, java_script_enabled=False)
    context.add_cookies([_session_cookie(app, alice, live)])
    db.session.commit()
    page = context.new_page()
    page.goto("/")
    page.locator("#search-everything").fill("halb")
    page.keyboard.press("Enter")

    expect(page.locator("#results")).to_contain_text("Halbach Optik")
    context.close()


@pytest.mark.look
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
    faults = _faults(page, width)
    typed(page, "hal", "Halbach Optik")
    faults += _faults(page, width)
    page.locator("#palette-text").fill("nowhere at all")
    page.locator("#palette-options").wait_for(state="hidden")
    faults += _faults(page, width)

    assert not faults, "\n".join(faults)
