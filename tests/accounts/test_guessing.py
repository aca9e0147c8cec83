"""Guessing by many and from everywhere: no more get through than may, and nobody is locked out at home by it."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from argon2 import extract_parameters
from sqlalchemy import select, update

from crm_app.accounts import known_devices, passkeys, passwords, second_step, signing_in
from crm_app.accounts.models import KnownDevice, SecondStep, SignInFailure
from crm_app.audit import AuditEntry
from crm_app.extensions import db, utc_now
from crm_app.web.sealing import unseal
from tests import make
from tests.accounts.authenticator import Device
from tests.html import Page

SIGN_IN, CODE, CONFIRM = "/accounts/sign-in", "/accounts/sign-in/code", "/accounts/confirm"
COOKIE = "peyvand-device"


def _try(browser, email, password="a wrong password", **kwargs):
    return browser.send(SIGN_IN, {"email": email, "password": password}, **kwargs)


def _out(browser):
    assert browser.send("/accounts/sign-out").status_code == 303
    return browser


@pytest.fixture
def cheap(monkeypatch):
    """Passwords cost no time here."""
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: bool(stored) and password == make.PASSWORD)


@pytest.fixture
def at_home(browser_of, alice):
    """The browser in which Alice signed in this morning."""
    browser = browser_of()
    assert _try(browser, alice.email, make.PASSWORD).status_code == 303
    return _out(browser)


@pytest.fixture
def guessing(monkeypatch):
    """Passwords that were looked at; none of them is right, and none costs time."""
    looked_at = []
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: looked_at.append(password) or False)
    return looked_at


def _guessed_at(browser_of, email, **kwargs):
    """By strangers, until nobody may any more."""
    answers = [_try(browser_of(), email, **kwargs).status_code for _ in range(signing_in.TRIES + 1)]
    assert answers == [422] * signing_in.TRIES + [429]


def test_whoever_is_guessed_at_signs_in_from_a_device_known_as_theirs(browser_of, alice, bob, cheap, at_home):
    bobs = browser_of()
    _try(bobs, bob.email, make.PASSWORD)
    _guessed_at(browser_of, alice.email)
    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 429
    assert _try(_out(bobs), alice.email, make.PASSWORD).status_code == 429, "known as Bob's, not as hers"

    assert _try(at_home, alice.email, make.PASSWORD).status_code == 303
    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 429, "strangers go on waiting"


def test_a_whole_network_that_guesses_does_not_lock_out_a_device_known_there(browser_of, alice, cheap, at_home):
    for number in range(signing_in.TRIES_PER_ADDRESS):
        signing_in.note_guess(signing_in.Guarded("password", f"p{number}@halden.example"), "127.0.0.1")
    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 429

    assert _try(at_home, alice.email, make.PASSWORD).status_code == 303


def test_nor_does_it_keep_a_passkey_from_signing_in_there(browser_of, alice, at_home):
    device = Device()
    with browser_of().application.test_request_context("/", method="POST"):
        here = passkeys.place()
        passkeys.add(alice, here, "Laptop", device.made(passkeys.asked_of(alice, here, "Halden Instruments")))
        db.session.commit()
    for number in range(signing_in.TRIES_PER_ADDRESS):
        signing_in.note_guess(signing_in.Guarded("password", f"p{number}@halden.example"), "127.0.0.1")

    assert [_knock(browser, device) for browser in (browser_of(), at_home)] == [429, 303]


def _knock(browser, device):
    form = Page(browser.send(f"{SIGN_IN}/passkey/challenge").text).all("form")[-2]
    answer = device.answer(json.loads(form.get("data-passkey-options")))
    return browser.send(f"{SIGN_IN}/passkey", {"answer": answer}).status_code


def test_a_known_device_has_ten_tries_of_its_own_which_lock_nobody_else_out(browser_of, alice, cheap, at_home):
    answers = [_try(at_home, alice.email).status_code for _ in range(signing_in.TRIES + 1)]

    assert answers == [422] * signing_in.TRIES + [429]
    assert _try(at_home, alice.email, make.PASSWORD).status_code == 429
    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 303


def test_the_second_step_and_the_password_asked_again_are_open_at_home_too(browser_of, alice, cheap, at_home):
    second_step.begin(alice)
    secret = second_step.secret_to_confirm(alice)
    second_step.confirm(alice, pyotp.TOTP(secret).now())
    db.session.execute(update(SecondStep).values(last_step=0))
    db.session.commit()
    stranger = browser_of()
    _try(stranger, alice.email, make.PASSWORD)
    answers = [stranger.send(CODE, {"code": "000000"}).status_code for _ in range(signing_in.TRIES + 1)]
    assert answers[-1] == 429

    _try(at_home, alice.email, make.PASSWORD)
    code = pyotp.TOTP(unseal(db.session.scalar(select(SecondStep.sealed_secret)))).now()
    assert at_home.send(CODE, {"code": code}).status_code == 303

    _guessed_at(browser_of, alice.email)
    assert at_home.send(CONFIRM, {"password": make.PASSWORD}).status_code == 303


def test_what_is_typed_as_an_address_locks_nothing_but_that_address(browser_of, alice, guessing):
    for typed in (f"code of {alice.id}", f"{alice.id}", f"{alice.email} on 1"):
        _guessed_at(browser_of, typed, environ_base={"REMOTE_ADDR": f"198.51.100.{len(typed)}"})

    with browser_of().application.test_request_context():
        assert not signing_in.is_paused(signing_in.code_of(alice), "192.0.2.1")
        assert not signing_in.is_paused(signing_in.password_of(alice.email), "192.0.2.1")


@pytest.mark.parametrize("token", ["", "made up", "ب" * 10, "a" * 4000])
def test_a_device_that_was_never_given_a_token_is_not_known(browser_of, alice, cheap, at_home, token):
    browser = browser_of()
    browser.set_cookie(COOKIE, token)
    _guessed_at(browser_of, alice.email)

    assert _try(browser, alice.email, make.PASSWORD).status_code == 429


def test_each_signing_in_gives_another_token_and_the_one_before_is_worth_nothing(
    browser_of, alice, bob, cheap, at_home
):
    thief = browser_of()
    thief.set_cookie(COOKIE, at_home.get_cookie(COOKIE).value)
    _try(at_home, bob.email, make.PASSWORD)
    _guessed_at(browser_of, alice.email)

    assert _try(thief, alice.email, make.PASSWORD).status_code == 429
    assert _try(_out(at_home), alice.email, make.PASSWORD).status_code == 303, "one browser, two people"
    assert len(db.session.scalars(select(KnownDevice)).all()) == 2


def test_devices_are_forgotten_with_the_password_after_half_a_year_and_beyond_twenty(browser_of, alice, cheap, at_home):
    browser = browser_of(alice)
    browser.send("/accounts/password", {"current": make.PASSWORD, "password": make.PASSWORD})
    assert len(db.session.scalars(select(KnownDevice)).all()) == 1, "the one on which it was changed"
    _guessed_at(browser_of, alice.email)
    assert _try(at_home, alice.email, make.PASSWORD).status_code == 429
    assert _try(_out(browser), alice.email, make.PASSWORD).status_code == 303

    long_ago = utc_now() - known_devices.KEPT_FOR - timedelta(minutes=1)
    db.session.execute(update(KnownDevice).values(seen_at=long_ago))
    assert _try(_out(browser), alice.email, make.PASSWORD).status_code == 429
    db.session.query(SignInFailure).delete()
    for _ in range(known_devices.MOST + 2):
        db.session.add(KnownDevice(user_id=alice.id, token_hash="0" * 64))
    assert _try(browser, alice.email, make.PASSWORD).status_code == 303
    assert len(db.session.scalars(select(KnownDevice)).all()) == known_devices.MOST
    _guessed_at(browser_of, alice.email)
    assert _try(_out(browser), alice.email, make.PASSWORD).status_code == 303, "the one used last is among them"


def test_the_cookie_of_a_device_is_kept_from_scripts_and_other_sites(browser_of, alice):
    response = _try(browser_of(), alice.email, make.PASSWORD)

    cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=15552000" in cookie and "Path=/" in cookie


@pytest.mark.parametrize("whose", ["known", "unknown"])
def test_of_two_hundred_guesses_at_once_no_more_than_ten_are_looked_at(app, browser_of, alice, guessing, whose):
    browser = browser_of()
    token, email = browser.csrf_token(), alice.email if whose == "known" else "nobody@halden.example"
    headers = {"Cookie": f"peyvand={browser.get_cookie('peyvand').value}", "X-CSRFToken": token}
    strangers = [app.test_client(use_cookies=False) for _ in range(8)]
    db.session.commit()

    def guess(number):
        stranger, address = strangers[number % 8], f"198.51.100.{number}"
        sent = {"method": "POST", "data": {"email": email, "password": "guess"}, "headers": headers}
        answer = super(type(stranger), stranger).open(SIGN_IN, environ_base={"REMOTE_ADDR": address}, **sent)
        return answer.status_code, len(answer.data)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(200)))

    refused = {size for status, size in answers if status == 429}
    assert {status for status, _size in answers} <= {422, 429} and len(refused) == 1
    assert len(guessing) == sum(status == 422 for status, _size in answers) <= signing_in.TRIES


def test_whoever_guessed_too_often_to_change_a_password_is_told_to_wait_and_stands_in_the_log(browser_of, alice, cheap):
    browser, new = browser_of(alice), {"password": "another horse battery staple"}
    for _ in range(signing_in.TRIES):
        assert browser.send("/accounts/password", {"current": "a wrong one"} | new).status_code == 422

    assert browser.send("/accounts/password", {"current": make.PASSWORD} | new).status_code == 429
    assert AuditEntry.query.filter_by(verb="sign-in failed", actor_id=alice.id).count() == signing_in.TRIES


def test_one_password_tried_on_many_accounts_is_stopped_by_the_network(browser_of, organisation, guessing):
    browser = browser_of()

    answers = [_try(browser, f"p{number}@halden.example").status_code for number in range(60)]

    assert answers == [422] * signing_in.TRIES_PER_ADDRESS + [429] * (60 - signing_in.TRIES_PER_ADDRESS)
    assert len(guessing) == signing_in.TRIES_PER_ADDRESS


def _told(response, email):
    """All that an answer says, but for the token of its form."""
    text = response.get_data(as_text=True).replace(email, "")
    text = re.sub(r'(name="csrf_token" value=|X-CSRFToken": )"[^"]*"', r"\1", text)
    headers = {name: value for name, value in response.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    return (
        response.status_code,
        headers,
        text,
        [one.partition("=")[0] for one in response.headers.getlist("Set-Cookie")],
    )


@pytest.mark.parametrize("device", ["known", "new"])
def test_an_address_that_nobody_has_is_answered_alike_at_the_same_cost(
    browser_of, alice, at_home, statements, monkeypatch, device
):
    hashes, verify = [], passwords._hasher.verify

    class Hasher:
        def verify(self, stored, password):
            hashes.append(extract_parameters(stored))
            return verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    answers, costs = [], []
    for email in (alice.email, "nobody1@halden.example"):
        browser = at_home if device == "known" else browser_of()
        _try(browser, "first@halden.example")
        for password in ("a wrong password", "another"):
            with statements() as seen:
                answers.append((email, _try(browser, email, password)))
            costs.append([re.sub(r"\s+", " ", one) for one in seen])

    assert len(hashes) == 6 and len(set(map(str, hashes))) == 1, "hashed once for each, by the same measure"
    first, *others = [_told(response, email) for email, response in answers]
    assert all(other == first for other in others)
    assert costs[0] == costs[2] and costs[1] == costs[3], "the database is asked the same"


def test_asking_for_a_new_password_tells_nothing_and_costs_the_same_for_all(post, browser_of, alice, statements):
    answers, costs = [], []
    for email in (alice.email, "nobody1@halden.example"):
        browser = browser_of()
        browser.page(SIGN_IN)
        with statements() as seen:
            answers.append(_told(browser.send("/accounts/forgotten", {"email": email}), email))
        costs.append(len([one for one in seen if "INSERT INTO mails" in one]))

    assert answers[0] == answers[1]
    assert costs == [1, 1]
