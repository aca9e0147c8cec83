"""The second step of signing in: setting it up, what it takes, and what gets past it (nothing)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from crm_app.accounts import passwords, second_step, signing_in
from crm_app.accounts.models import RecoveryCode, SecondStep
from crm_app.extensions import db, utc_now
from crm_app.web.sealing import unseal
from tests import make

SIGN_IN, CODE, SET_UP = "/accounts/sign-in", "/accounts/sign-in/code", "/accounts/second-step"


@pytest.fixture
def codes(app, alice):
    """Alice's recovery codes; her second step is on."""
    second_step.begin(alice)
    secret = second_step.secret_to_confirm(alice)
    kept = second_step.confirm(alice, pyotp.TOTP(secret).now())
    db.session.execute(update(SecondStep).values(last_step=0))
    db.session.commit()
    assert len(kept) == second_step.RECOVERY_CODES
    return kept


def _app_code(by=0):
    secret = unseal(db.session.scalar(select(SecondStep.sealed_secret)))
    return pyotp.TOTP(secret).at(utc_now(), counter_offset=by)


def _past_password(browser, user, **data):
    response = browser.send(SIGN_IN, {"email": user.email, "password": make.PASSWORD} | data)
    assert (response.status_code, response.location) == (303, CODE)
    return browser


def test_it_is_set_up_with_an_app_and_shows_recovery_codes_once(browser_of, alice):
    browser, other = browser_of(alice), browser_of(alice)
    assert browser.send("/accounts/second-step/secret").location == SET_UP
    page = browser.page(SET_UP)
    secret = page.text_of(page.one("code", class_="secret")).replace(" ", "")

    shown = browser.send(SET_UP, {"code": pyotp.TOTP(secret).now()})

    codes = [line for line in shown.text.splitlines() if line.startswith("<li><code>")]
    assert len(codes) == second_step.RECOVERY_CODES
    assert shown.headers["Cache-Control"] == "no-store"
    assert "10 recovery codes left" in browser.page("/accounts/access").text
    assert other.get("/").status_code == 302
    assert browser.get(SET_UP).status_code == 303


def test_a_code_that_is_not_of_the_app_does_not_turn_it_on(browser_of, alice):
    browser = browser_of(alice)
    browser.send("/accounts/second-step/secret")

    response = browser.send(SET_UP, {"code": "000000"})

    assert response.status_code == 422
    assert "The code is incorrect. Check that the clock of your phone is correct" in response.text
    assert not second_step.is_on(alice)
    assert browser_of().send(SIGN_IN, {"email": alice.email, "password": make.PASSWORD}).location == "/"


def test_signing_in_takes_the_code_of_the_app_after_the_password(browser_of, alice, codes):
    browser = _past_password(browser_of(), alice)
    assert browser.get("/").status_code == 302

    response = browser.send(CODE, {"code": _app_code()})

    assert (response.status_code, response.location) == (303, "/")
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("url", ["/", "/accounts/access", "/contacts/companies", "/search/palette?q=a", SET_UP])
def test_nothing_opens_before_the_second_step(browser_of, alice, codes, url):
    browser = _past_password(browser_of(), alice)

    assert browser.get(url).status_code in (302, 401)


def test_a_code_counts_once(browser_of, alice, codes):
    code = _app_code()
    assert _past_password(browser_of(), alice).send(CODE, {"code": code}).status_code == 303

    again = _past_password(browser_of(), alice).send(CODE, {"code": code})

    assert again.status_code == 422
    assert "already been used" in again.text


def test_of_two_who_send_the_same_code_at_once_one_gets_in(app, browser_of, alice, codes, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: True)
    code = codes[0]
    browsers = [_past_password(browser_of(), alice) for _ in range(4)]
    pairs = [(browser, browser.csrf_token()) for browser in browsers]
    db.session.commit()

    def enter(pair):
        browser, token = pair
        data = {"code": code, "csrf_token": token}
        return super(type(browser), browser).open(CODE, method="POST", data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(enter, pairs))

    assert answers.count(303) == 1


