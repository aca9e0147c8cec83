"""Who works in the background, and which work was given up."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.extensions import db, utc_now


class Worker(db.Model):
    """A worker that runs, on whatever machine; it says so again and again, and takes its row along when it stops."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ParkedJob(db.Model):
    """A job that failed as often as it was tried; it waits for somebody to ask for it again, or to forget it."""

    __tablename__ = "parked_jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(200))
    arguments: Mapped[list[Any]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
