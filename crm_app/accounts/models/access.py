"""What lets somebody in: links that work once, and the guesses that count against them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models.users import User
from crm_app.extensions import db, utc_now


class SetupLink(db.Model):
    """The one-time link that lets the first owner in; only the hash of its token is kept."""

    __tablename__ = "setup_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PasswordLink(db.Model):
    """Lets one person set a password, once, until `expires_at`; a newer link takes its place."""

    __tablename__ = "password_links"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class SignInFailure(db.Model):
    """A guess at a password, remembered for a while so that guessing is slowed in every process alike."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
