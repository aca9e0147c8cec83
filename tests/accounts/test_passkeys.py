"""Passkeys: added by who has given the password, signing in by themselves, and whatever pretends to be one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from crm_app.accounts import passkeys, passwords, second_step, sessions, signing_in
from crm_app.accounts.models import KnownDevice, Passkey, PasskeyChallenge, SignInFailure, UserSession
from crm_app.audit import AuditEntry
from crm_app.extensions import db, utc_now
from tests.accounts.authenticator import Device, coded
from tests.html import Page

ACCESS, SIGN_IN = "/accounts/access", "/accounts/sign-in/passkey"
ASK, ASK_TO_ADD, ADD = f"{SIGN_IN}/challenge", "/accounts/passkeys/challenge", "/accounts/passkeys"


def _asked(browser, url=ASK, **data):
    """What the page has its script ask the browser."""
    response = browser.send(url, data, htmx=True)
    assert response.status_code == 200, response.text
    forms = Page(response.text).all("form")
    return next(json.loads(form.get("data-passkey-options")) for form in forms if form.get("data-passkey-options"))


def _added(browser, device=None, name="Laptop"):
    device = device or Device()
    response = browser.send(ADD, {"answer": device.made(_asked(browser, ASK_TO_ADD, name=name)), "name": name})
    assert (response.status_code, response.location) == (303, ACCESS), response.text
    return device


@pytest.fixture
def device(browser_of, alice):
    """Alice's, which counts; its passkey is called Laptop."""
    return _added(browser_of(alice), Device(count=5))


def _knock(browser, device, options=None, **altered):
    return browser.send(SIGN_IN, {"answer": device.answer(options or _asked(browser), **altered)})


def _verbs():
    return db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()


def test_one_is_added_under_a_name_listed_and_signs_in(browser_of, alice, device):
    browser = browser_of()

    response = _knock(browser, device)

    assert (response.status_code, response.location) == (303, "/")
    page = browser.page(ACCESS)
    assert "Laptop" in page.text and "last used" in page.text and "not used yet" not in page.text
    assert _verbs() == ["passkey added", "signed in"]
    assert db.session.scalars(select(PasskeyChallenge)).all() == []
    assert db.session.scalars(select(SignInFailure)).all() == []


def test_several_are_told_apart_by_their_names(browser_of, alice, device):
    browser = browser_of(alice)
    options = _asked(browser, ASK_TO_ADD, name="Phone")
    assert [one["id"] for one in options["excludeCredentials"]] == [coded(device.credential_id)]
    assert options["user"]["id"] == device.handle and alice.email not in device.handle
    phone = Device()

    browser.send(ADD, {"answer": phone.made(options), "name": "  Phone\u202e "})

    assert db.session.scalars(select(Passkey.name).order_by(Passkey.id)).all() == ["Laptop", "Phone"]
    assert [_knock(browser_of(), one).status_code for one in (phone, device, phone)] == [303] * 3


def test_it_stands_for_the_second_step_too_and_one_arrives_where_one_wanted_to_go(browser_of, alice, device):
    second_step.begin(alice)
    second_step.confirm(alice, pyotp.TOTP(second_step.secret_to_confirm(alice)).now())
    db.session.commit()
    browser = browser_of()
    answer = device.answer(_asked(browser))

    response = browser.send(f"{SIGN_IN}?next=/goals/", {"answer": answer, "remember": "y"})

    assert (response.status_code, response.location) == (303, "/goals/")
    assert browser.get("/goals/").status_code == 200
    assert db.session.scalar(select(UserSession.is_remembered).order_by(UserSession.id.desc()))


_PRETENDED = {
    "another origin": {"origin": "https://evil.example"},
    "another scheme": {"origin": "https://localhost"},
    "another port": {"origin": "http://localhost:8001"},
    "another host": {"host": "evil.example"},
    "within another page": {"is_framed": True},
    "nobody looked at": {"is_verified": False},
    "a counter that stands": {"count": 6},
    "a counter gone back": {"count": 5},
    "a counter at nought": {"count": 0},
    "a challenge never put": {"challenge": coded(b"?" * 32)},
    "an answer to something else": {"kind": "webauthn.create"},
    "somebody else's handle": {"handle": coded(b"somebody else")},
}


