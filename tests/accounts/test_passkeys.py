"""Passkeys: added by who has given the password, signing in by themselves, and whatever pretends to be one."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from crm_app.accounts import passkeys, passwords, second_step, sessions, signing_in
from crm_app.accounts.models import KnownDevice, Passkey, PasskeyChallenge, SignInFailure, UserSession
from crm_app.audit import AuditEntry
from crm_app.extensions import db, utc_now
from tests.accounts.authenticator import Device, coded
from tests.accounts.knocking import ACCESS, ADD, ASK, ASK_TO_ADD, SIGN_IN, added, asked, knock


def _verbs():
    return db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()


def test_one_is_added_under_a_name_listed_and_signs_in(browser_of, alice, device):
    browser = browser_of()

    response = knock(browser, device)

    assert (response.status_code, response.location) == (303, "/")
    page = browser.page(ACCESS)
    assert "Laptop" in page.text and "last used" in page.text and "not used yet" not in page.text
    assert _verbs() == ["passkey added", "signed in"]
    assert db.session.scalars(select(PasskeyChallenge)).all() == []
    assert db.session.scalars(select(SignInFailure)).all() == []


def test_several_are_told_apart_by_their_names(browser_of, alice, device):
    browser = browser_of(alice)
    options = asked(browser, ASK_TO_ADD, name="Phone")
    assert [one["id"] for one in options["excludeCredentials"]] == [coded(device.credential_id)]
    assert options["user"]["id"] == device.handle and alice.email not in device.handle
    phone = Device()

    browser.send(ADD, {"answer": phone.made(options), "name": "  Phone\u202e "})

    assert db.session.scalars(select(Passkey.name).order_by(Passkey.id)).all() == ["Laptop", "Phone"]
    assert [knock(browser_of(), one).status_code for one in (phone, device, phone)] == [303] * 3


def test_it_stands_for_the_second_step_too_and_one_arrives_where_one_wanted_to_go(browser_of, alice, device):
    second_step.begin(alice)
    second_step.confirm(alice, pyotp.TOTP(second_step.secret_to_confirm(alice)).now())
    db.session.commit()
    browser = browser_of()
    answer = device.answer(asked(browser))

    response = browser.send(f"{SIGN_IN}?next=/goals/", {"answer": answer, "remember": "y"})

    assert (response.status_code, response.location) == (303, "/goals/")
    assert browser.get("/goals/").status_code == 200
    assert db.session.scalar(select(UserSession.is_remembered).order_by(UserSession.id.desc()))


def test_once_removed_it_is_refused_and_other_devices_are_out(browser_of, alice, bob, device):
    number = db.session.scalar(select(Passkey.id))
    url, browser, other = f"{ADD}/{number}/removal", browser_of(alice), browser_of(alice)
    assert browser_of(bob).send(url).status_code == 404
    assert "Laptop can no longer be used to sign in" in browser.page(url).text

    assert browser.send(url).location == ACCESS

    assert knock(browser_of(), device).status_code == 422
    assert other.get("/").status_code == 302
    assert _verbs() == ["passkey added", "passkey removed", "passkey refused"]


def test_who_only_has_the_cookie_removes_none(browser_of, alice, device):
    browser, url = browser_of(alice), f"{ADD}/{db.session.scalar(select(Passkey.id))}/removal"
    long_ago = utc_now() - sessions.CONFIRMED_FOR - timedelta(seconds=1)
    db.session.execute(update(UserSession).values(confirmed_at=long_ago))

    response = browser.send(url)

    assert response.location.startswith("/accounts/confirm") and browser.get(url).location.startswith(
        "/accounts/confirm"
    )
    assert knock(browser_of(), device).status_code == 303


def test_an_owner_removes_those_of_somebody_whose_laptop_was_stolen(browser_of, olivia, alice, bob, device):
    url, hers = f"/settings/people/{alice.id}/passkeys/removal", browser_of(alice)
    added(browser_of(bob))
    assert browser_of(bob).send(url).status_code == 403
    owner = browser_of(olivia)
    assert "Remove their passkeys" in owner.page(f"/settings/people/{alice.id}").text

    assert owner.send(url).location == f"/settings/people/{alice.id}"

    assert knock(browser_of(), device).status_code == 422
    assert hers.get("/").status_code == 302
    assert db.session.scalars(select(Passkey.user_id)).all() == [bob.id]
    assert "Remove their passkeys" not in owner.page(f"/settings/people/{alice.id}").text
    assert "users passkeys removed" in _verbs()
    assert owner.send(url).status_code == 303 and _verbs().count("users passkeys removed") == 1


def test_whoever_is_disabled_or_has_no_password_does_not_get_in_by_it(browser_of, alice, device):
    alice.disable()
    assert knock(browser_of(), device).status_code == 422
    alice.enable()
    stored, alice.password_hash = alice.password_hash, None
    assert knock(browser_of(), device).status_code == 422
    alice.password_hash = stored

    assert knock(browser_of(), device).status_code == 303


def test_it_is_tried_ten_times_and_no_more_and_guesses_at_the_password_do_not_matter(
    browser_of, alice, device, monkeypatch
):
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: False)
    for _ in range(signing_in.TRIES):
        browser_of().send("/accounts/sign-in", {"email": alice.email, "password": "guess"})
    assert knock(browser_of(), device).status_code == 303

    answers = [knock(browser_of(), device, is_verified=False).status_code for _ in range(signing_in.TRIES + 1)]

    assert answers == [422] * signing_in.TRIES + [429]
    assert knock(browser_of(), device).status_code == 429


def test_the_address_that_is_set_decides_where_passkeys_belong(app, browser_of, alice, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.halden.example:443")
    device = added(browser_of(alice), Device("crm.halden.example", "https://crm.halden.example"))
    assert knock(browser_of(), device).status_code == 303
    assert knock(browser_of(), device, origin="http://localhost").status_code == 422

    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.other.example")

    assert "only works at crm.halden.example" in browser_of(alice).page(ACCESS).text
    assert knock(browser_of(), device).status_code == 422


@pytest.mark.parametrize("address", ["http://192.0.2.7:8000", "http://[2001:db8::1]"])
def test_at_a_number_in_place_of_a_name_there_are_none(app, browser_of, alice, address, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", address)
    browser = browser_of(alice)
    assert "Passkeys need a host name in the address, not an IP address." in browser.page(ACCESS).text
    assert "passkey" not in browser_of().page("/accounts/sign-in").text
    for url in (ASK_TO_ADD, ADD):
        assert browser.send(url, {"name": "x", "answer": "x"}).status_code == 404
    for url in (ASK, SIGN_IN):
        assert browser_of().send(url, {"answer": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("base_url", "host", "origin"),
    [
        ("https://CRM.example:443", "crm.example", "https://crm.example"),
        ("http://crm.example:8000", "crm.example", "http://crm.example:8000"),
        ("https://پیوند.example", "xn--ugb9bf9s0n.example", "https://xn--ugb9bf9s0n.example"),
        ("http://127.0.0.1:8000", None, None),
    ],
)
def test_where_nothing_is_set_they_belong_where_the_browser_asks(app, base_url, host, origin):
    with app.test_request_context(base_url=base_url):
        assert passkeys.place() == (passkeys.Place(host, origin) if host else None)


def test_there_are_twenty_at_most(browser_of, alice, device, monkeypatch):
    browser = browser_of(alice)
    options = asked(browser, ASK_TO_ADD)
    monkeypatch.setattr(passkeys, "MOST", 1)

    assert browser.send(ASK_TO_ADD, {"name": "x"}, htmx=True).status_code == 422
    assert browser.send(ADD, {"name": "x", "answer": Device().made(options)}).status_code == 422
    assert db.session.scalars(select(Passkey.name)).all() == ["Laptop"]


def test_without_scripts_the_page_is_what_it_was(browser_of, alice):
    page = browser_of().page("/accounts/sign-in")

    assert page.one("div", id="passkey").get("hidden") is not None
    assert browser_of(alice).send(ASK_TO_ADD, {"name": "x"}).status_code == 200


def test_neither_challenge_nor_device_can_be_read_from_the_database(browser_of, device):
    browser = browser_of()
    challenge = asked(browser)["challenge"]
    knock(browser, device)
    token = browser.get_cookie("peyvand-device").value
    kept = repr([db.session.execute(select(one.__table__)).all() for one in (PasskeyChallenge, Passkey, KnownDevice)])

    assert challenge not in kept and token not in kept


def test_it_is_told_by_letter(post, browser_of, alice):
    browser = browser_of(alice)
    device = Device("crm.halden.example", "https://crm.halden.example")
    added(browser, device)
    browser.send(f"{ADD}/{db.session.scalar(select(Passkey.id))}/removal")

    told = [text.splitlines()[0] for _to, _subject, text in post.letters]
    assert told == [
        "A passkey was added. It can be used to sign in without your password.",
        "A passkey was removed. It can no longer be used to sign in.",
    ]
