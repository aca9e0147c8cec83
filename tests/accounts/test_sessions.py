"""Sessions: how long they run, and how they end."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm_app.accounts import sessions
from crm_app.accounts.models import UserSession
from crm_app.extensions import db, utc_now
from tests import make

PREFERENCES = "/accounts/preferences"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


def _aged(**facts):
    db.session.execute(update(UserSession).values(**facts))
    db.session.commit()


def _signed_in(browser, user, agent=CHROME):
    browser.send("/accounts/sign-in", {"email": user.email, "password": make.PASSWORD}, headers={"User-Agent": agent})
    return browser


def test_a_browser_that_rests_for_twelve_hours_is_signed_out(browser_of, alice):
    browser = browser_of(alice)
    _aged(seen_at=utc_now() - sessions.IDLE - timedelta(minutes=1))

    assert browser.get(PREFERENCES).status_code == 302


def test_one_that_was_used_meanwhile_stays_signed_in(browser_of, alice):
    browser = browser_of(alice)
    _aged(seen_at=utc_now() - sessions.IDLE + timedelta(minutes=1))
    assert browser.get(PREFERENCES).status_code == 200

    seen_at = db.session.scalar(select(UserSession.seen_at))

    assert utc_now() - seen_at < timedelta(minutes=1)


def test_one_to_be_remembered_may_rest_but_ends_after_thirty_days(browser_of, alice):
    browser = browser_of()
    browser.send("/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD, "remember": "y"})
    _aged(seen_at=utc_now() - timedelta(days=20))
    assert browser.get(PREFERENCES).status_code == 200

    _aged(began_at=utc_now() - sessions.LONGEST - timedelta(minutes=1), seen_at=utc_now())

    assert browser.get(PREFERENCES).status_code == 302


def test_a_page_in_use_is_noted_as_seen_now_and_then_only(browser_of, alice, statements):
    browser = browser_of(alice)
    browser.get(PREFERENCES)

    with statements() as seen:
        browser.get(PREFERENCES)

    assert not [one for one in seen if one.startswith("UPDATE user_sessions")]


def test_a_page_is_shown_even_where_nothing_can_be_written(browser_of, alice, monkeypatch):
    from contextlib import contextmanager

    from sqlalchemy.exc import OperationalError

    @contextmanager
    def refusing():
        raise OperationalError("UPDATE user_sessions", {}, Exception("database or disk is full"))
        yield

    browser = browser_of(alice)
    _aged(seen_at=utc_now() - timedelta(hours=1))
    monkeypatch.setattr(sessions, "committed_beside", refusing)

    assert browser.get(PREFERENCES).status_code == 200


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, browser_of, alice):
    browser, thief = _signed_in(browser_of(), alice), browser_of()
    name = app.config["SESSION_COOKIE_NAME"]
    thief.set_cookie(name, browser.get_cookie(name).value)
    assert thief.get(PREFERENCES).status_code == 200

    browser.send("/accounts/sign-out")

    assert thief.get(PREFERENCES).status_code == 302


def test_only_the_hash_of_what_the_cookie_holds_is_kept(browser_of, alice):
    browser = _signed_in(browser_of(), alice)
    with browser.session_transaction() as cookie:
        token = cookie["_user_id"]

    kept = db.session.execute(select(UserSession.__table__)).one()

    assert token not in map(str, kept)
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["", "1", "1:x", "\x00", "a" * 5000, "' OR 1=1 --", "٣"])
def test_a_cookie_that_was_never_given_out_lets_nobody_in(browser_of, alice, token):
    browser = browser_of()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token

    assert browser.get(PREFERENCES).status_code == 302


def test_one_sees_where_one_is_signed_in(browser_of, alice, bob):
    browser = _signed_in(browser_of(), alice)
    _signed_in(browser_of(), alice, IPHONE)
    _signed_in(browser_of(), bob, "curl/8")

    page = browser.page("/accounts/access")

    devices = [page.text_of(device) for device in page.all("li", class_="device")]
    assert [device.partition(" 127.0.0.1")[0] for device in devices] == [
        "Chrome on Linux this device",
        "Safari on iPhone",
    ]


def test_what_a_browser_calls_itself_is_text_and_nothing_else(browser_of, alice):
    browser = _signed_in(browser_of(), alice)
    _signed_in(browser_of(), alice, "<script>alert(1)</script>" * 50)

    page = browser.page("/accounts/access")

    assert "Unknown browser" in page.text
    assert "<script>alert" not in page.html


def test_a_device_is_signed_out_from_another_one(browser_of, alice):
    browser, phone = _signed_in(browser_of(), alice), _signed_in(browser_of(), alice, IPHONE)
    forms = [form.get("action", "") for form in browser.page("/accounts/access").all("form")]
    (action,) = [action for action in forms if action.endswith("/end")]

    assert browser.send(action).status_code == 303

    assert phone.get(PREFERENCES).status_code == 302
    assert browser.get(PREFERENCES).status_code == 200


def test_all_others_are_signed_out_at_once(browser_of, alice, bob):
    browser, others = _signed_in(browser_of(), alice), [_signed_in(browser_of(), alice, IPHONE) for _ in range(2)]
    bobs = browser_of(bob)

    response = browser.send("/accounts/sessions/end-others")

    assert response.status_code == 303
    assert "2 devices were signed out" in browser.page("/accounts/access").text
    assert [other.get(PREFERENCES).status_code for other in others] == [302, 302]
    assert bobs.get(PREFERENCES).status_code == 200


def test_a_new_password_signs_out_every_other_device(browser_of, alice):
    browser, phone = _signed_in(browser_of(), alice), _signed_in(browser_of(), alice, IPHONE)

    browser.send("/accounts/password", {"current": make.PASSWORD, "password": "a longer one than before"})

    assert phone.get(PREFERENCES).status_code == 302
    assert browser.get(PREFERENCES).status_code == 200


def test_what_is_over_is_forgotten_when_somebody_signs_in(browser_of, alice, bob):
    browser_of(alice)
    _aged(seen_at=utc_now() - timedelta(days=2))

    _signed_in(browser_of(), bob)

    assert db.session.scalars(select(UserSession.user_id)).all() == [bob.id]


def test_one_to_be_remembered_outlives_the_signing_in_of_others(browser_of, alice, bob):
    browser = browser_of()
    browser.send("/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD, "remember": "y"})
    _aged(seen_at=utc_now() - timedelta(days=2))

    _signed_in(browser_of(), bob)

    assert browser.get(PREFERENCES).status_code == 200


def test_what_one_device_does_keeps_no_other_one_signed_in(browser_of, alice):
    browser, resting = browser_of(alice), browser_of(alice)
    _aged(seen_at=utc_now() - sessions.IDLE + timedelta(minutes=1))
    browser.get(PREFERENCES)

    in_use, at_rest = db.session.scalars(select(UserSession.seen_at).order_by(UserSession.id))

    assert in_use - at_rest > timedelta(hours=11)
    assert resting.get(PREFERENCES).status_code == 200


def test_a_device_that_rested_for_too_long_is_told_of_no_more(browser_of, alice):
    browser = _signed_in(browser_of(), alice)
    _signed_in(browser_of(), alice, IPHONE)
    rested = update(UserSession).where(UserSession.agent == IPHONE)
    db.session.execute(rested.values(seen_at=utc_now() - sessions.IDLE - timedelta(minutes=1)))

    assert "iPhone" not in browser.page("/accounts/access").text


def test_whoever_is_disabled_is_out_at_once_and_nobody_else(browser_of, alice, bob):
    hers, his = browser_of(alice), browser_of(bob)

    alice.disable()
    db.session.commit()

    assert [browser.get(PREFERENCES).status_code for browser in (hers, his)] == [302, 200]
