"""Looking after the SQLite database every night: is it whole, and is there a copy of it."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from flask import current_app

from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs

COPIES = 7


@jobs.every_night(hour=3)
def look_after_database() -> None:
    """Check the database and keep a copy for each of the last days. PostgreSQL has its own tools for both."""
    if db.engine.dialect.name != "sqlite":
        return
    source = Path(str(db.engine.url.database))
    trouble = check(source)
    if trouble:
        # A copy of a damaged database must not push out the last good one.
        current_app.logger.error("the database is damaged, restore a copy: %s", trouble)
        return
    copy(source, Path(current_app.config["INSTANCE_PATH"]) / "backups", utc_now().date())


def check(database: Path) -> str:
    """What SQLite finds wrong with the file; empty when it is whole."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found


def copy(database: Path, folder: Path, day: date) -> Path:
    """A consistent copy, made while others write; the oldest beyond COPIES go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"peyvand-{day.isoformat()}.db"
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(draft),))
    draft.chmod(0o600)
    draft.replace(target)
    for outdated in sorted(folder.glob("peyvand-*.db"))[:-COPIES]:
        outdated.unlink()
    return target
