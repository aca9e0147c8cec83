"""Proving again who one is before what is sensitive."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm_app.accounts import sessions, signing_in
from crm_app.accounts.models import User, UserSession
from crm_app.extensions import db, utc_now
from tests import make

CONFIRM = "/accounts/confirm"


@pytest.fixture
def stale(browser_of, olivia):
    """Olivia's browser, a quarter of an hour after she proved who she is."""
    browser = browser_of(olivia)
    long_ago = utc_now() - sessions.CONFIRMED_FOR - timedelta(seconds=1)
    db.session.execute(update(UserSession).values(confirmed_at=long_ago))
    db.session.commit()
    return browser


def _asks(response):
    return response.status_code == 303 and response.location.startswith(CONFIRM)


def test_a_sensitive_page_asks_for_the_password_and_then_opens(stale, alice):
    url = f"/settings/people/{alice.id}"
    asked = stale.get(url)
    assert _asks(asked)

    response = stale.send(asked.location, {"password": make.PASSWORD})

    assert (response.status_code, response.location) == (303, url)
    assert stale.get(url).status_code == 200


def test_a_wrong_password_opens_nothing(stale, alice):
    response = stale.send(CONFIRM, {"password": "not this one"})

    assert response.status_code == 422
    assert "not your current password" in response.text
    assert _asks(stale.get(f"/settings/people/{alice.id}"))


def test_passwords_are_guessed_ten_times_there_too(stale):
    answers = [stale.send(CONFIRM, {"password": "guess"}).status_code for _ in range(signing_in.TRIES + 1)]

    assert answers == [422] * signing_in.TRIES + [429]
    assert stale.send(CONFIRM, {"password": make.PASSWORD}).status_code == 429


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/settings/people/{}", {"name": "Changed", "email": "x@halden.example", "role": "owner", "team_id": "0"}),
        ("/settings/people/{}/standing", {"state": "disabled"}),
        ("/settings/people/{}/password-link", {}),
        ("/settings/people/{}/second-step/end", {}),
        ("/settings/people/{}/passkeys/removal", {}),
        ("/settings/people/new", {"name": "New", "email": "n@halden.example", "role": "owner", "language": "en"}),
        ("/settings/backups/", {}),
        ("/bulk/users/role", {"id": "{}", "role": "owner", "confirmed": "1"}),
        ("/exchange/new/users", {}),
        ("/accounts/second-step/secret", {}),
        ("/accounts/passkeys/challenge", {"name": "Laptop"}),
        ("/accounts/passkeys", {"name": "Laptop", "answer": "x"}),
    ],
)
def test_who_only_has_the_cookie_changes_nothing_that_matters(app, stale, alice, path, data):
    from tests.security.world import fingerprint

    before = fingerprint(app)

    response = stale.send(path.format(alice.id), {name: text.format(alice.id) for name, text in data.items()})

    assert _asks(response), response.status_code
    assert fingerprint(app) == before


@pytest.mark.parametrize("url", ["/settings/people/new", "/settings/backups/", "/settings/backups/x.zip"])
def test_no_page_behind_it_is_shown_either(stale, url):
    assert _asks(stale.get(url))


def test_for_htmx_the_whole_page_goes_there(stale, alice):
    response = stale.send("/bulk/users/role", {"id": str(alice.id)}, htmx=True)

    assert response.headers["HX-Redirect"].startswith(CONFIRM)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_it_leads_to_no_other_site(stale, target):
    response = stale.send(CONFIRM, {"password": make.PASSWORD}, query_string={"next": target})

    assert response.location == "/settings/"


def test_signing_in_counts_as_proof(browser_of, olivia, alice):
    browser = browser_of()
    browser.send("/accounts/sign-in", {"email": olivia.email, "password": make.PASSWORD})

    assert browser.get(f"/settings/people/{alice.id}").status_code == 200


def test_what_is_not_sensitive_asks_nothing(stale):
    for url in ("/", "/settings/", "/settings/people", "/settings/organisation", "/accounts/access"):
        assert stale.get(url).status_code == 200


def test_a_visitor_is_sent_to_sign_in_as_ever(browser_of, organisation):
    assert "/accounts/sign-in" in browser_of().get(CONFIRM).location
    assert db.session.scalars(select(User)).all() == []


def test_a_password_given_on_one_device_opens_nothing_on_another(browser_of, olivia, alice):
    first, second = browser_of(olivia), browser_of(olivia)
    db.session.execute(update(UserSession).values(confirmed_at=utc_now() - sessions.CONFIRMED_FOR * 2))
    db.session.commit()

    first.send(CONFIRM, {"password": make.PASSWORD})

    assert first.get(f"/settings/people/{alice.id}").status_code == 200
    assert _asks(second.get(f"/settings/people/{alice.id}"))
