"""A restored backup lets nobody in who was cut off since, and sends no letter a second time."""

from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from crm_app.accounts import links, mailing, passkeys
from crm_app.accounts.models import KnownDevice, Mail, PasskeyChallenge, PasswordLink, UserSession
from crm_app.audit.models import AuditEntry
from crm_app.extensions import db
from tests import make
from tests.backups.conftest import runner
from tests.conftest import Browser

PAGE = "/accounts/preferences"


class Before(NamedTuple):
    """What was good for something as the backup was made: Alice's cookie, and the way to set Bob's password."""

    email: str
    cookie: str
    link: str


@pytest.fixture
def before(crm, lived, instance, alice, bob, browser_of, tmp_path):
    """A challenge and two letters are open, too, one of which was sent; then it is backed up."""
    browser = browser_of()
    browser.send("/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD})
    assert browser.get(PAGE).status_code == 200
    token = links.new_password_link(bob)
    passkeys._challenge("somebody")
    db.session.get_one(Mail, mailing.ask("password reset", bob.email)).state = "sent"
    mailing.ask("password reset", alice.email)
    known = Before(alice.email, browser.get_cookie("peyvand").value, f"/accounts/password/{token}")
    db.session.commit()
    assert crm("backup", tmp_path / "all.zip").exit_code == 0
    return known


@pytest.fixture
def restored(before, another, tmp_path):
    there = another(RATELIMIT_ENABLED=False, PORT=8000)
    there.test_client_class = Browser
    told = runner(there)("restore", tmp_path / "all.zip")
    assert told.exit_code == 0 and "Everyone has to sign in again." in told.output, told.output
    with there.app_context():
        yield there
        db.session.remove()


def test_nobody_is_signed_in_and_no_link_works_after_a_restore(restored, before):
    for model in (UserSession, KnownDevice, PasswordLink, PasskeyChallenge):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
    db.session.rollback()

    assert restored.test_client().get(before.link).status_code == 410


def test_the_cookie_of_before_is_worth_nothing_but_the_password_is(restored, before):
    client = restored.test_client()
    client.set_cookie("peyvand", before.cookie)
    given = {"email": before.email, "password": make.PASSWORD}

    assert client.get(PAGE).status_code == 302
    assert restored.test_client().send("/accounts/sign-in", given).location == "/"


def test_letters_that_waited_are_dropped_and_the_log_stays(restored):
    assert sorted(db.session.scalars(select(Mail.state))) == ["dropped", "sent"]
    assert "signed in" in db.session.scalars(select(AuditEntry.verb)).all()
