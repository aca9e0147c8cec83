"""What is measured of the installation itself, for those who watch it by numbers and for the checks that judge."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text

from crm_app.accounts.models import User
from crm_app.backups import kept
from crm_app.extensions import db
from crm_app.health.jobs import EVERY_SECONDS
from crm_app.health.models import ParkedJob, Worker

# A worker that missed so many of its own words is taken for dead.
SILENT_SECONDS = 4 * EVERY_SECONDS


def workers() -> list[Worker]:
    """All that told of themselves within a day, the one seen last first."""
    return list(db.session.scalars(select(Worker).order_by(Worker.seen_at.desc())))


def parked() -> int:
    return db.session.scalar(select(func.count()).select_from(ParkedJob)) or 0


def active_users() -> int:
    return db.session.scalar(select(func.count()).select_from(User).where(User.disabled_at.is_(None))) or 0


def database_bytes() -> int:
    """As it lies on the disk; of SQLite with what is not yet merged into its file."""
    if db.engine.dialect.name == "sqlite":
        file = Path(str(db.engine.url.database))
        parts = (file, file.with_name(file.name + "-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    return db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0


def last_backup_at() -> datetime | None:
    found = kept.newest_first()
    return found[0].made_at if found else None
