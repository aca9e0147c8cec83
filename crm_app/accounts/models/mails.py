"""What is to be mailed, kept until it is sent. No letter stands in it, and no link: both are made as it is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.extensions import db, utc_now


class Mail(db.Model):
    """`kind` is a key of `letters.KINDS`; `address` may be one that nobody here has.

    `state` is waiting, sent, failed (given up; `trouble` says why) or dropped (there was nothing to send). One that is
    being sent is waiting still, and due again should its worker die.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_address_created_at", "address", "created_at"),
        Index("ix_mails_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(254))
    particulars: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    due_at: Mapped[datetime] = mapped_column(default=utc_now)
    trouble: Mapped[str] = mapped_column(String(300), default="")
