"""Whatever pretends to be a passkey, or to be the answer of one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_app.accounts import passkeys
from crm_app.accounts.models import Passkey, SignInFailure
from crm_app.audit import AuditEntry
from crm_app.extensions import db, utc_now
from tests.accounts.authenticator import Device, coded
from tests.accounts.knocking import ADD, ASK_TO_ADD, SIGN_IN, added, asked, knock

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

    response = knock(browser, device, **altered)

    assert response.status_code == 422
    assert "That passkey was not accepted" in response.text
    assert browser.get("/").status_code == 302
    assert db.session.scalar(select(Passkey.sign_count)) == before
    assert db.session.scalar(select(AuditEntry.verb).order_by(AuditEntry.id.desc())) == "passkey refused"


def test_an_answer_signed_by_another_key_is_refused(browser_of, alice, device):
    thief = Device(count=9, handle=device.handle, credential_id=device.credential_id)

    assert knock(browser_of(), thief).status_code == 422


def test_somebody_elses_passkey_does_not_become_ones_own(browser_of, alice, bob, device):
    bobs = added(browser_of(bob))
    assert knock(browser_of(), bobs, handle=device.handle).status_code == 422

    again = Device(credential_id=device.credential_id)
    browser = browser_of(bob)
    response = browser.send(ADD, {"answer": again.made(asked(browser, ASK_TO_ADD)), "name": "Stolen"})

    assert response.status_code == 422 and "was not accepted" in response.text
    assert db.session.scalar(select(Passkey.user_id).where(Passkey.name == "Laptop")) == alice.id


def test_a_device_that_does_not_say_whose_it_is_signs_in(browser_of, device):
    assert knock(browser_of(), device, handle=None).status_code == 303


def test_an_answer_counts_once_and_for_the_browser_that_was_asked(browser_of, device):
    browser, other = browser_of(), browser_of()
    asked(other)
    answer = device.answer(asked(browser))
    assert other.send(SIGN_IN, {"answer": answer}).status_code == 422, "it was put to another browser"

    assert browser.send(SIGN_IN, {"answer": answer}).status_code == 303
    browser.send("/accounts/sign-out")

    assert browser.send(SIGN_IN, {"answer": answer}).status_code == 422


def test_a_question_that_waits_is_not_ended_by_the_next_one(browser_of, device):
    first, second = browser_of(), browser_of()
    options = asked(first)
    asked(second)

    assert knock(first, device, options).status_code == 303


def test_a_question_is_used_up_by_a_wrong_answer_and_waits_for_five_minutes(browser_of, device, monkeypatch):
    browser = browser_of()
    options = asked(browser)
    knock(browser, device, options, origin="https://evil.example")
    assert knock(browser, device, options).status_code == 422

    options = asked(browser)
    later = utc_now() + passkeys.ANSWERED_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(passkeys, "utc_now", lambda: later)

    assert knock(browser, device, options).status_code == 422
    assert knock(browser, device).status_code == 303, "another question is asked"


def test_of_two_who_send_one_answer_at_once_one_gets_in(browser_of, alice):
    device, browser = added(browser_of(alice)), browser_of()
    answer, token = device.answer(asked(browser)), browser.csrf_token()
    cookie = f"peyvand={browser.get_cookie('peyvand').value}"
    thieves = [browser.application.test_client(use_cookies=False) for _ in range(4)]
    db.session.commit()

    def try_it(thief):
        headers = {"Cookie": cookie, "X-CSRFToken": token}
        return super(type(thief), thief).open(SIGN_IN, method="POST", data={"answer": answer}, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = [response.status_code for response in pool.map(try_it, thieves)]

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
    good = json.loads(device.answer(asked(browser_of())))
    for name in ("authenticatorData", "signature", "userHandle"):
        for wrong in (None, 7, "", "%%%", coded(b"\xa1" * 500)):
            db.session.query(SignInFailure).delete()
            answer = json.dumps(good | {"response": good["response"] | {name: wrong}})
            assert browser_of().send(SIGN_IN, {"answer": answer}).status_code == 422, (name, wrong)
    options = asked(mine, ASK_TO_ADD)
    made = json.loads(Device().made(options))
    made["response"]["attestationObject"] = coded(b"\xa1" * 500)
    assert mine.send(ADD, {"answer": json.dumps(made), "name": "x"}).status_code == 422
    assert db.session.scalars(select(Passkey.name)).all() == ["Laptop"]


@pytest.mark.parametrize(
    "altered", [{"is_verified": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}]
)
def test_a_passkey_that_was_not_made_here_by_its_owner_is_not_added(browser_of, alice, altered):
    browser = browser_of(alice)
    answer = Device().made(asked(browser, ASK_TO_ADD), **altered)

    assert browser.send(ADD, {"answer": answer, "name": "x"}).status_code == 422
    assert db.session.scalars(select(Passkey)).all() == []


def test_one_session_cannot_answer_what_another_was_asked_even_of_one_person(browser_of, alice):
    first, second = browser_of(alice), browser_of(alice)
    answer = Device().made(asked(first, ASK_TO_ADD))

    assert second.send(ADD, {"answer": answer, "name": "x"}).status_code == 422