@pytest.mark.parametrize("altered", _PRETENDED.values(), ids=_PRETENDED)
def test_what_is_not_an_answer_of_this_device_to_this_question_here_is_refused(browser_of, alice, device, altered):
    browser = browser_of()
    before = db.session.scalar(select(Passkey.sign_count))

    response = _knock(browser, device, **altered)

    assert response.status_code == 422
    assert "That passkey was not accepted" in response.text
    assert browser.get("/").status_code == 302
    assert db.session.scalar(select(Passkey.sign_count)) == before
    assert _verbs()[-1] == "passkey refused"


def test_an_answer_signed_by_another_key_is_refused(browser_of, alice, device):
    thief = Device(count=9, handle=device.handle, credential_id=device.credential_id)

    assert _knock(browser_of(), thief).status_code == 422


def test_somebody_elses_passkey_does_not_become_ones_own(browser_of, alice, bob, device):
    bobs = _added(browser_of(bob))
    assert _knock(browser_of(), bobs, handle=device.handle).status_code == 422

    again = Device(credential_id=device.credential_id)
    browser = browser_of(bob)
    response = browser.send(ADD, {"answer": again.made(_asked(browser, ASK_TO_ADD)), "name": "Stolen"})

    assert response.status_code == 422 and "was not accepted" in response.text
    assert db.session.scalar(select(Passkey.user_id).where(Passkey.name == "Laptop")) == alice.id


def test_a_device_that_does_not_say_whose_it_is_signs_in(browser_of, device):
    assert _knock(browser_of(), device, handle=None).status_code == 303


def test_an_answer_counts_once_and_for_the_browser_that_was_asked(browser_of, device):
    browser, other = browser_of(), browser_of()
    _asked(other)
    answer = device.answer(_asked(browser))
    assert other.send(SIGN_IN, {"answer": answer}).status_code == 422, "it was put to another browser"

    assert browser.send(SIGN_IN, {"answer": answer}).status_code == 303
    browser.send("/accounts/sign-out")

    assert browser.send(SIGN_IN, {"answer": answer}).status_code == 422


def test_a_question_is_used_up_by_a_wrong_answer_and_waits_for_five_minutes(browser_of, device, monkeypatch):
    browser = browser_of()
    options = _asked(browser)
    _knock(browser, device, options, origin="https://evil.example")
    assert _knock(browser, device, options).status_code == 422

    options = _asked(browser)
    later = utc_now() + passkeys.ANSWERED_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(passkeys, "utc_now", lambda: later)

    assert _knock(browser, device, options).status_code == 422
    assert _knock(browser, device).status_code == 303, "another question is asked"


