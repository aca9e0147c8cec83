"""The organisation and its teams."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.extensions import db, utc_now
from crm_app.web.periods import Calendar
from crm_app.web.text import name_key

if TYPE_CHECKING:
    from crm_app.accounts.models.users import User


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
        self.name, self.name_key = name, name_key(name)
