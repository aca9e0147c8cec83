"""Whether the audit log still is what was written: every line follows from the one before it."""

from typing import NamedTuple

from sqlalchemy import select

from crm_app.audit.models import AuditEntry
from crm_app.extensions import db

_AT_ONCE = 1000


class Verdict(NamedTuple):
    """How many lines there are, the first that does not follow (None: all do), and the hash of the last.

    `has_kept` if one of them has the hash that was asked for.
    """

    count: int
    broken_at: int | None
    head: str
    has_kept: bool


def verified(kept: str = "") -> Verdict:
    """Reads all of it. Lines cut off its end leave no gap, unless the hash of one of them was `kept` elsewhere."""
    count, previous, last, has_kept = 0, "", 0, False
    while batch := _after(last):
        for entry in batch:
            if entry.hash != entry.hash_after(previous):
                return Verdict(count, entry.id, previous, has_kept)
            count, previous, last = count + 1, entry.hash, entry.id
            has_kept = has_kept or entry.hash == kept
        db.session.expunge_all()
    return Verdict(count, None, previous, has_kept)


def _after(last: int) -> list[AuditEntry]:
    rows = select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(_AT_ONCE)
    return list(db.session.scalars(rows))
