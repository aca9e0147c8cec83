"""The users, the browsers in which they are signed in, and those in which they once were."""

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, delete, event, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.accounts.models.organisation import Team
from crm_app.extensions import SortKey, db, utc_now
from crm_app.web.text import name_key, sort_key
from crm_app.web.texts import lazy_pgettext as _role

ROLES = {
    "owner": _role("role", "Owner"),
    "manager": _role("role", "Manager"),
    "rep": _role("role", "Rep"),
    "agent": _role("role", "Agent"),
    "viewer": _role("role", "Viewer"),
}
SELLERS = ("owner", "manager", "rep")
# Who may see and do most stands first.
BY_RANK = tuple(ROLES)


class User(UserMixin, db.Model):
    """A person who works here. Without an e-mail address and a password they own records but cannot sign in.

    `version` counts what is changed about them, wherever that happens; what they choose themselves, such as a
    language, is not counted.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    sort_key: Mapped[str] = mapped_column(SortKey, index=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(16), default="rep")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(8), default="en")
    calendar: Mapped[str] = mapped_column(String(16), default="")
    digits: Mapped[str] = mapped_column(String(16), default="")
    theme: Mapped[str] = mapped_column(String(16), default="system")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def can_sign_in(self) -> bool:
        return self.is_active and bool(self.email and self.password_hash)

    @property
    def role_name(self) -> str:
        return str(ROLES[self.role])

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"

    @property
    def can_edit(self) -> bool:
        return self.role != "viewer"

    @property
    def sells(self) -> bool:
        """Whether deals, goals and reports are this person's business; an agent's is the help desk."""
        return self.role != "agent"

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    @property
    def hue(self) -> int:
        return hue_of(self.id or 0)

    def rename(self, name: str) -> None:
        self.name = name

    @validates("name")
    def _keep_keys(self, _attribute: str, name: str) -> str:
        self.name_key, self.sort_key = name_key(name), sort_key(name)
        return name

    def end_sessions(self) -> None:
        """On all devices, none of which is known as theirs from then on."""
        db.session.execute(delete(UserSession).where(UserSession.user_id == self.id))
        db.session.execute(delete(KnownDevice).where(KnownDevice.user_id == self.id))

    def disable(self) -> None:
        self.disabled_at = utc_now()
        self.end_sessions()

    def enable(self) -> None:
        self.disabled_at = None


class UserSession(db.Model):
    """A browser in which somebody is signed in. Its cookie holds a token; only the hash of that is kept.

    `seen_at` is noted now and then, not with each page; `confirmed_at` is when they last proved who they are.
    """

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_remembered: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")
    began_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    confirmed_at: Mapped[datetime] = mapped_column(default=utc_now)


class KnownDevice(db.Model):
    """A browser in which somebody has signed in, known again by a token of which only the hash is kept.

    It lets nobody in; its tries are counted apart, so that guesses of strangers do not lock its owner out there.
    Several people may sign in from one browser: each has a row with the same token.
    """

    __tablename__ = "known_devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), index=True)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)


_COUNTED = ("name", "email", "role", "team_id", "disabled_at")


@event.listens_for(User, "before_update")
def _count_change(_mapper: object, _connection: object, user: User) -> None:
    facts: Any = inspect(user).attrs
    if any(facts[name].history.has_changes() for name in _COUNTED):
        user.version += 1


def initials_of(name: str) -> str:
    words = name.split()
    if not words:
        return "?"
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    if "\u3400" <= letters[0] <= "\u9fff":
        return name[-2:] if len(name) <= 3 else name[:1]
    return letters.upper() if letters.isascii() else "\u200c".join(letters)


def hue_of(user_id: int) -> int:
    """The colour of a user, one of six."""
    return user_id % 6 + 1
