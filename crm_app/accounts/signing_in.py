"""Signing in: finding the account, checking the password, slowing down guesses."""

from datetime import timedelta
from typing import NamedTuple

from flask import session
from flask_login import AnonymousUserMixin, login_user
from sqlalchemy import delete, func, or_, select

from crm_app.accounts import known_devices, passwords, queries, sessions
from crm_app.accounts.links import digest
from crm_app.accounts.models import SignInFailure, User
from crm_app.extensions import db, login_manager, utc_now
from crm_app.limiting import network_of
from crm_app.web.text import sign_in_address

TRIES = 10
TRIES_PER_ADDRESS = 50
PAUSE = timedelta(minutes=15)
CODE_WITHIN = timedelta(minutes=10)
_PENDING = "second step"


class Guarded(NamedTuple):
    """What is guessed at: of which kind, whose, and by which device that its owner signed in from before, if by one.

    Such a device is counted by itself, neither with the guesses of strangers nor with those of its network.
    """

    kind: str
    whose: str
    device: int | None = None

    @property
    def key(self) -> str:
        return digest(f"{self.kind} of {sign_in_address(self.whose)} on {self.device or 'any device'}")

    def network(self, address: str) -> str:
        return f"device {self.device}" if self.device else network_of(address)


class Visitor(AnonymousUserMixin):
    """Somebody who is not signed in: may do nothing, reads in the language of the browser."""

    can_edit = sells = is_owner = False
    role = ""


login_manager.anonymous_user = Visitor
login_manager.login_view = "accounts.sign_in"
login_manager.login_message = None


@login_manager.user_loader
def load(token: str) -> User | None:
    """The user of a session cookie, unless that session ended since or the account is disabled."""
    return sessions.person_of(token)


def password_of(email: str) -> Guarded:
    return Guarded("password", email, known_devices.of_email(email))


def code_of(user: User) -> Guarded:
    return Guarded("code", str(user.id), known_devices.of_user(user))


def passkey_of(credential_id: str) -> Guarded:
    return Guarded("passkey", credential_id, known_devices.of_passkey(credential_id))


def is_paused(guarded: Guarded, address: str, *, besides: int = 0) -> bool:
    """Whether this was guessed at too often lately, or too much from there, `besides` guesses just noted."""
    account, network = guarded.key, guarded.network(address)
    recent = select(
        func.count().filter(SignInFailure.email_hash == account),
        func.count().filter(SignInFailure.address == network),
    ).where(
        SignInFailure.at > utc_now() - PAUSE,
        or_(SignInFailure.email_hash == account, SignInFailure.address == network),
    )
    of_account, of_address = db.session.execute(recent).one()
    return of_account - besides >= TRIES or of_address - besides >= TRIES_PER_ADDRESS


def note_guess(guarded: Guarded, address: str) -> SignInFailure:
    """Count a guess before it is looked at: of guesses sent all at once, no more than the limit get through."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < utc_now() - PAUSE))
    guess = SignInFailure(email_hash=guarded.key, address=guarded.network(address))
    db.session.add(guess)
    return guess


def forget_guesses(guarded: Guarded) -> None:
    db.session.execute(delete(SignInFailure).where(SignInFailure.email_hash == guarded.key))


def authenticated(email: str, password: str) -> User | None:
    """The user whom e-mail and password belong to, held until the transaction ends, so that the password stays theirs.

    Holds no lock on the database while it hashes; a password that was changed meanwhile is not theirs any more.
    """
    found = db.session.execute(
        select(User.id, User.password_hash).where(User.email == sign_in_address(email), User.disabled_at.is_(None))
    ).first()
    db.session.rollback()
    stored = found.password_hash if found else None
    if not passwords.is_right(stored, password):
        return None
    renewed = passwords.hashed(password) if passwords.is_outdated(stored) else stored
    user = queries.held(found.id)
    if user is None or not user.is_active or user.password_hash != stored:
        return None
    user.password_hash = renewed
    return user


def ask_for_code(user: User, *, remember: bool) -> None:
    """They have given their password; who they are is not settled before the second step."""
    session.clear()
    session[_PENDING] = {
        "user": user.id,
        "remember": remember,
        "until": (utc_now() + CODE_WITHIN).timestamp(),
        # Ends with the password that was given.
        "proof": digest(user.password_hash or "")[:32],
    }


def asked_for_code(*, is_held: bool = False) -> tuple[User, bool] | None:
    """Whose code is waited for, and whether they are to stay signed in.

    Held, the password that they gave stays theirs until the transaction ends.
    """
    pending = session.get(_PENDING) or {}
    if pending.get("until", 0) < utc_now().timestamp():
        return None
    user = queries.held(pending["user"]) if is_held else db.session.get(User, pending["user"])
    if user is None or not user.is_active or digest(user.password_hash or "")[:32] != pending["proof"]:
        return None
    return user, pending["remember"]


def begin_session(user: User, *, remember: bool) -> None:
    """A session of its own: nothing of the visitor's lives on, so a planted cookie is worthless."""
    session.clear()
    session.permanent = remember
    # For the page that says that nobody can be asked who this is.
    session["language"], session["theme"] = user.language, user.theme
    login_user(user)
    session["_user_id"] = sessions.begin(user, remember=remember)
    known_devices.remember(user)
