"""One row for each thing that happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models import User
from crm_app.extensions import db, utc_now


class Event(db.Model):
    """`particulars` holds what changed, as plain JSON; `changes` in it maps a field to [before, after]."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_subject", "subject_table", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    subject_table: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    verb: Mapped[str] = mapped_column(String(32))
    particulars: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    actor: Mapped[User | None] = relationship()