@pytest.mark.parametrize("by", [-1, 1])
def test_the_clock_of_a_phone_may_be_half_a_minute_off(browser_of, alice, codes, by):
    assert _past_password(browser_of(), alice).send(CODE, {"code": _app_code(by)}).status_code == 303


@pytest.mark.parametrize("by", [-3, 3])
def test_an_old_code_or_a_later_one_is_refused(browser_of, alice, codes, by):
    assert _past_password(browser_of(), alice).send(CODE, {"code": _app_code(by)}).status_code == 422


def test_a_code_may_be_typed_in_persian_digits_and_groups(browser_of, alice, codes):
    code = _app_code().translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    assert _past_password(browser_of(), alice).send(CODE, {"code": f" {code[:3]} {code[3:]} "}).status_code == 303


def test_a_recovery_code_works_once(browser_of, alice, codes):
    assert _past_password(browser_of(), alice).send(CODE, {"code": codes[0].upper()}).status_code == 303
    assert second_step.recovery_codes_left(alice) == second_step.RECOVERY_CODES - 1

    assert _past_password(browser_of(), alice).send(CODE, {"code": codes[0]}).status_code == 422


def test_somebody_elses_recovery_code_is_refused(browser_of, alice, bob, codes):
    second_step.begin(bob)
    bobs = second_step.confirm(bob, pyotp.TOTP(second_step.secret_to_confirm(bob)).now())
    db.session.commit()

    assert _past_password(browser_of(), alice).send(CODE, {"code": bobs[0]}).status_code == 422


def test_neither_secret_nor_codes_can_be_read_from_the_database(app, alice, codes):
    secret = unseal(db.session.scalar(select(SecondStep.sealed_secret)))
    kept = repr(db.session.execute(select(SecondStep.__table__)).all() + db.session.execute(select(RecoveryCode)).all())

    assert secret not in kept
    assert not any(code.replace("-", "") in kept for code in codes)


def test_codes_are_guessed_ten_times_and_no_more(browser_of, alice, codes):
    browser = _past_password(browser_of(), alice)
    answers = [browser.send(CODE, {"code": "000000"}).status_code for _ in range(signing_in.TRIES + 2)]

    assert answers == [422] * signing_in.TRIES + [429] * 2
    assert browser.send(CODE, {"code": _app_code()}).status_code == 429


def test_the_right_password_opens_the_second_step_for_ten_minutes(browser_of, alice, codes, monkeypatch):
    browser = _past_password(browser_of(), alice)
    later = utc_now() + signing_in.CODE_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(signing_in, "utc_now", lambda: later)

    assert browser.send(CODE, {"code": _app_code()}).location.startswith(SIGN_IN)


def test_a_password_changed_meanwhile_ends_what_the_old_one_had_opened(browser_of, alice, codes):
    browser = _past_password(browser_of(), alice)
    alice.password_hash = passwords.hashed("a whole new password")
    db.session.commit()

    assert browser.send(CODE, {"code": _app_code()}).location.startswith(SIGN_IN)
    assert browser.get("/").status_code == 302


def test_a_link_sets_the_password_but_does_not_pass_the_second_step(browser_of, alice, codes):
    from crm_app.accounts import links

    token = links.new_password_link(alice)
    db.session.commit()
    browser = browser_of()

    response = browser.send(f"/accounts/password/{token}", {"password": "a whole new password"})

    assert (response.status_code, response.location) == (303, CODE)
    assert browser.get("/").status_code == 302
    assert browser.send(CODE, {"code": _app_code()}).status_code == 303


@pytest.mark.parametrize("proof", [{}, {"password": make.PASSWORD}, {"password": make.PASSWORD, "code": "000000"}])
def test_turning_it_off_takes_password_and_code(browser_of, alice, codes, proof):
    browser = browser_of(alice)

    assert browser.send("/accounts/second-step/end", {"wish": "off"} | proof).status_code == 422
    assert second_step.is_on(alice)


