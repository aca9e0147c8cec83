"""Links that let somebody in without a password, once. Only the hash of a token is kept."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from crm_app.accounts.models import PasswordLink, SetupLink, User
from crm_app.extensions import db, utc_now
from crm_app.web.redirects import own_address

HANDED_OVER_FOR = timedelta(hours=24)
MAILED_FOR = timedelta(hours=1)
INVITED_FOR = timedelta(days=3)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_setup_link() -> str:
    """The token of the link to the first run; links made before stop working."""
    token = secrets.token_urlsafe(32)
    db.session.execute(delete(SetupLink))
    db.session.add(SetupLink(token_hash=digest(token)))
    return token


def setup_link_works(token: str) -> bool:
    return db.session.scalar(select(SetupLink.id).where(SetupLink.token_hash == digest(token))) is not None


def use_setup_link(token: str) -> bool:
    """Take the link away. Of two who come at once, the database lets one have it."""
    return db.session.execute(delete(SetupLink).where(SetupLink.token_hash == digest(token))).rowcount == 1


def give_back_setup_link(token: str) -> None:
    """It was taken, and what it was for did not come about."""
    db.session.add(SetupLink(token_hash=digest(token)))


def new_password_link(user: User, valid_for: timedelta = HANDED_OVER_FOR) -> str:
    """The token of a link by which `user` sets a password; the one made before stops working."""
    token = secrets.token_urlsafe(32)
    forget_password_link(user)
    db.session.add(PasswordLink(user_id=user.id, token_hash=digest(token), expires_at=utc_now() + valid_for))
    return token


def time_left(user: User) -> timedelta:
    """How long the link that somebody was given still works; below nought, for how long it has not."""
    ends_at = db.session.scalar(select(PasswordLink.expires_at).where(PasswordLink.user_id == user.id))
    return ends_at - utc_now() if ends_at else timedelta(0)


def address_of(token: str) -> str:
    """Where the password is set by this token."""
    return f"{own_address()}/accounts/password/{token}"


def forget_password_link(user: User) -> None:
    """Whenever the person's password, address or standing changes: an old link must not undo it."""
    db.session.execute(delete(PasswordLink).where(PasswordLink.user_id == user.id))


def person_behind(token: str) -> User | None:
    """Whose password the link sets; None when it was used, replaced or is too old."""
    return db.session.scalar(
        select(User)
        .join(PasswordLink, PasswordLink.user_id == User.id)
        .where(
            PasswordLink.token_hash == digest(token),
            PasswordLink.expires_at > utc_now(),
            User.disabled_at.is_(None),
        )
    )


def use_password_link(token: str) -> bool:
    return db.session.execute(delete(PasswordLink).where(PasswordLink.token_hash == digest(token))).rowcount == 1
