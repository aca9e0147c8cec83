"""Whoever comes by an old password while it is being changed is signed in nowhere afterwards."""

import argon2
import pyotp
import pytest
from sqlalchemy import func, select, update

from crm_app.accounts import links, passwords, second_step, signing_in
from crm_app.accounts.models import SecondStep, User, UserSession
from crm_app.extensions import db, utc_now
from tests import make
from tests.meanwhile import meanwhile

SIGN_IN, CODE, CHANGE = "/accounts/sign-in", "/accounts/sign-in/code", "/accounts/password"
NEW = {"current": make.PASSWORD, "password": "seven quiet herons"}


@pytest.fixture
def address(alice):
    db.session.commit()
    return alice.email


def _amid(monkeypatch, module, name, change):
    """Commit a change while a request hashes, which holds nothing: once, before it does so."""
    work, changes = getattr(module, name), [change]

    def changing(*arguments):
        given = work(*arguments)
        if changes:
            changes.pop()()
            db.session.commit()
        return given

    monkeypatch.setattr(module, name, changing)


def _changes(**facts):
    return lambda: db.session.execute(update(User).values(**facts))


def _sessions():
    return db.session.scalar(select(func.count(UserSession.id)))


@pytest.mark.parametrize(
    "facts", [{"password_hash": "of another"}, {"password_hash": None}, {"disabled_at": utc_now()}]
)
def test_a_password_changed_while_it_is_looked_at_signs_nobody_in(browser_of, address, monkeypatch, facts):
    _amid(monkeypatch, passwords, "is_right", _changes(**facts))

    response = browser_of().send(SIGN_IN, {"email": address, "password": make.PASSWORD})

    assert response.status_code == 422 and "The email or password is incorrect." in response.text
    assert _sessions() == 0


def test_a_hash_that_is_renewed_is_of_the_same_password(browser_of, alice):
    alice.password_hash = argon2.PasswordHasher(memory_cost=8192).hash(make.PASSWORD)
    db.session.commit()

    response = browser_of().send(SIGN_IN, {"email": alice.email, "password": make.PASSWORD})

    assert response.status_code == 303 and _sessions() == 1
    assert not passwords.is_outdated(alice.password_hash) and passwords.is_right(alice.password_hash, make.PASSWORD)


def test_renewing_a_hash_does_not_bring_an_old_password_back(browser_of, alice, monkeypatch):
    alice.password_hash = argon2.PasswordHasher(memory_cost=8192).hash(make.PASSWORD)
    db.session.commit()
    _amid(monkeypatch, passwords, "hashed", _changes(password_hash="of another"))

    response = browser_of().send(SIGN_IN, {"email": alice.email, "password": make.PASSWORD})

    assert response.status_code == 422 and alice.password_hash == "of another"


def test_a_code_entered_while_the_password_changes_leads_back_to_the_password(browser_of, alice, monkeypatch):
    code = _with_second_step(alice)
    browser = browser_of()
    assert browser.send(SIGN_IN, {"email": alice.email, "password": make.PASSWORD}).location == CODE
    browser.page(CODE)
    _amid(monkeypatch, signing_in, "note_guess", _changes(password_hash="of another"))

    response = browser.send(CODE, {"code": code})

    assert (response.status_code, response.location, _sessions()) == (303, SIGN_IN, 0)


def test_of_two_who_change_a_password_the_second_one_has_to_know_the_new_one(browser_of, alice, monkeypatch):
    browser = browser_of(alice)
    _amid(monkeypatch, passwords, "hashed", _changes(password_hash="of another"))

    response = browser.send(CHANGE, NEW)

    assert response.status_code == 422 and "That is not your current password." in response.text
    assert alice.password_hash == "of another"


@pytest.mark.postgresql
@pytest.mark.parametrize("way", ["password", "code", "link"])
def test_a_sign_in_that_is_under_way_ends_with_the_change_of_the_password(browser_of, alice, way):
    victim, other = browser_of(alice), browser_of()
    url, data = _way_in(other, alice, way)
    victim.page("/accounts/access"), other.page(url)
    db.session.commit()
    changed = {"current": make.PASSWORD, "password": "another long one"}

    met = meanwhile(
        lambda: other.send(url, data).status_code,
        lambda: victim.send(CHANGE, changed).status_code,
        held_at="INSERT INTO user_sessions",
        before=True,
    )

    assert (met.first, met.has_waited) == (303, True)
    if way == "link":
        assert met.second == 422, "the password is the one of the link by now"
        assert victim.get("/accounts/preferences").status_code == 302
        return
    assert met.second == 303
    assert victim.get("/accounts/preferences").status_code == 200
    assert other.get("/accounts/preferences").status_code == 302


def _with_second_step(alice):
    second_step.begin(alice)
    secret = second_step.secret_to_confirm(alice)
    second_step.confirm(alice, pyotp.TOTP(secret).now())
    db.session.execute(update(SecondStep).values(last_step=0))
    db.session.commit()
    return pyotp.TOTP(secret).now()


def _way_in(browser, alice, way):
    """Where somebody signs in who has come as far as that, and what they send."""
    if way == "link":
        token = links.new_password_link(alice)
        db.session.commit()
        return f"/accounts/password/{token}", {"password": NEW["password"]}
    given = {"email": alice.email, "password": make.PASSWORD}
    if way == "password":
        return SIGN_IN, given
    code = _with_second_step(alice)
    browser.send(SIGN_IN, given)
    return CODE, {"code": code}
