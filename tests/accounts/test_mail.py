"""Letters: who gets one, what stands in it, and what becomes of those that cannot be sent."""

from datetime import timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from crm_app.accounts import jobs, mailing
from crm_app.accounts.models import Mail, PasswordLink
from crm_app.extensions import db, utc_now
from tests import make
from tests.accounts.conftest import BASE_URL

FORGOTTEN = "/accounts/forgotten"
NEW = "a whole new password"


def _asked(browser, email):
    return browser.send(FORGOTTEN, {"email": email})


def _states():
    return db.session.scalars(select(Mail.state).order_by(Mail.id)).all()


def _due_again():
    db.session.execute(update(Mail).values(due_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()


def test_whoever_forgot_the_password_gets_a_letter_and_sets_another(post, browser_of, alice):
    browser = browser_of()
    assert "is on its way" in _asked(browser, alice.email).text
    ((to, subject, text),) = post.letters
    (link,) = post.links

    path = urlsplit(link).path
    response = browser.send(path, {"password": NEW})

    assert (to, subject) == (alice.email, "Choose a new password")
    assert "Halden Instruments" in text and "within an hour" in text
    assert link.startswith(f"{BASE_URL}/accounts/password/")
    assert response.status_code == 303 and browser.get("/").status_code == 200
    assert browser_of().send(path, {"password": NEW}).status_code == 410
    signed_in = browser_of().send("/accounts/sign-in", {"email": alice.email, "password": NEW})
    assert signed_in.status_code == 303


@pytest.mark.parametrize("standing", ["unknown", "disabled", "known"])
def test_the_answer_does_not_tell_who_has_an_account(post, browser_of, alice, standing):
    import re

    email = alice.email
    if standing == "disabled":
        alice.disable()
    asked = "nobody@halden.example" if standing == "unknown" else email

    response = _asked(browser_of(), asked)

    told = re.sub(r'"X-CSRFToken": "[^"]*"|name="csrf_token" value="[^"]*"', "", response.text.replace(asked, ""))
    assert response.status_code == 200
    assert "belongs to a user, an email is on its way. Its link works once, within an hour." in told
    assert len(post.letters) == (1 if standing == "known" else 0)


def test_whoever_gets_another_address_is_told_at_the_old_one(post, browser_of, alice, olivia):
    old, facts = alice.email, {"name": alice.name, "role": "rep", "team_id": "0"}
    owner = browser_of(olivia)

    owner.send(f"/settings/people/{alice.id}", {**facts, "email": "new@halden.example"})
    owner.send(f"/settings/people/{alice.id}", {**facts, "email": "new@halden.example", "name": "Alice Other"})

    ((to, subject, text),) = post.letters
    assert (to, subject) == (old, "The way you sign in has changed")
    assert "Your email address was changed" in text and "new@halden.example" not in text and not post.links


def test_nobody_is_told_of_another_address_once_the_old_one_is_theirs_again(post, app, alice):
    told = mailing.tell_of_new_address(alice, alice.email)
    db.session.commit()

    jobs.send(told)

    assert post.letters == [] and _states() == ["dropped"]


def test_an_address_gets_three_such_letters_an_hour_however_often_it_is_asked_for(post, browser_of, alice):
    answers = {_asked(browser_of(), alice.email).status_code for _ in range(8)}

    assert answers == {200}
    assert len(post.letters) == mailing.MOST_AN_HOUR


def test_so_many_letters_keep_none_from_others_nor_from_the_same_an_hour_later(post, browser_of, alice, bob):
    for email in (*[alice.email] * mailing.MOST_AN_HOUR, bob.email):
        _asked(browser_of(), email)
    assert post.letters[-1][0] == bob.email
    db.session.execute(update(Mail).values(created_at=utc_now() - timedelta(hours=1, seconds=1)))
    db.session.commit()

    _asked(browser_of(), alice.email)

    assert [to for to, _subject, _text in post.letters].count(alice.email) == mailing.MOST_AN_HOUR + 1


def test_only_the_newest_link_works_and_only_for_an_hour(post, browser_of, alice):
    browser = browser_of()
    for _ in range(2):
        _asked(browser, alice.email)
    first, second = (urlsplit(link).path for link in post.links)
    assert browser.get(first).status_code == 410
    assert browser.get(second).status_code == 200

    ends_at = db.session.scalar(select(PasswordLink.expires_at))
    assert timedelta(minutes=59) < ends_at - utc_now() < timedelta(hours=1)
    db.session.execute(update(PasswordLink).values(expires_at=utc_now()))
    db.session.commit()

    assert browser.get(second).status_code == 410


def test_no_link_and_no_token_is_kept_anywhere(post, browser_of, alice):
    _asked(browser_of(), alice.email)
    token = post.links[0].rpartition("/")[2]

    kept = [repr(db.session.execute(select(table)).all()) for table in db.metadata.sorted_tables]

    assert not any(token in rows for rows in kept)


@pytest.mark.parametrize(("language", "subject"), [("fa", "گذرواژه جدید انتخاب کنید"), ("zh", "设置新密码")])
def test_a_letter_is_written_in_the_language_of_its_reader(post, browser_of, alice, language, subject):
    alice.language = language

    _asked(browser_of(), alice.email)

    assert post.letters[0][1] == subject


def test_without_a_mail_server_it_says_whom_to_ask(browser_of, alice):
    page = browser_of().page(FORGOTTEN)

    assert (
        "Email is not set up in this installation. Ask an owner for a link: they can create one under Settings, Users."
        in page.text
    )
    assert not page.all("input", name="email")
    assert _asked(browser_of(), alice.email).status_code == 200
    assert db.session.scalar(select(func.count(Mail.id))) == 0


@pytest.mark.parametrize("email", ["", "x", "a@b\r\nBcc: all@halden.example", "a@halden.example,b@halden.example"])
def test_what_is_no_address_is_refused_before_any_letter(post, browser_of, alice, email):
    response = _asked(browser_of(), email)

    assert response.status_code == 422 or post.letters == []
    assert b"Bcc" not in b"".join(post.raw)


@pytest.mark.parametrize(
    ("name", "sent"),
    [("\r\nBcc: all@halden.example", 0), (" =?utf-8?q?=0D=0ABcc=3A_all=40halden.example?=", 1)],
)
def test_no_name_can_add_a_header_to_a_letter(post, browser_of, olivia, alice, name, sent):
    from crm_app.accounts.models import Organisation

    firm = db.session.get(Organisation, 1)
    firm.name = f"Halden{name}"
    db.session.commit()

    browser_of(olivia).send(f"/settings/people/{alice.id}/invitation")

    assert len(post.raw) == sent
    assert all(b"\r\nBcc:" not in raw.split(b"\r\n\r\n")[0] for raw in post.raw)


def test_a_new_user_is_invited_by_letter(post, browser_of, olivia):
    browser = browser_of(olivia)
    facts = {"name": "Nora New", "email": "nora@halden.example", "role": "rep", "team_id": "0", "language": "en"}

    response = browser.send("/settings/people/new", facts)

    ((to, subject, text),) = post.letters
    assert response.status_code == 303
    assert (to, subject) == ("nora@halden.example", "Your access to Halden Instruments")
    assert "within three days" in text
    assert browser_of().send(urlsplit(post.links[0]).path, {"password": NEW}).status_code == 303


def test_an_owner_mails_a_link_to_somebody_and_nobody_else_can(post, browser_of, olivia, alice, bob):
    url = f"/settings/people/{alice.id}/invitation"

    assert browser_of(bob).send(url).status_code == 403
    assert post.letters == []
    assert browser_of(olivia).send(url).status_code == 303
    assert len(post.links) == 1


def test_who_is_disabled_is_not_invited(post, browser_of, olivia, alice):
    alice.disable()

    response = browser_of(olivia).send(f"/settings/people/{alice.id}/invitation")

    assert response.status_code == 422
    assert "is disabled" in response.text
    assert post.letters == []


def test_a_changed_password_is_told_by_letter_without_a_link(post, browser_of, alice):
    browser_of(alice).send("/accounts/password", {"current": make.PASSWORD, "password": NEW})

    ((to, subject, text),) = post.letters
    assert (to, subject) == (alice.email, "The way you sign in has changed")
    assert "Your password was changed." in text
    assert post.links == []


def test_a_mail_server_that_is_away_is_asked_again_later_and_then_given_up(post, browser_of, alice):
    post.stop()
    _asked(browser_of(), alice.email)
    assert _states() == ["waiting"]

    for _ in range(8):
        _due_again()
        jobs.sweep_mails()

    mail = db.session.scalars(select(Mail)).one()
    assert (mail.state, mail.tries) == ("failed", 6)
    assert mail.trouble


@pytest.mark.parametrize("answer", ["451 try later", "421 too busy"])
def test_a_server_that_asks_for_patience_gets_it_and_then_the_letter(post, browser_of, alice, answer):
    post.refuses(answer)
    _asked(browser_of(), alice.email)
    jobs.sweep_mails()
    assert post.letters == [] and _states() == ["waiting"]

    post.refuses("250 taken")
    _due_again()
    jobs.sweep_mails()
    jobs.sweep_mails()

    assert len(post.letters) == 1
    assert _states() == ["sent"]
    assert browser_of().get(urlsplit(post.links[0]).path).status_code == 200


def test_an_address_that_the_server_does_not_know_is_not_tried_again(post, browser_of, organisation):
    gone = make.user("Gone Away", email="gone@halden.example")

    _asked(browser_of(), gone.email)
    _due_again()
    jobs.sweep_mails()

    mail = db.session.scalars(select(Mail)).one()
    assert (mail.state, mail.tries) == ("failed", 1)


def test_a_letter_that_a_dead_worker_took_is_sent_by_the_next(post, app, alice):
    mail_id = mailing.ask("password reset", alice.email)
    db.session.commit()
    assert jobs._claim(mail_id)

    jobs.sweep_mails()
    assert post.letters == []
    _due_again()
    jobs.sweep_mails()

    assert len(post.letters) == 1


def test_two_workers_do_not_send_it_twice(post, app, alice):
    mail_id = mailing.ask("password reset", alice.email)
    db.session.commit()

    for _ in range(3):
        jobs.send_mail(mail_id)

    assert len(post.letters) == 1


def test_letters_are_forgotten_after_a_month(post, app, alice):
    old, younger = (mailing.ask("password reset", alice.email) for _ in range(2))
    for number, days in ((old, 31), (younger, 29)):
        written = update(Mail).where(Mail.id == number)
        db.session.execute(written.values(created_at=utc_now() - timedelta(days=days)))
    db.session.commit()

    jobs.forget_mails()

    assert db.session.scalars(select(Mail.id)).all() == [younger]


def test_whoever_has_no_password_yet_is_invited_once_more_by_a_link_that_holds_as_long(post, browser_of, olivia):
    facts = {"name": "Nora New", "email": "nora@halden.example", "role": "rep", "team_id": "0", "language": "en"}
    browser_of(olivia).send("/settings/people/new", facts)

    _asked(browser_of(), "nora@halden.example")

    assert [subject for _to, subject, _text in post.letters] == ["Your access to Halden Instruments"] * 2
    assert db.session.scalar(select(PasswordLink.expires_at)) - utc_now() > timedelta(hours=71)


def test_a_stranger_ends_no_link_that_an_owner_gave_before_its_time(post, browser_of, olivia, alice):
    browser_of(olivia).send(f"/settings/people/{alice.id}/invitation")

    _asked(browser_of(), alice.email)

    assert db.session.scalar(select(PasswordLink.expires_at)) - utc_now() > timedelta(hours=71)
    assert browser_of().get(urlsplit(post.links[-1]).path).status_code == 200


def test_a_letter_says_when_it_was_written(post, browser_of, alice):
    _asked(browser_of(), alice.email)

    written = parsedate_to_datetime(message_from_bytes(post.raw[0])["Date"])
    assert abs(utc_now() - written) < timedelta(minutes=1)


def test_an_address_is_not_taken_for_that_of_another_domain(post, browser_of, olivia):
    facts = {"name": "Eva Ernst", "email": "Eva@Stra\u00dfe.example", "role": "rep", "team_id": "0", "language": "en"}

    browser_of(olivia).send("/settings/people/new", facts)

    assert db.session.scalars(select(Mail.address)).all() == ["eva@stra\u00dfe.example"]
