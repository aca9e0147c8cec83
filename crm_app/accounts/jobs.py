"""Sending the letters that were asked for: again when the mail server is away, never again when it refused."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, select, update

from crm_app.accounts import letters, mailing, preferences
from crm_app.accounts.models import Mail, User
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs
from crm_app.web import mail as mail_server
from crm_app.web.reader import read_as
from crm_app.web.redirects import own_host

# How long to wait after each try; after the last one it is given up.
_WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360)]
# A worker that has not told of it by then has died.
_TAKEN_FOR_DEAD = timedelta(minutes=5)
_KEPT = timedelta(days=30)


def send(mail_id: int | None) -> None:
    """Call it after the commit; None stands for nothing to send."""
    if mail_id is not None:
        jobs.enqueue(send_mail, mail_id)


@jobs.task
def send_mail(mail_id: int) -> None:
    """Safe to call twice: only one that is due is taken. A worker killed between sending and saying so sends again."""
    with current_app.app_context():
        if _claim(mail_id):
            mail = db.session.get_one(Mail, mail_id)
            mail.state, mail.trouble = _sent(mail)
            db.session.commit()


@jobs.every_minutes(1)
def sweep_mails() -> None:
    """Ask again for letters that are due: the mail server was away, or a worker died."""
    with current_app.app_context():
        due = select(Mail.id).where(Mail.state == "waiting", Mail.due_at <= utc_now()).order_by(Mail.id)
        ids = list(db.session.scalars(due))
        db.session.commit()
    for mail_id in ids:
        jobs.enqueue(send_mail, mail_id)


@jobs.every_night(hour=4)
def forget_mails() -> None:
    with current_app.app_context():
        db.session.execute(delete(Mail).where(Mail.created_at < utc_now() - _KEPT))
        db.session.commit()


def _claim(mail_id: int) -> bool:
    now = utc_now()
    due = update(Mail).where(Mail.id == mail_id, Mail.state == "waiting", Mail.due_at <= now)
    taken = db.session.execute(due.values(due_at=now + _TAKEN_FOR_DEAD, tries=Mail.tries + 1)).rowcount == 1
    db.session.commit()
    return taken


def _sent(mail: Mail) -> tuple[str, str]:
    """The state it is in then, and what went wrong."""
    user = db.session.scalar(select(User).where(_is_for(mail), User.disabled_at.is_(None)))
    if user is None or mailing.is_too_many(mail):
        return "dropped", ""
    read_as(preferences.for_user(user))
    letter = letters.KINDS[mail.kind](user, mail)
    # The link in it must work before it is read, and no lock is to wait for the mail server.
    db.session.commit()
    try:
        mail_server.send(letter, mail.address, message_id=f"<{mail.id}.{mail.tries}@{own_host()}>")
    except mail_server.MailError as error:
        return _postponed(mail, error)
    return "sent", ""


def _is_for(mail: Mail) -> ColumnElement[bool]:
    """A letter to an address that is its user's no longer names them; should it be theirs again, it has no sense."""
    user_id = mail.particulars.get("user")
    if user_id is None:
        return User.email == mail.address
    return and_(User.id == user_id, User.email.is_distinct_from(mail.address))


def _postponed(mail: Mail, error: mail_server.MailError) -> tuple[str, str]:
    current_app.logger.error("mail %s was not sent: %s", mail.id, error)
    if error.is_final or mail.tries > len(_WAITS):
        return "failed", str(error)[:300]
    mail.due_at = utc_now() + _WAITS[mail.tries - 1]
    return "waiting", str(error)[:300]
