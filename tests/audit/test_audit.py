"""The audit log: what is told, by whom, and that nobody takes a line back."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from crm_app import audit
from crm_app.audit import AuditEntry, chain, watching
from crm_app.extensions import db, utc_now
from tests import make


def _told(*verbs):
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [entry for entry in entries if not verbs or entry.verb in verbs]


def test_who_signs_in_and_out_is_told_with_place_and_browser(browser_of, alice):
    browser = browser_of()
    browser.send("/accounts/sign-in", {"email": alice.email, "password": "not this one"})
    browser.send(
        "/accounts/sign-in", {"email": alice.email, "password": make.PASSWORD}, headers={"User-Agent": "Some/1"}
    )
    browser.send("/accounts/sign-out")

    failed, signed_in, signed_out = _told()

    assert (failed.verb, failed.actor_id, failed.subject) == ("sign-in failed", None, alice.email)
    assert (signed_in.verb, signed_in.actor_id, signed_in.actor_name) == ("signed in", alice.id, "Alice Adler")
    assert (signed_in.address, signed_in.agent) == ("127.0.0.1", "Some/1")
    assert (signed_out.verb, signed_out.actor_id) == ("signed out", alice.id)


def test_no_secret_gets_into_it(browser_of, alice):
    browser_of().send("/accounts/sign-in", {"email": alice.email, "password": "not this one"})
    browser = browser_of(alice)
    browser.send("/accounts/password", {"current": make.PASSWORD, "password": "a longer one than before"})

    written = repr([entry.__dict__ for entry in _told()])

    assert "not this one" not in written
    assert make.PASSWORD not in written and "a longer one" not in written
    assert "argon2" not in written


def test_a_password_typed_where_the_address_belongs_is_not_written_down(browser_of, alice):
    browser_of().send("/accounts/sign-in", {"email": "my secret password", "password": "x"})

    (failed,) = _told("sign-in failed")
    assert failed.subject == ""


def test_a_persian_name_keeps_the_joiners_of_its_letters_and_nothing_else_that_is_unseen(olivia):
    audit.note("user added", "علی\u200cرضا\nsigned in\u202e", actor=olivia)
    db.session.commit()

    (added,) = _told("user added")
    assert added.subject == "علی\u200cرضا\ufffdsigned in\ufffd"


def test_what_an_owner_does_to_users_is_told(browser_of, alice, olivia):
    browser = browser_of(olivia)
    facts = {"name": alice.name, "email": alice.email, "role": "manager", "team_id": "0"}
    browser.send(f"/settings/people/{alice.id}", facts)
    browser.send(f"/settings/people/{alice.id}/standing", {"state": "disabled"})

    changed, disabled = _told("users changed", "users disabled")

    assert changed.particulars == {"changes": {"role": ["rep", "manager"]}}
    assert changed.subject == f"Alice Adler (#{alice.id})"
    assert (changed.actor_id, disabled.actor_id) == (olivia.id, olivia.id)


def test_a_file_that_is_taken_along_is_told(browser_of, alice):
    make.company(alice, "Alpha")

    browser_of(alice).get("/lists/companies/export.csv?q=alpha").close()

    (taken,) = _told("took along")
    assert (taken.actor_id, taken.subject) == (alice.id, "/lists/companies/export.csv")
    assert taken.particulars == {"query": "q=alpha"}


def test_what_is_refused_is_told_once_a_minute(browser_of, alice):
    browser = browser_of(alice)
    for _ in range(3):
        assert browser.get("/settings/people").status_code == 403
    browser.send("/settings/teams/new", {"name": "Mine"})

    assert [(one.subject, one.particulars["method"]) for one in _told("refused")] == [
        ("/settings/people", "GET"),
        ("/settings/teams/new", "POST"),
    ]


def test_what_is_refused_is_told_of_each_person_and_again_after_a_minute(browser_of, alice, bob, monkeypatch):
    hers, his = browser_of(alice), browser_of(bob)
    for browser in (hers, his, hers):
        assert browser.get("/settings/people").status_code == 403
    later = utc_now() + timedelta(minutes=1, seconds=1)
    monkeypatch.setattr(watching, "utc_now", lambda: later)
    assert hers.get("/settings/people").status_code == 403

    assert [one.actor_id for one in _told("refused")] == [alice.id, bob.id, alice.id]


def test_what_is_rolled_back_is_not_told(app, alice):
    audit.note("signed in", actor=alice)
    db.session.rollback()
    audit.note("signed out", actor=alice)
    db.session.commit()

    assert [one.verb for one in _told()] == ["signed out"]


@pytest.mark.parametrize("change", [update(AuditEntry).values(verb="x"), delete(AuditEntry)])
def test_the_database_refuses_to_change_a_line_or_to_take_it_out(app, alice, change):
    audit.note("signed in", actor=alice)
    db.session.commit()

    with pytest.raises(DatabaseError, match="stay as they are"):
        db.session.execute(change)

    db.session.rollback()
    assert len(_told()) == 1


def _three_lines(alice):
    for verb in ("signed in", "took along", "signed out"):
        audit.note(verb, actor=alice, letters="é 中 \ud83d" if verb == "took along" else "")
        db.session.commit()


def test_the_chain_holds_as_long_as_nobody_touched_it(app, alice):
    _three_lines(alice)

    verdict = chain.verified()

    assert verdict == (3, None, _told()[-1].hash, False)


@pytest.mark.parametrize(
    ("tampering", "at"),
    [
        ("UPDATE audit_entries SET actor_name = 'Bob' WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET at = '2001-01-01 00:00:00' WHERE verb = 'signed in'", 1),
        ("UPDATE audit_entries SET particulars = '{}' WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET actor_id = NULL WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET verb = 'signed in' WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET subject = 'x' WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET address = '192.0.2.1' WHERE verb = 'took along'", 2),
        ("UPDATE audit_entries SET agent = 'x' WHERE verb = 'took along'", 2),
        ("DELETE FROM audit_entries WHERE verb = 'took along'", 3),
        ("DELETE FROM audit_entries WHERE verb = 'signed in'", 2),
    ],
)
def test_a_line_changed_behind_the_guards_is_found(app, alice, tampering, at):
    _three_lines(alice)
    ids = [entry.id for entry in _told()]
    _without_guards(tampering)

    assert chain.verified().broken_at == ids[at - 1]


def _without_guards(statement):
    if db.engine.dialect.name != "sqlite":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text(statement))
    else:
        kept = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        guards = [(name, made) for name, made in kept if name.startswith("audit_entries")]
        for name, _made in guards:
            db.session.execute(text(f"DROP TRIGGER {name}"))
        db.session.execute(text(statement))
        for _name, made in guards:
            db.session.execute(text(made))
    db.session.commit()


def test_lines_written_at_once_stand_in_one_chain(app, browser_of, alice):
    email = alice.email
    browsers = [browser_of() for _ in range(8)]
    tokens = [browser.csrf_token() for browser in browsers]

    db.session.commit()

    def sign_in(pair):
        browser, token = pair
        data = {"email": email, "password": make.PASSWORD, "csrf_token": token}
        return super(type(browser), browser).open("/accounts/sign-in", method="POST", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(sign_in, zip(browsers, tokens, strict=True)))

    assert answers.count(303) == len(_told("signed in"))
    assert answers.count(303) >= 2
    assert chain.verified().broken_at is None


def test_a_line_is_one_line_however_it_was_sent(browser_of, alice):
    agent = "Mozilla\x1b[31m" + "x" * 5000
    browser_of().send(
        "/accounts/sign-in", {"email": "a@b\r\nSigned in: everybody", "password": "x"}, headers={"User-Agent": agent}
    )

    (failed,) = _told("sign-in failed")

    assert failed.subject.isprintable() and failed.agent.isprintable()
    assert len(failed.agent) <= 300
    json.dumps(failed.particulars)


def test_whoever_sets_peyvand_up_is_told_first(app, browser_of):
    from crm_app.accounts import links

    token = links.new_setup_link()
    db.session.commit()
    facts = {"language": "en", "organisation": "Halden", "currency": "EUR", "time_zone": "Europe/Berlin"}
    facts |= {"calendar": "gregorian", "name": "Olivia Owen", "email": "olivia@halden.example"}

    browser_of().send(f"/settings/first-run/{token}", facts | {"password": make.PASSWORD})

    (founded,) = _told()
    assert (founded.verb, founded.actor_name) == ("founded", "Olivia Owen")


def test_a_line_is_written_after_all_that_it_tells_of(browser_of, olivia, statements):
    number, browser = make.pipeline().id, browser_of(olivia)

    with statements() as seen:
        assert browser.send(f"/settings/pipelines/{number}", {"name": "Renewals"}).status_code == 303

    written = [" ".join(statement.split()[:3]) for statement in seen if statement.startswith(("INSERT", "UPDATE"))]
    assert written[-1] == "INSERT INTO audit_entries" and "UPDATE pipelines SET" in written[:-1]