def test_with_both_it_is_off_and_other_devices_are_out(browser_of, alice, codes):
    browser, other = browser_of(alice), browser_of(alice)

    response = browser.send(
        "/accounts/second-step/end", {"wish": "off", "password": make.PASSWORD, "code": _app_code()}
    )

    assert response.status_code == 303
    assert not second_step.is_on(alice)
    assert other.get("/").status_code == 302
    assert browser_of().send(SIGN_IN, {"email": alice.email, "password": make.PASSWORD}).location == "/"


def test_new_recovery_codes_end_the_old_ones(browser_of, alice, codes):
    browser = browser_of(alice)

    shown = browser.send("/accounts/second-step/end", {"wish": "codes", "password": make.PASSWORD, "code": _app_code()})

    assert shown.status_code == 200 and "Your recovery codes" in shown.text
    assert not any(code in shown.text for code in codes)
    assert second_step.is_on(alice)
    assert _past_password(browser_of(), alice).send(CODE, {"code": codes[0]}).status_code == 422


def test_an_owner_turns_it_off_for_somebody_who_lost_the_phone(browser_of, olivia, alice, bob, codes):
    url, hers = f"/settings/people/{alice.id}/second-step/end", browser_of(alice)
    assert browser_of(bob).send(url).status_code == 403
    assert second_step.is_on(alice)

    assert browser_of(olivia).send(url).status_code == 303

    assert not second_step.is_on(alice)
    assert hers.get("/").status_code == 302


def test_a_secret_that_is_begun_again_does_not_replace_the_one_in_force(browser_of, alice, codes):
    before = db.session.scalar(select(SecondStep.sealed_secret))

    browser_of(alice).send("/accounts/second-step/secret")

    assert db.session.scalar(select(SecondStep.sealed_secret)) == before


def test_who_begins_again_before_it_is_on_gets_another_secret(browser_of, alice):
    browser, secrets = browser_of(alice), []
    for _ in range(2):
        assert browser.send("/accounts/second-step/secret").status_code == 303
        secrets.append(second_step.secret_to_confirm(alice))

    assert browser.send(SET_UP, {"code": pyotp.TOTP(secrets[0]).now()}).status_code == 422
    assert browser.send(SET_UP, {"code": pyotp.TOTP(secrets[1]).now()}).status_code == 200
    assert secrets[0] != secrets[1]


def test_a_secret_that_was_begun_again_meanwhile_is_not_turned_on_by_the_code_of_the_first(app, alice, monkeypatch):
    second_step.begin(alice)
    code = pyotp.TOTP(second_step.secret_to_confirm(alice)).now()

    def opened_late(sealed):
        monkeypatch.setattr(second_step, "unseal", unseal)
        second_step.begin(alice)
        return unseal(sealed)

    monkeypatch.setattr(second_step, "unseal", opened_late)

    assert second_step.confirm(alice, code) == [] and not second_step.is_on(alice)


def test_whatever_one_does_with_it_leaves_the_second_step_of_others_alone(app, alice, bob, codes):
    second_step.begin(bob)
    assert second_step.secret_to_confirm(alice) is None, "hers is on; the one that waits is Bob's"
    bobs = second_step.confirm(bob, pyotp.TOTP(second_step.secret_to_confirm(bob)).now())

    second_step.renew_recovery_codes(alice)
    assert second_step.takes(alice, _code_of(alice)) and second_step.turn_off(alice)

    assert second_step.is_on(bob) and second_step.recovery_codes_left(bob) == second_step.RECOVERY_CODES
    assert second_step.takes(bob, bobs[0])


def _code_of(user):
    return pyotp.TOTP(unseal(db.session.get(SecondStep, user.id).sealed_secret)).now()
