"""Pages and commands in the palette, each for those who may go there or do it."""

import pytest

from tests import make
from tests.search.offering import addresses, names, palette, titles


def test_with_nothing_typed_it_offers_pages_and_commands(client):
    page = palette(client)

    assert titles(page) == ["Pages", "Commands"]
    pages = names(page, "palette-pages")
    assert pages[:6] == ["Today", "Contacts", "People", "Pipeline", "Deals", "Forecast"]
    assert {"Products", "Goals", "Reports", "Settings"} <= set(pages)
    assert {"New deal", "Import", "Dark", "中文", "Keyboard shortcuts", "Sign out"} <= set(names(page))


def test_every_owner_page_leads_somewhere(browser_of, olivia):
    client = browser_of(olivia)
    offered = [one for word in ("settings", "rates") for one in addresses(palette(client, word))]

    assert "/settings/rates" in offered and "/settings/people" in offered
    for address in offered:
        assert client.get(address).status_code == 200, address


def test_a_viewer_is_offered_nothing_new(browser_of, vera):
    offered = names(palette(browser_of(vera)))

    assert not [name for name in offered if name.startswith("New ") or name == "Import"]
    assert {"Pipeline", "Reports", "Sign out"} <= set(offered)
    assert names(palette(browser_of(vera), "new")) == []


def test_pages_of_settings_are_for_owners_who_ask_for_them(browser_of, olivia, alice):
    assert "Exchange rates" not in names(palette(browser_of(olivia)))
    assert names(palette(browser_of(olivia), "rates")) == ["Exchange rates"]
    assert names(palette(browser_of(alice), "rates")) == []


@pytest.mark.parametrize("role", ["owner", "manager", "rep", "agent", "viewer"])
def test_everything_that_stands_in_the_menus_is_offered(browser_of, organisation, role):
    client = browser_of(make.user("Robin", role=role))
    page = client.page("/")
    menus = [link for link in page.all("a") if link.get("class") in ("nav__item", "menu__item")]
    wanted = {link.get("href") for link in menus}

    assert len(wanted) > 5
    assert wanted <= set(addresses(palette(client)))


@pytest.mark.parametrize(
    ("language", "asked", "name"),
    [
        ("en", "fore", "Forecast"),
        ("en", "FORECAST", "Forecast"),
        ("en", "deal new", "New deal"),
        ("en", "board", "Pipeline"),
        ("en", "log out", "Sign out"),
        ("en", "appearance dark", "Dark"),
        ("en", "فارسی", "فارسی"),
        ("en", "persian", "فارسی"),
        ("fa", "پیش‌بینی", "پیش‌بینی فروش"),
        ("fa", "گزارش", "گزارش‌ها"),
        ("fa", "گزارشها", "گزارش‌ها"),
        ("fa", "reports", "گزارش‌ها"),
        ("fa", "sign out", "خروج"),
        ("zh", "报表", "报表"),
        ("zh", "预测", "销售预测"),
        ("zh", "reports", "报表"),
        ("zh", "退出", "退出登录"),
    ],
)
def test_pages_and_commands_are_found_in_the_readers_language_and_in_english(client, alice, language, asked, name):
    alice.language = language

    assert name in names(palette(client, asked))


def test_every_word_must_begin_a_word_of_the_name(client):
    assert names(palette(client, "ecast")) == []
    assert names(palette(client, "new forecast")) == []


def test_choices_are_buttons_of_forms_that_every_page_has(client):
    buttons = palette(client).all("button", role="option")
    forms = {form.get("id"): form for form in client.page("/").all("form")}

    assert {button.get("form") for button in buttons} == {"prefer-theme", "prefer-language", "sign-out"}
    assert all(forms[button.get("form")].get("method") == "post" for button in buttons)
    dark = next(button for button in buttons if button.get("value") == "dark")
    assert (dark.get("name"), dark.get("type")) == ("theme", "submit")
