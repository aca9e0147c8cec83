"""Signing in: finding the account, checking the password, slowing down guesses."""

import hashlib
from datetime import timedelta

from flask import session
from flask_login import AnonymousUserMixin, login_user
from sqlalchemy import delete, func, or_, select

from crm_app.accounts import passwords
from crm_app.accounts.models import SetupLink, SignInFailure, User
from crm_app.extensions import db, login_manager, utc_now

TRIES = 10
TRIES_PER_ADDRESS = 50
PAUSE = timedelta(minutes=15)


class Visitor(AnonymousUserMixin):
    """Somebody who is not signed in: may do nothing, reads in the language of the browser."""

    can_edit = sells = is_owner = False
    role = ""


login_manager.anonymous_user = Visitor
login_manager.login_view = "accounts.sign_in"
login_manager.login_message = None


@login_manager.user_loader
def load(session_id: str) -> User | None:
    """The user of a session cookie, unless their sessions were ended since or the account is disabled."""
    number, _, key = session_id.partition(":")
    user = db.session.get(User, int(number)) if number.isascii() and number.isdigit() else None
    return user if user and user.is_active and user.session_key == key else None


def is_paused(email: str, address: str) -> bool:
    """Whether this account, or this address, has guessed too often in the last minutes."""
    since = utc_now() - PAUSE
    recent = select(
        func.count().filter(SignInFailure.email_hash == _digest(email)),
        func.count().filter(SignInFailure.address == address),
    ).where(SignInFailure.at > since, or_(SignInFailure.email_hash == _digest(email), SignInFailure.address == address))
    of_account, of_address = db.session.execute(recent).one()
    return of_account >= TRIES or of_address >= TRIES_PER_ADDRESS


def authenticated(email: str, password: str) -> User | None:
    """The user whom e-mail and password belong to. Holds no lock on the database while it hashes."""
    user = db.session.scalar(select(User).where(User.email == email.casefold()))
    stored = user.password_hash if user and user.is_active else None
    db.session.rollback()
    right = passwords.is_right(stored, password)
    return user if right and user and user.is_active else None


def begin_session(user: User, *, remember: bool) -> None:
    """A session of its own: nothing of the visitor's lives on, so a planted cookie is worthless."""
    session.clear()
    session.permanent = remember
    login_user(user)


def note_failure(email: str, address: str) -> None:
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < utc_now() - PAUSE))
    db.session.add(SignInFailure(email_hash=_digest(email), address=address))


def forget_failures(email: str) -> None:
    db.session.execute(delete(SignInFailure).where(SignInFailure.email_hash == _digest(email)))


def setup_link_for(token: str) -> SetupLink | None:
    return db.session.scalar(select(SetupLink).where(SetupLink.token_hash == _digest(token)))


def new_setup_link(token: str) -> SetupLink:
    """Keeps the hash of a fresh token; links made before stop working."""
    db.session.execute(delete(SetupLink))
    link = SetupLink(token_hash=_digest(token))
    db.session.add(link)
    return link


def _digest(text: str) -> str:
    return hashlib.sha256(text.casefold().encode()).hexdigest()
