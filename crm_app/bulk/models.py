"""Changes of many records at once: what was meant, how far it has got, and what each record was before."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models import User
from crm_app.extensions import db, utc_now

# A slip is noticed the same day; later on a record's own history tells how to put it right.
UNDONE_WITHIN = timedelta(days=1)

WAITING, DONE, SAME, NEWER, REFUSED = "waiting", "done", "same", "newer", "refused"
UNDONE, KEPT = "undone", "kept"


class BulkChange(db.Model):
    """Queued, running, then done or failed; once more so when it is taken back (`is_undoing`).

    `action` is a key of the list `place`; `meant` is what it was filled in with, `query` how the list stood. Of the
    `count` records that were meant, `done` were changed, `same` were so already, `newer` were changed by somebody else
    after they were picked, `refused` cannot be so or were not to be found. Of those done, `undone` were taken back and
    `kept` stayed, as something newer stood on them. `reasons` counts those of them that have one, by their outcome
    and then by the reason. `touched_at` is the worker's pulse.
    """

    __tablename__ = "bulk_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(30))
    meant: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    query: Mapped[str] = mapped_column(String(2000), default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    undoer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(String(16), default="running", index=True)
    is_undoing: Mapped[bool] = mapped_column(default=False)
    count: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)
    newer: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    started_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])

    @property
    def is_under_way(self) -> bool:
        return self.status in ("queued", "running")

    @property
    def may_be_undone(self) -> bool:
        is_ready = self.done > 0 and not self.is_undoing and self.status in ("done", "failed")
        return is_ready and self.created_at > utc_now() - UNDONE_WITHIN

    @property
    def steps(self) -> tuple[int, int]:
        """How many records are through, and of how many."""
        if self.is_undoing:
            return self.undone + self.kept, self.done
        return self.done + self.same + self.newer + self.refused, self.count

    @property
    def actor_id(self) -> int | None:
        """Whose doing it is now."""
        return self.undoer_id if self.is_undoing else self.user_id


class BulkRecord(db.Model):
    """One record of a change: the version that was seen when it was picked, and the one that the change left.

    `before` is what its action needs to put it back.
    """

    __tablename__ = "bulk_records"
    __table_args__ = (Index("ix_bulk_records_outcome", "change_id", "outcome", "record_id"),)

    change_id: Mapped[int] = mapped_column(ForeignKey("bulk_changes.id", ondelete="CASCADE"), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(8), default=WAITING)
    version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
