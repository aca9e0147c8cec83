"""What the worker does: every night a backup, if the database is whole, and one more whenever somebody asks."""

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from flask import current_app

from crm_app.backups import BackupError, asked, kept, making, wholeness
from crm_app.backups.wholeness import Limit
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs

KEPT = 7
_HOUR = 3
_DAY = 24 * 3600


@jobs.every_night(hour=_HOUR)
def back_up_every_night() -> None:
    name = kept.name_of_night(_night())
    try:
        asked.note(name)
        asked.note_night(_night())
    except OSError as error:
        _say(error)
        return
    _make(name)


@jobs.task
def back_up_as(name: str) -> None:
    """Done again it changes nothing: a backup that stands under that name is the one that was asked for."""
    try:
        kept.expect_open()
    except OSError as error:
        _say(error)
        return
    if asked.is_noted(name):
        _make(name, is_again=True)


@jobs.at_start
@jobs.every_minutes(1)
def sweep_backups() -> None:
    """Ask again for those that were asked for and whose worker died, and for that of a night that was slept through."""
    try:
        kept.expect_open()
    except OSError:
        # The backup of each night says so, and the doctor.
        return
    night = _night()
    for name in asked.left(night):
        jobs.enqueue(back_up_as, name)
    if not (last := asked.last_night()):
        # A machine that is never on at that hour begins to count its nights, too. Where none can be noted, the
        # backup itself says so.
        with suppress(OSError):
            asked.note_night(night)
    elif last != night.isoformat():
        jobs.enqueue(back_up_every_night)


def _night() -> date:
    """The day on which the last night that has begun is over."""
    return (utc_now() - timedelta(hours=_HOUR)).date()


def _make(name: str, is_again: bool = False) -> None:
    """Else the log says why it was not made; it is not tried again."""
    with asked.taken(name) as is_ours:
        if not is_ours or (is_again and kept.path_of(name)):
            return
        is_of_night = kept.is_of_night(name)
        if is_of_night:
            asked.note_try(name)
        if is_of_night and db.engine.dialect.name == "sqlite" and (trouble := _trouble()):
            # A backup of a damaged database must not push out the last good one.
            current_app.logger.error("the database is damaged, restore a backup: %s", trouble)
            return
        try:
            making.write(kept.folder() / name, kept.passphrase() if name.endswith(".age") else "")
            if is_of_night:
                _drop_outdated()
        except (BackupError, OSError) as error:
            _say(error)


def _trouble() -> str:
    return wholeness.trouble_in_database(Path(str(db.engine.url.database)), Limit())


def _say(error: Exception) -> None:
    current_app.logger.error("no backup was made: %s", error)


def _drop_outdated() -> None:
    """Of those made at night, and of the copies that earlier versions made: the database alone, as peyvand-DAY.db."""
    dated = [one for suffix in ("zip", "zip.age", "db") for one in kept.folder().glob(f"peyvand-????-??-??.{suffix}")]
    for outdated in sorted(dated, key=lambda one: one.name)[:-KEPT]:
        outdated.unlink()
    # What was being written when the power went.
    for left in kept.folder().glob("*.part*"):
        if utc_now().timestamp() - left.stat().st_mtime > _DAY:
            left.unlink()
