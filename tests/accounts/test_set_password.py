"""The link by which somebody sets a password."""

from datetime import timedelta

import pytest

from crm_app.accounts import links, passwords
from crm_app.accounts.models import PasswordLink
from crm_app.extensions import db, utc_now
from tests import make

NEW = {"password": "seven quiet herons"}


@pytest.fixture
def url(alice):
    token = links.new_password_link(alice)
    db.session.commit()
    return f"/accounts/password/{token}"


def test_the_link_shows_whose_password_it_sets(browser_of, alice, url):
    response = browser_of().get(url)

    assert response.status_code == 200
    assert alice.email in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_the_link_sets_the_password_and_signs_in(browser_of, alice, url):
    client = browser_of()

    response = client.send(url, NEW)

    assert (response.status_code, response.location) == (303, "/")
    assert passwords.is_right(alice.password_hash, NEW["password"])
    client.page("/accounts/preferences")


def test_devices_that_were_signed_in_are_out(browser_of, alice, url):
    before = browser_of(alice)

    browser_of().send(url, NEW)

    assert before.get("/accounts/preferences").status_code == 302


def test_the_link_works_once(browser_of, alice, url):
    browser_of().send(url, NEW)

    again = browser_of().send(url, {"password": "a second thought"})

    assert again.status_code == 410
    assert browser_of().get(url).status_code == 410
    assert passwords.is_right(alice.password_hash, NEW["password"])


def test_of_two_who_use_it_at_once_one_finds_it_gone(alice, url):
    token = url.rpartition("/")[2]

    assert links.use_password_link(token)
    assert not links.use_password_link(token)


def test_a_newer_link_ends_the_older_one(browser_of, alice, url):
    links.new_password_link(alice)

    assert browser_of().send(url, NEW).status_code == 410


def test_after_a_day_the_link_no_longer_works(browser_of, alice, url):
    db.session.query(PasswordLink).one().expires_at = utc_now() - timedelta(seconds=1)

    assert browser_of().get(url).status_code == 410


def test_a_disabled_person_is_not_let_in_by_a_link(browser_of, alice, url):
    alice.disable()

    assert browser_of().send(url, NEW).status_code == 410
    assert passwords.is_right(alice.password_hash, make.PASSWORD)


def test_changing_the_password_oneself_ends_the_link(browser_of, alice, url):
    browser_of(alice).send("/accounts/password", {"current": make.PASSWORD, "password": "another long one"})

    assert browser_of().get(url).status_code == 410


@pytest.mark.parametrize("password", ["", "short", "password123", "x" * 201])
def test_a_password_that_is_too_easy_is_refused_and_the_link_still_works(browser_of, alice, url, password):
    response = browser_of().send(url, {"password": password})

    assert response.status_code == 422
    assert browser_of().get(url).status_code == 200


@pytest.mark.parametrize("token", ["no-such-token", "x" * 3000, "%00", "🔑"])
def test_an_unknown_link_looks_like_a_used_one(browser_of, organisation, token):
    assert browser_of().get(f"/accounts/password/{token}").status_code == 410


def test_only_the_hash_of_the_token_is_kept(url, alice):
    token = url.rpartition("/")[2]

    assert len(token) >= 43
    assert db.session.query(PasswordLink).one().token_hash == links.digest(token)


def test_what_another_does_with_a_password_ends_no_link_of_ones_own(browser_of, alice, bob, url):
    links.new_password_link(bob)
    browser_of(bob).send("/accounts/password", {"current": make.PASSWORD, "password": "another long one"})

    assert browser_of().get(url).status_code == 200
