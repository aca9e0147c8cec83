"""What the worker does: every night a backup, if the database is whole, and one more whenever somebody asks."""

from pathlib import Path

from flask import current_app

from crm_app.backups import BackupError, kept, making, wholeness
from crm_app.backups.wholeness import Limit
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs

KEPT = 7
_DAY = 24 * 3600


@jobs.every_night(hour=3)
def back_up_every_night() -> None:
    if db.engine.dialect.name == "sqlite" and (trouble := _trouble()):
        # A backup of a damaged database must not push out the last good one.
        current_app.logger.error("the database is damaged, restore a backup: %s", trouble)
        return
    if _made(f"peyvand-{utc_now().date().isoformat()}.zip"):
        _drop_outdated()


@jobs.task
def back_up_as(name: str) -> None:
    """Done again it changes nothing: a backup that stands under that name is the one that was asked for."""
    if kept.path_of(name) is None and kept.is_due(name):
        _made(name)


def _trouble() -> str:
    return wholeness.trouble_in_database(Path(str(db.engine.url.database)), Limit())


def _made(name: str) -> bool:
    """Whether it was; else the log says why it was not."""
    try:
        kept.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        making.write(kept.folder() / name)
    except (BackupError, OSError) as error:
        current_app.logger.error("no backup was made: %s", error)
        return False
    return True


def _drop_outdated() -> None:
    """Of those made at night, and of the copies that earlier versions made: the database alone, as peyvand-DAY.db."""
    dated = [one for suffix in ("zip", "db") for one in kept.folder().glob(f"peyvand-????-??-??.{suffix}")]
    for outdated in sorted(dated, key=lambda one: one.stem)[:-KEPT]:
        outdated.unlink()
    # What was being written when the power went.
    for left in kept.folder().glob("*.part"):
        if utc_now().timestamp() - left.stat().st_mtime > _DAY:
            left.unlink()
