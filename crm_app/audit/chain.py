"""Whether the audit log still is what was written: every line follows from the one before it."""

from typing import NamedTuple

from sqlalchemy import select

from crm_app.audit.models import AuditEntry
from crm_app.extensions import db

_AT_ONCE = 1000


class Verdict(NamedTuple):
    """How many lines there are, the first that does not follow (None: all do), and the hash of the last."""

    count: int
    broken_at: int | None
    head: str


def verified() -> Verdict:
    """Reads all of it. Lines cut off its end leave no gap: compare `head` with one that was kept elsewhere."""
    count, previous, last = 0, "", 0
    while batch := _after(last):
        for entry in batch:
            if entry.hash != entry.hash_after(previous):
                return Verdict(count, entry.id, previous)
            count, previous, last = count + 1, entry.hash, entry.id
        db.session.expunge_all()
    return Verdict(count, None, previous)


def _after(last: int) -> list[AuditEntry]:
    rows = select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(_AT_ONCE)
    return list(db.session.scalars(rows))
