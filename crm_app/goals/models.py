"""Goals, the target of each period, and who changed which target when."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from crm_app.accounts.models import Team, User
from crm_app.activity.recording import instant
from crm_app.extensions import db, utc_now


class Goal(db.Model):
    """A measure aimed at by the company (no team, no user), a team or a person, each month, quarter or year."""

    __tablename__ = "goals"
    __table_args__ = (UniqueConstraint("measure", "unit", "calendar", "team_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(8))
    calendar: Mapped[str] = mapped_column(String(16))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    archived_at: Mapped[datetime | None]

    team: Mapped[Team | None] = relationship()
    user: Mapped[User | None] = relationship()
    targets: Mapped[list["Target"]] = relationship(back_populates="goal", cascade="all, delete-orphan")


class Target(db.Model):
    """The target of one period, which `start` and `end` hold as days, half-open; `period_key` names it for lookups.

    `amount` counts minor units of the organisation's currency, pieces, hundredths of a per cent, or of a day.
    """

    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("goal_id", "period_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    period_key: Mapped[str] = mapped_column(String(16))
    start: Mapped[date] = mapped_column(Date, index=True)
    end: Mapped[date] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(default=1)

    goal: Mapped[Goal] = relationship(back_populates="targets")
    changes: WriteOnlyMapped["TargetChange"] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}

    def set(self, amount: int | None, actor: User | None) -> None:
        """Aim at another amount, or at none, and remember who wanted it so."""
        if amount != self.amount:
            self.changes.add(TargetChange(at=instant(), actor=actor, before=self.amount, after=amount))
            self.amount = amount


class TargetChange(db.Model):
    __tablename__ = "target_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("targets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    before: Mapped[int | None] = mapped_column(BigInteger)
    after: Mapped[int | None] = mapped_column(BigInteger)

    actor: Mapped[User | None] = relationship()
