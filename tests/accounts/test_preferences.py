"""One's own preferences and password."""

import pytest

from crm_app.accounts import passwords
from tests import make

URL = "/accounts/preferences"


def test_the_page_shows_what_is_chosen(client, alice):
    alice.language, alice.digits = "en", "persian"

    page = client.page(URL)

    selected = {e.get("value") for e in page.all("option", selected="")}
    assert selected == {"en", "persian", "system", ""}


@pytest.mark.parametrize(
    ("name", "value"), [("language", "zh"), ("calendar", "jalali"), ("digits", "persian"), ("theme", "dark")]
)
def test_each_preference_may_be_sent_alone(client, alice, name, value):
    before = {n: getattr(alice, n) for n in ("language", "calendar", "digits", "theme")}

    response = client.send(URL, {name: value, "next": "/contacts/?q=1"})

    assert (response.status_code, response.location) == (303, "/contacts/?q=1")
    assert {n: getattr(alice, n) for n in before} == before | {name: value}


def test_all_preferences_may_be_sent_together_and_survive_signing_in_again(client, browser_of, alice):
    client.send(URL, {"language": "fa", "calendar": "gregorian", "digits": "latin", "theme": "dark"})

    again = browser_of()
    again.send("/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD})
    page = again.page(URL)

    html = page.one("html")
    assert (html.get("lang"), html.get("dir"), html.get("data-theme")) == ("fa-IR", "rtl", "dark")
    assert (alice.calendar, alice.digits) == ("gregorian", "latin")


def test_calendar_and_digits_follow_the_language_until_chosen(client, alice):
    client.send(URL, {"language": "fa"})

    assert "۱۴۰" in client.page(URL).text
    assert alice.calendar == alice.digits == ""


def test_calendar_and_digits_may_follow_the_language_again(client, alice):
    alice.calendar, alice.digits = "jalali", "persian"

    client.send(URL, {"calendar": "", "digits": ""})

    assert alice.calendar == alice.digits == ""


@pytest.mark.parametrize(
    "data",
    [{"language": "tlh"}, {"calendar": "mayan"}, {"digits": "roman"}, {"theme": "x"}, {"language": "fa", "theme": "x"}],
)
def test_a_choice_that_is_none_is_refused(client, alice, data):
    response = client.send(URL, data)

    assert response.status_code == 422
    assert (alice.language, alice.calendar, alice.digits, alice.theme) == ("en", "", "", "system")


def test_an_empty_language_or_theme_changes_nothing(client, alice):
    client.send(URL, {"language": "", "theme": ""})

    assert (alice.language, alice.theme) == ("en", "system")


def test_saving_goes_back_to_no_other_site(client):
    assert client.send(URL, {"theme": "dark", "next": "//evil.example"}).location == URL


def test_a_viewer_has_preferences_too(browser_of, vera):
    assert browser_of(vera).send(URL, {"theme": "dark"}).status_code == 303
    assert vera.theme == "dark"


def test_the_page_takes_few_statements(client, statements):
    with statements() as seen:
        client.page(URL)

    assert len(seen) <= 3


def test_changing_the_password_keeps_this_device_and_signs_out_the_others(client, browser_of, alice):
    other = browser_of(alice)

    response = client.send("/accounts/password", {"current": make.PASSWORD, "password": "seven quiet herons"})

    assert response.status_code == 303
    assert passwords.is_right(alice.password_hash, "seven quiet herons")
    assert "Other devices were signed out." in client.page(URL).text
    assert other.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("current", "new", "words"),
    [
        ("not mine", "seven quiet herons", "That is not your current password."),
        (make.PASSWORD, "short", "At least 10 characters."),
        (make.PASSWORD, "password123", "This password is too easy to guess. Choose another."),
        ("", "", "Fill this in."),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_an_easy_one(client, alice, current, new, words):
    response = client.send("/accounts/password", {"current": current, "password": new})

    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert passwords.is_right(alice.password_hash, make.PASSWORD)
