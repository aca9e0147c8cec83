"""Signing in, and what guessing comes to."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_app.accounts import links, passwords, signing_in
from crm_app.accounts.models import SignInFailure, UserSession
from crm_app.accounts.signing_in import Guarded
from crm_app.extensions import db
from tests import make

URL = "/accounts/sign-in"


def _try(client, email, password="a wrong password", **kwargs):
    return client.send(URL, {"email": email, "password": password}, **kwargs)


def test_the_right_password_opens_the_first_page(browser_of, alice):
    client = browser_of()

    response = _try(client, alice.email, make.PASSWORD)

    assert (response.status_code, response.location) == (303, "/")
    assert client.get("/").status_code == 200


def test_the_address_may_be_typed_in_any_case_and_with_spaces(browser_of, alice):
    assert _try(browser_of(), f"  {alice.email.upper()} ", make.PASSWORD).status_code == 303


def test_a_wrong_password_says_so_and_keeps_the_address(browser_of, alice):
    client = browser_of()

    response = _try(client, alice.email)

    body = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "is incorrect" in body
    assert alice.email in body
    assert "a wrong password" not in body
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("data", [{}, {"email": "x"}, {"password": "x"}, {"email": "a" * 5000, "password": "\x00"}])
def test_a_form_that_is_not_filled_in_is_refused(browser_of, alice, data):
    assert browser_of().send(URL, data).status_code == 422


def test_nothing_tells_whether_an_account_exists(browser_of, alice):
    def body(email):
        text = _try(browser_of(), email).get_data(as_text=True).replace(email, "")
        return re.sub(r'name="csrf_token" value="[^"]*"|X-CSRFToken": "[^"]*"', "", text)

    assert body(alice.email) == body("nobody@halden.example")


@pytest.mark.parametrize("facts", [{"password_hash": None}, {"email": None}])
def test_who_has_no_password_or_address_cannot_sign_in(browser_of, alice, facts):
    email = alice.email
    for name, value in facts.items():
        setattr(alice, name, value)

    assert _try(browser_of(), email, make.PASSWORD).status_code == 422


def test_a_disabled_person_cannot_sign_in(browser_of, alice):
    alice.disable()

    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 422


@pytest.mark.parametrize("exists", [True, False])
def test_the_eleventh_guess_has_to_wait_whoever_it_is_about(browser_of, alice, exists):
    email = alice.email if exists else "nobody@halden.example"
    for _ in range(signing_in.TRIES):
        assert _try(browser_of(), email).status_code == 422

    response = _try(browser_of(), email, make.PASSWORD)

    assert response.status_code == 429
    assert "Too many attempts. Wait 15 minutes" in response.get_data(as_text=True)
    assert db.session.query(SignInFailure).count() == signing_in.TRIES


def test_after_a_quarter_of_an_hour_one_may_try_again(browser_of, alice):
    for _ in range(signing_in.TRIES):
        _try(browser_of(), alice.email)
    for failure in db.session.query(SignInFailure):
        failure.at -= signing_in.PAUSE

    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 303
    assert db.session.query(SignInFailure).count() == 0


def test_signing_in_forgets_the_guesses_of_that_account_alone(browser_of, alice, bob):
    _try(browser_of(), alice.email)
    _try(browser_of(), bob.email)

    _try(browser_of(), alice.email, make.PASSWORD)

    assert db.session.query(SignInFailure).count() == 1


def test_an_address_that_guesses_at_many_accounts_has_to_wait(browser_of, alice):
    for number in range(signing_in.TRIES_PER_ADDRESS):
        signing_in.note_guess(Guarded("password", f"p{number}@halden.example"), "198.51.100.7")
    from_there = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}

    assert _try(browser_of(), alice.email, make.PASSWORD, **from_there).status_code == 429
    assert _try(browser_of(), alice.email, make.PASSWORD).status_code == 303


def test_a_line_of_ipv6_counts_as_one_address(app):
    for number in range(signing_in.TRIES_PER_ADDRESS):
        signing_in.note_guess(Guarded("password", f"p{number}@halden.example"), f"2001:db8::{number:x}")
    db.session.flush()

    new = Guarded("password", "new@halden.example")
    assert signing_in.is_paused(new, "2001:db8::ffff")
    assert not signing_in.is_paused(new, "2001:db8:1::1")


def test_an_address_of_any_length_that_somebody_may_have_signs_in(browser_of, alice):
    alice.email = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.example"
    db.session.commit()

    assert browser_of().send("/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD}).status_code == 303


def test_of_a_burst_of_guesses_no_more_than_the_limit_get_through(app, browser_of, alice, monkeypatch):
    looked_at = []
    monkeypatch.setattr(passwords, "is_right", lambda stored, password: looked_at.append(password) or False)
    email = alice.email
    tokens = [(client := browser_of(), client.csrf_token()) for _ in range(16)]
    db.session.commit()

    def guess(pair):
        client, token = pair
        with app.test_request_context():
            pass
        return (
            super(type(client), client)
            .open(URL, method="POST", data={"email": email, "password": "guess"}, headers={"X-CSRFToken": token})
            .status_code
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, tokens))

    assert set(answers) <= {422, 429}
    assert len(looked_at) <= signing_in.TRIES
    assert answers.count(422) == len(looked_at)


def test_a_cookie_planted_before_signing_in_is_worth_nothing(browser_of, alice):
    client = browser_of()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf_token"] = "known to somebody else"

    _try(client, alice.email, make.PASSWORD)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != "known to somebody else"
        assert session["_user_id"]


def test_the_session_lasts_only_where_that_was_asked_for(browser_of, alice):
    short = _try(browser_of(), alice.email, make.PASSWORD)
    long = browser_of().send(URL, {"email": alice.email, "password": make.PASSWORD, "remember": "y"})

    def cookie(response):
        return next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("peyvand="))

    assert "Expires" not in cookie(short)
    assert "Expires" in cookie(long)
    assert "HttpOnly" in cookie(long) and "SameSite=Lax" in cookie(long)


def test_one_arrives_where_one_wanted_to_go(browser_of, alice):
    response = browser_of().send(
        f"{URL}?next=/accounts/preferences%3Fa%3D1", {"email": alice.email, "password": make.PASSWORD}
    )

    assert response.location == "/accounts/preferences?a=1"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "@evil.example",
        "/a\r\nX: y",
        "http://[",
        "//[",
        "/%",
    ],
)
def test_no_other_site_is_ever_arrived_at(browser_of, alice, target):
    data = {"email": alice.email, "password": make.PASSWORD}

    response = browser_of().send(URL, data, query_string={"next": target})

    assert response.status_code == 303
    assert response.location in ("/", "/%", "/%25")


def test_whoever_is_signed_in_already_goes_on(client):
    assert client.get(URL).location == "/"


def test_a_stranger_is_asked_to_sign_in_and_comes_back(browser_of, alice):
    response = browser_of().get("/accounts/preferences?a=ب")

    assert response.status_code == 302
    assert response.location.startswith("/accounts/sign-in?next=/accounts/preferences?a%3D")


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        ("http://localhost/contacts/people/new?a=1", "/accounts/sign-in?next=/contacts/people/new?a%3D1"),
        ("https://evil.example/contacts/people/new", "/accounts/sign-in?next=/contacts/people/new"),
        ("https://evil.example//evil.example", "/accounts/sign-in"),
        ("http://localhost/accounts/sign-out", "/accounts/sign-in"),
        ("http://localhost/nowhere", "/accounts/sign-in"),
        ("http://[", "/accounts/sign-in"),
        (None, "/accounts/sign-in"),
    ],
)
def test_a_form_sent_by_a_session_that_ended_leads_back_to_its_page(browser_of, alice, page, leads_to):
    for client in (browser_of(), browser_of(alice)):
        UserSession.query.delete()
        response = client.send("/contacts/people/new", {"name": "Grace"}, headers={"Referer": page} if page else {})

        assert (response.status_code, response.location) == (302, leads_to)


def test_a_form_without_its_token_asks_a_stranger_to_sign_in(browser_of, alice):
    headers = {"Referer": "http://localhost/contacts/people/new"}

    response = browser_of().post("/contacts/people/new", data={"name": "Grace"}, headers=headers)

    assert response.location == "/accounts/sign-in?next=/contacts/people/new"
    assert browser_of(alice).post("/contacts/people/new", data={"name": "Grace"}).status_code == 403
    assert browser_of().post(URL, data={"email": alice.email}).status_code == 403


def test_before_anything_is_set_up_a_form_without_its_token_says_so(browser_of, app):
    link = links.new_setup_link()
    db.session.commit()

    assert browser_of().post(f"/settings/first-run/{link}", data={"name": "Olivia"}).status_code == 403


def test_a_part_asked_for_by_a_session_that_ended_sends_the_whole_page_to_sign_in(browser_of, alice):
    headers = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Current-URL": "http://localhost/accounts/preferences?a=1",
    }

    response = browser_of().get("/accounts/preferences", headers=headers)

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/accounts/sign-in?next=/accounts/preferences?a%3D1"


def test_signing_out_ends_the_session_and_keeps_the_language(browser_of, alice):
    client = browser_of(alice)
    alice.language = "fa"

    response = client.send("/accounts/sign-out")

    assert response.location == "/accounts/sign-in"
    assert client.get("/").status_code == 302
    assert client.page(URL).one("html").get("dir") == "rtl"


def test_a_visitor_chooses_a_language(browser_of, organisation):
    client = browser_of()

    response = client.send("/accounts/language", {"language": "zh", "next": URL})

    assert response.location == URL
    assert client.page(URL).one("html").get("lang") == "zh-CN"
    assert client.send("/accounts/language", {"language": "tlh"}).status_code == 400


def test_the_browsers_language_is_taken_until_one_is_chosen(browser_of, organisation):
    page = browser_of().page(URL, headers={"Accept-Language": "fa-IR,fa;q=0.9,en;q=0.5"})

    assert page.one("html").get("dir") == "rtl"


def test_the_page_names_the_organisation(browser_of, organisation):
    assert "Halden Instruments" in browser_of().page(URL).text