def test_of_two_who_send_one_answer_at_once_one_gets_in(browser_of, alice):
    device, browser = _added(browser_of(alice)), browser_of()
    answer, token = device.answer(_asked(browser)), browser.csrf_token()
    cookie = f"peyvand={browser.get_cookie('peyvand').value}"
    thieves = [browser.application.test_client(use_cookies=False) for _ in range(4)]
    db.session.commit()

    def knock(thief):
        headers = {"Cookie": cookie, "X-CSRFToken": token}
        return super(type(thief), thief).open(SIGN_IN, method="POST", data={"answer": answer}, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = [response.status_code for response in pool.map(knock, thieves)]

    assert sorted(answers) == [303, 422, 422, 422]


_NONSENSE = [
    "", "x", "[]", "null", "{}", '{"id": 1}', "[" * 9000, '{"id": "a", "response": null}', "\x00", "a" * 30_000,
    json.dumps({"id": "\ud800", "response": {"clientDataJSON": coded(b'{"challenge": "a"}')}}),
    json.dumps({"id": "a", "response": {"clientDataJSON": coded(b'{"challenge": ["a"]}')}}),
    json.dumps({"id": "a", "response": {"clientDataJSON": coded(b"\xff\xfe")}}),
    json.dumps({"id": "a", "response": {"clientDataJSON": "%%%"}}),
]  # fmt: skip


def test_nonsense_is_refused_in_words(browser_of, alice, device):
    browser, mine = browser_of(), browser_of(alice)
    for number, answer in enumerate(_NONSENSE):
        assert browser.send(SIGN_IN, {"answer": answer}).status_code in (422, 429), number
        assert mine.send(ADD, {"answer": answer, "name": "x"}).status_code == 422, number
    good = json.loads(device.answer(_asked(browser_of())))
    for name in ("authenticatorData", "signature", "userHandle"):
        for wrong in (None, 7, "", "%%%", coded(b"\xa1" * 500)):
            db.session.query(SignInFailure).delete()
            answer = json.dumps(good | {"response": good["response"] | {name: wrong}})
            assert browser_of().send(SIGN_IN, {"answer": answer}).status_code == 422, (name, wrong)
    options = _asked(mine, ASK_TO_ADD)
    made = json.loads(Device().made(options))
    made["response"]["attestationObject"] = coded(b"\xa1" * 500)
    assert mine.send(ADD, {"answer": json.dumps(made), "name": "x"}).status_code == 422
    assert db.session.scalars(select(Passkey.name)).all() == ["Laptop"]


@pytest.mark.parametrize(
    "altered", [{"is_verified": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}]
)
def test_a_passkey_that_was_not_made_here_by_its_owner_is_not_added(browser_of, alice, altered):
    browser = browser_of(alice)
    answer = Device().made(_asked(browser, ASK_TO_ADD), **altered)

    assert browser.send(ADD, {"answer": answer, "name": "x"}).status_code == 422
    assert db.session.scalars(select(Passkey)).all() == []


def test_one_session_cannot_answer_what_another_was_asked_even_of_one_person(browser_of, alice):
    first, second = browser_of(alice), browser_of(alice)
    answer = Device().made(_asked(first, ASK_TO_ADD))

    assert second.send(ADD, {"answer": answer, "name": "x"}).status_code == 422


def test_once_removed_it_is_refused_and_other_devices_are_out(browser_of, alice, bob, device):
    number = db.session.scalar(select(Passkey.id))
    url, browser, other = f"{ADD}/{number}/removal", browser_of(alice), browser_of(alice)
    assert browser_of(bob).send(url).status_code == 404
    assert "Laptop will not sign you in" in browser.page(url).text

    assert browser.send(url).location == ACCESS

    assert _knock(browser_of(), device).status_code == 422
    assert other.get("/").status_code == 302
    assert _verbs() == ["passkey added", "passkey removed", "passkey refused"]


def test_who_only_has_the_cookie_removes_none(browser_of, alice, device):
    browser, url = browser_of(alice), f"{ADD}/{db.session.scalar(select(Passkey.id))}/removal"
    long_ago = utc_now() - sessions.CONFIRMED_FOR - timedelta(seconds=1)
    db.session.execute(update(UserSession).values(confirmed_at=long_ago))

    asked = browser.send(url)

    assert asked.location.startswith("/accounts/confirm") and browser.get(url).location.startswith("/accounts/confirm")
    assert _knock(browser_of(), device).status_code == 303


def test_an_owner_removes_those_of_somebody_whose_laptop_was_stolen(browser_of, olivia, alice, bob, device):
    url, hers = f"/settings/people/{alice.id}/passkeys/removal", browser_of(alice)
    _added(browser_of(bob))
    assert browser_of(bob).send(url).status_code == 403
    owner = browser_of(olivia)
    assert "Remove their passkeys" in owner.page(f"/settings/people/{alice.id}").text

    assert owner.send(url).location == f"/settings/people/{alice.id}"

    assert _knock(browser_of(), device).status_code == 422
    assert hers.get("/").status_code == 302
    assert db.session.scalars(select(Passkey.user_id)).all() == [bob.id]
    assert "Remove their passkeys" not in owner.page(f"/settings/people/{alice.id}").text
    assert "users passkeys removed" in _verbs()
    assert owner.send(url).status_code == 303 and _verbs().count("users passkeys removed") == 1


def test_whoever_is_disabled_or_has_no_password_does_not_get_in_by_it(browser_of, alice, device):
    alice.disable()
    assert _knock(browser_of(), device).status_code == 422
    alice.enable()
    stored, alice.password_hash = alice.password_hash, None
    assert _knock(browser_of(), device).status_code == 422
    alice.password_hash = stored

    assert _knock(browser_of(), device).status_code == 303


def test_it_is_tried_ten_times_and_no_more_and_guesses_at_the_password_do_not_matter(
    browser_of, alice, device, monkeypatch
):
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: False)
    for _ in range(signing_in.TRIES):
        browser_of().send("/accounts/sign-in", {"email": alice.email, "password": "guess"})
    assert _knock(browser_of(), device).status_code == 303

    answers = [_knock(browser_of(), device, is_verified=False).status_code for _ in range(signing_in.TRIES + 1)]

    assert answers == [422] * signing_in.TRIES + [429]
    assert _knock(browser_of(), device).status_code == 429


