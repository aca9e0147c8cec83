"""The organisation, its teams and its users."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String, event, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.extensions import SortKey, db, utc_now
from crm_app.web.periods import Calendar
from crm_app.web.text import match_key, sort_key
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


class Organisation(db.Model):
    """The one business that this installation serves; there is a single row."""

    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3))
    time_zone: Mapped[str] = mapped_column(String(64))
    calendar_name: Mapped[str] = mapped_column(String(16), default="gregorian")
    fiscal_start: Mapped[int] = mapped_column(default=1)
    weekend: Mapped[str] = mapped_column(String(7), default="56")
    reps_see_all: Mapped[bool] = mapped_column(default=False)
    shows_toman: Mapped[bool] = mapped_column(default=True)
    country: Mapped[str] = mapped_column(String(2), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def days_off(self) -> tuple[int, ...]:
        """As numbers of `date.weekday()`."""
        return tuple(int(day) for day in self.weekend)

    def calendar(self, name: str | None = None) -> Calendar:
        """The reporting calendar, or the other one by name; the fiscal start belongs to the organisation's own."""
        chosen = name or self.calendar_name
        return Calendar(chosen, self.zone, self.fiscal_start if chosen == self.calendar_name else 1)


class Team(db.Model):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    region: Mapped[str] = mapped_column(String(200), default="", index=True)
    manager_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL", use_alter=True), index=True
    )

    manager: Mapped["User | None"] = relationship(foreign_keys=[manager_id], post_update=True)

    def rename(self, name: str) -> None:
        self.name, self.name_key = name, match_key(name)[:200]


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
    session_key: Mapped[str] = mapped_column(String(64), default=lambda: secrets.token_urlsafe(32))
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

    def get_id(self) -> str:
        """What the session cookie holds: it stops being true when the key is renewed."""
        return f"{self.id}:{self.session_key}"

    def rename(self, name: str) -> None:
        self.name = name

    @validates("name")
    def _keep_keys(self, _attribute: str, name: str) -> str:
        self.name_key, self.sort_key = match_key(name)[:200], sort_key(name)
        return name

    def end_sessions(self) -> None:
        self.session_key = secrets.token_urlsafe(32)

    def disable(self) -> None:
        self.disabled_at = utc_now()
        self.end_sessions()

    def enable(self) -> None:
        self.disabled_at = None


_COUNTED = ("name", "email", "role", "team_id", "disabled_at")


@event.listens_for(User, "before_update")
def _count_change(_mapper: object, _connection: object, user: User) -> None:
    facts: Any = inspect(user).attrs
    if any(facts[name].history.has_changes() for name in _COUNTED):
        user.version += 1


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
