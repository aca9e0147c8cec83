"""Imports: the file, what its columns and values mean, and how far the work has got."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models import User
from crm_app.extensions import db, utc_now


class Import(db.Model):
    """A draft until the person confirms; then queued, running, and done or failed with nothing written.

    One that is done may be taken back: then it is undoing, and undone.

    `layout` holds separator and header row; `columns` maps a header to a field; `values` maps
    field -> {text in the file: what it stands for}; `options` the rest (units, pipeline,
    currency, what becomes of existing records; digest and language of what was agreed to), `recalled` among it: the
    headers whose notation is as an earlier file was written.
    `preview` is what the person was shown; `checked` says where the checked rows lie and what writing needs of the
    plan. `worker` is the process at work, `touched_at` its pulse (of a draft: when somebody last decided something),
    `started_at` when it took the import up; `begun_at` when the first did. `interrupted_at` counts the rows that were
    written when one died. `refusals` lists [row number, reason] of imports that were checked before reasons were kept
    on disk. `undone` and `kept` count the records that were taken back and those that were left as they are.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    rows: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    interrupted_at: Mapped[int | None]
    worker: Mapped[str] = mapped_column(String(80), default="")
    checked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    preview: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    refusals: Mapped[list[Any]] = mapped_column(JSON, default=list, deferred=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    begun_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class ImportBatch(db.Model):
    """What one batch of an import wrote, for undoing it: `created` and `changed` as `ledger.Ledger` fills them.

    The events of the batch came after `first_event`, up to `last_event`. `kept` lists what undoing left as it is:
    [table, id, why].
    """

    __tablename__ = "import_batches"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_event: Mapped[int] = mapped_column(BigInteger)
    last_event: Mapped[int] = mapped_column(BigInteger)
    created: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kept: Mapped[list[Any]] = mapped_column(JSON, default=list)
    undone_at: Mapped[datetime | None]


class KeptMapping(db.Model):
    """Where a person sent the columns of a file, for the next one with the same headers.

    `header_key` stands for the set of headers; `options` holds what belongs to columns: units and notations.
    """

    __tablename__ = "kept_mappings"
    __table_args__ = (UniqueConstraint("user_id", "kind", "header_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    header_key: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    used_at: Mapped[datetime] = mapped_column(default=utc_now)


class KeptMeaning(db.Model):
    """What a text in a field stands for, as a person said once; an empty meaning leaves the cell out."""

    __tablename__ = "kept_meanings"
    __table_args__ = (UniqueConstraint("user_id", "kind", "field", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(200))
    meaning: Mapped[str] = mapped_column(String(200))