def test_the_address_that_is_set_decides_where_passkeys_belong(app, browser_of, alice, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.halden.example:443")
    device = _added(browser_of(alice), Device("crm.halden.example", "https://crm.halden.example"))
    assert _knock(browser_of(), device).status_code == 303
    assert _knock(browser_of(), device, origin="http://localhost").status_code == 422

    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.other.example")

    assert "works at crm.halden.example alone" in browser_of(alice).page(ACCESS).text
    assert _knock(browser_of(), device).status_code == 422


@pytest.mark.parametrize("address", ["http://192.0.2.7:8000", "http://[2001:db8::1]"])
def test_at_a_number_in_place_of_a_name_there_are_none(app, browser_of, alice, address, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", address)
    browser = browser_of(alice)
    assert "an address that is a name" in browser.page(ACCESS).text
    assert "passkey" not in browser_of().page("/accounts/sign-in").text
    for url in (ASK_TO_ADD, ADD):
        assert browser.send(url, {"name": "x", "answer": "x"}).status_code == 404
    for url in (ASK, SIGN_IN):
        assert browser_of().send(url, {"answer": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "host", "origin"),
    [
        ("https://CRM.example:443", "crm.example", "https://crm.example"),
        ("http://crm.example:8000", "crm.example", "http://crm.example:8000"),
        ("https://پیوند.example", "xn--ugb9bf9s0n.example", "https://xn--ugb9bf9s0n.example"),
        ("http://127.0.0.1:8000", None, None),
    ],
)
def test_where_nothing_is_set_they_belong_where_the_browser_asks(app, asked, host, origin):
    with app.test_request_context(base_url=asked):
        assert passkeys.place() == (passkeys.Place(host, origin) if host else None)


def test_there_are_twenty_at_most(browser_of, alice, device, monkeypatch):
    browser = browser_of(alice)
    options = _asked(browser, ASK_TO_ADD)
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
    asked = _asked(browser)["challenge"]
    _knock(browser, device)
    token = browser.get_cookie("peyvand-device").value
    kept = repr([db.session.execute(select(one.__table__)).all() for one in (PasskeyChallenge, Passkey, KnownDevice)])

    assert asked not in kept and token not in kept


def test_it_is_told_by_letter(post, browser_of, alice):
    browser = browser_of(alice)
    device = Device("crm.halden.example", "https://crm.halden.example")
    _added(browser, device)
    browser.send(f"{ADD}/{db.session.scalar(select(Passkey.id))}/removal")

    told = [text.splitlines()[0] for _to, _subject, text in post.letters]
    assert told == [
        "A passkey was added: it signs in without your password.",
        "A passkey was removed. It does not sign in any more.",
    ]
