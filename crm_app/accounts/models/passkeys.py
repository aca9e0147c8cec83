"""Passkeys: keys with which devices sign somebody in, and the questions that wait for their answers."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models.users import User
from crm_app.extensions import db, utc_now


class Passkey(db.Model):
    """The public half of a key; the other half stays with the device, or the account that its owner's devices share.

    `host` is the name under which it was made: browsers offer it there alone. `user_handle` is how the device calls its
    owner here. `sign_count` only ever rises; many devices do not count and leave it at 0.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(253))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    user_handle: Mapped[str] = mapped_column(String(100))
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class PasskeyChallenge(db.Model):
    """A random question, kept as a hash: it is answered once, until `expires_at`, by the browser it was put to."""

    __tablename__ = "passkey_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    holder_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)
