"""`crm users`."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crm_app import cli
from crm_app.accounts import passwords
from crm_app.accounts.models import Passkey, User
from crm_app.activity.models import Event
from crm_app.extensions import db
from tests import make


@pytest.fixture
def crm(app, monkeypatch):
    """Run a command in the application under test: `crm("list")`."""
    from crm_app.settings.commands import users

    def run(*arguments, **kwargs):
        db.session.commit()
        monkeypatch.setattr("crm_app.create_app", lambda: app)
        result = CliRunner().invoke(cli.main, ["users", *arguments], **kwargs)
        db.session.expire_all()
        return result

    assert users.commands
    return run


def test_every_command_has_help(crm):
    assert {"add", "list", "reset-password", "disable", "enable"} <= set(
        re.findall(r"^  ([a-z-]+)", crm("--help").output, re.M)
    )
    for name in ("add", "list", "reset-password", "disable", "enable"):
        result = crm(name, "--help")
        assert result.exit_code == 0 and "Usage" in result.output


def test_a_person_is_added_with_a_link_that_works(crm, browser_of, olivia):
    north = make.team("North")

    result = crm("add", "Dora@Halden.example", "--name", "Dora Diaz", "--role", "manager", "--team", "north")

    assert result.exit_code == 0, result.output
    assert "Added 1 user: Dora Diaz <dora@halden.example>, manager. 2 active, 0 disabled." in result.output
    dora = db.session.scalar(select(User).where(User.email == "dora@halden.example"))
    assert (dora.role, dora.team, dora.password_hash) == ("manager", north, None)
    link = re.search(r"http://localhost:8000(/accounts/password/\S+)", result.output)[1]
    assert browser_of().send(link, {"password": "seven quiet herons"}).status_code == 303


def test_passkeys_of_somebody_whose_laptop_was_stolen_are_removed(crm, browser_of, alice, bob):
    facts = {"name": "Laptop", "host": "localhost", "public_key": "YQ", "user_handle": "YQ"}
    db.session.add_all(Passkey(user_id=one.id, credential_id=one.name[:1], **facts) for one in (alice, bob))
    hers = browser_of(alice)

    result = crm("remove-passkeys", alice.email)

    assert (result.exit_code, result.output) == (0, "Removed 1 passkey: Alice Adler.\n")
    assert db.session.scalars(select(Passkey.user_id)).all() == [bob.id]
    assert hers.get("/").status_code == 302
    assert crm("remove-passkeys", alice.email).output == "Removed 0 passkeys: Alice Adler.\n"
    assert crm("remove-passkeys", "nobody@halden.example").exit_code == 1


def test_links_begin_with_the_address_that_is_set(app, crm, olivia, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.halden.example")

    assert "https://crm.halden.example/accounts/password/" in crm("reset-password", olivia.email).output


def test_a_first_password_may_be_asked_for(crm, olivia):
    result = crm(
        "add", "d@halden.example", "--name", "D", "--password", input="seven quiet herons\nseven quiet herons\n"
    )

    assert result.exit_code == 0
    assert "http" not in result.output and "seven quiet" not in result.output
    person = db.session.scalar(select(User).where(User.email == "d@halden.example"))
    assert passwords.is_right(person.password_hash, "seven quiet herons")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "no address", "--name", "X"), "no address is not a valid email address."),
        (("add", "x@halden.example", "--name", " "), "A name must have 1 to 200 characters."),
        (
            ("add", "x@halden.example", "--name", "X", "--team", "Nowhere"),
            "There is no team Nowhere. Teams: none.",
        ),
        (("reset-password", "nobody@halden.example"), "There is no user with the email address nobody@halden.example."),
        (("disable", "nobody@halden.example"), "There is no user with the email address nobody@halden.example."),
        (("enable", "nobody@halden.example"), "There is no user with the email address nobody@halden.example."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(crm, olivia, arguments, words):
    result = crm(*arguments)

    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output
    assert db.session.query(User).count() == 1


def test_an_address_belongs_to_one_person(crm, olivia):
    result = crm("add", olivia.email.upper(), "--name", "Second")

    assert result.exit_code == 1
    assert "Another user already has the email address" in result.output


def test_a_short_password_is_refused(crm, olivia):
    assert crm("add", "d@halden.example", "--name", "D", "--password", input="short\nshort\n").exit_code == 1


def test_people_are_listed_with_their_state(crm, olivia, alice, bob):
    bob.disable()
    alice.password_hash = None

    shown, all_of_them = crm("list").output, crm("list", "--disabled").output

    assert "2 active, 1 disabled." in shown
    assert "Bob Brandt" not in shown and "Bob Brandt" in all_of_them
    assert re.search(r"Alice Adler .* rep .* cannot sign in yet", shown)
    assert re.search(r"Olivia Owen .* owner .* active", shown)


def test_disabling_signs_out_and_enabling_lets_in_again(crm, browser_of, olivia, alice):
    browser = browser_of(alice)

    assert "Disabled Alice Adler." in crm("disable", alice.email).output
    assert browser.get("/settings/").status_code == 302
    assert "Alice Adler was already disabled." in crm("disable", alice.email).output
    assert "Enabled Alice Adler." in crm("enable", alice.email).output
    assert alice.is_active
    assert [event.verb for event in db.session.scalars(select(Event).order_by(Event.id))] == ["disabled", "enabled"]


def test_the_last_owner_is_not_disabled(crm, olivia):
    result = crm("disable", olivia.email)

    assert result.exit_code == 1
    assert "the only owner who can sign in" in result.output
    assert olivia.is_active


def test_a_disabled_person_gets_no_link(crm, olivia, alice):
    alice.disable()

    assert "is disabled. Enable this user first." in crm("reset-password", alice.email).output


def test_before_the_set_up_there_is_nobody_to_look_after(crm):
    result = crm("list")

    assert result.exit_code == 1
    assert "has not been set up yet" in result.output
