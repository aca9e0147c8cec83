"""One line of the audit log, chained to the one before it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.extensions import db, utc_now

LONGEST = 300


class AuditEntry(db.Model):
    """Names stand beside numbers, and no key points anywhere: what is gone since is still told of.

    `hash` covers the facts and the hash before it, so that a line changed or taken out is found (`chain.broken`). The
    database refuses both as well.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_actor_id_id", "actor_id", "id"), Index("ix_audit_entries_verb", "verb"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(LONGEST), default="")
    particulars: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(LONGEST), default="")
    hash: Mapped[str] = mapped_column(String(64))

    def hash_after(self, previous: str) -> str:
        facts = [
            previous, self.at.astimezone(UTC).isoformat(), self.actor_id, self.actor_name, self.verb, self.subject,
            self.particulars, self.address, self.agent,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
