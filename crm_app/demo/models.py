"""What is known of the demo company: how far it has got, and which records are its own."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, delete, insert
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models import User
from crm_app.extensions import db, utc_now

# The tables of which the demo makes rows that somebody may take away for good.
_TAKEN_AWAY = frozenset({"goals", "pipelines", "rates", "tags", "targets", "teams", "users"})


class Demo(db.Model):
    """There is at most one. Queued, building, then built; or failed with nothing left; then removal queued, removing.

    `done` of `whole` things have happened so far. `claimed_at` stands for the claim of the one worker at work,
    `touched_at` is its pulse.
    """

    __tablename__ = "demos"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    language: Mapped[str] = mapped_column(String(8))
    seed: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    whole: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    claimed_at: Mapped[datetime | None]
    touched_at: Mapped[datetime] = mapped_column(default=utc_now)

    user: Mapped[User | None] = relationship()

    @property
    def is_under_way(self) -> bool:
        return self.status in ("queued", "building", "removal queued", "removing")

    @property
    def is_going(self) -> bool:
        return self.status in ("removal queued", "removing")


class DemoRecord(db.Model):
    """A row that the demo company made. What belongs to one, such as a deal's stays, is not listed by itself."""

    __tablename__ = "demo_records"

    table_name: Mapped[str] = mapped_column(String(32), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Making:
    """Remembers what is made, and writes it down in the transaction of the records themselves."""

    def __init__(self) -> None:
        self._rows: list[Any] = []

    def note(self, *rows: Any) -> None:
        self._rows += rows

    def write(self) -> None:
        db.session.flush()
        made = [{"table_name": row.__tablename__, "record_id": row.id} for row in self._rows]
        if made:
            db.session.execute(insert(DemoRecord), made)
        self._rows.clear()


@listens_for(db.session, "after_flush")
def _forget(session: Any, _context: Any) -> None:
    """SQLite gives the number of a row that went to the next one: that is not the demo's."""
    for row in session.deleted:
        if row.__tablename__ in _TAKEN_AWAY:
            gone = delete(DemoRecord).where(DemoRecord.table_name == row.__tablename__)
            session.execute(gone.where(DemoRecord.record_id == row.id))
