"""What every record of the business has: an owner, a version, a bin, and a memory of its changes."""

from datetime import datetime
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm_app.accounts.models import User
from crm_app.activity.recording import instant, plain, record, record_plainly
from crm_app.extensions import db, utc_now


class Conflict(Exception):
    """The change was made against an older version than the one that stands."""


def bin_index(table: str) -> Index:
    """Finds what is in the bin. Holds nothing else, or the planner would read all records there are through it.

    On PostgreSQL the migration says so alone: said here, who is on SQLite would hold all that is known of PostgreSQL.
    """
    return Index(f"ix_{table}_deleted_at", "deleted_at", sqlite_where=text("deleted_at IS NOT NULL"))


class Record:
    """A mixin for models that add their `bin_index`. `change` logs what differed; every change raises the version."""

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    deleted_at: Mapped[datetime | None]

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)

    @declared_attr
    def owner(cls) -> Mapped[User | None]:
        return relationship(User, foreign_keys=[cls.owner_id])

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def expect(self, version: int | None) -> None:
        """Raise Conflict unless `version` is the one that stands; None stands for a caller who saw no version."""
        if version is not None and version != self.version:
            raise Conflict

    def change(self, **values: Any) -> dict[str, list[Any]]:
        """Set attributes (columns or related records) and log those that differ; returns {name: [before, after]}."""
        changes = {}
        for name, after in values.items():
            before = getattr(self, name)
            if before != after:
                setattr(self, name, after)
                changes[name] = [plain(before), plain(after)]
        if changes:
            record(self, "changed", changes=changes)
        return changes

    def create(self) -> Self:
        """Add to the database, with the event that says who did."""
        self.created_at = self.created_at or instant()
        db.session.add(self)
        db.session.flush()
        record_plainly(type(self), self.id, "created")
        return self

    def delete(self) -> None:
        """Into the bin: gone from every list, figure and search until restored."""
        if self.deleted_at is None:
            self.deleted_at = instant()
            record(self, "deleted")

    def restore(self) -> None:
        if self.deleted_at is not None:
            self.deleted_at = None
            record(self, "restored")
