"""Checks of what is kept: room on the disks, and backups that are young and whole."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import current_app

from crm_app.backups import BackupError, kept, wholeness
from crm_app.backups.wholeness import Limit, TooLongError
from crm_app.extensions import db, utc_now
from crm_app.health import facts
from crm_app.health.findings import Finding, fine, problem, unreadable, warning
from crm_app.web.formats import ago, listed, num
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_GIGABYTE = 1_000_000_000
_LITTLE, _ALMOST_NONE = 2 * _GIGABYTE, _GIGABYTE // 4
# Made every night; one that failed is told the next day.
_YOUNG, _OLD = timedelta(hours=30), timedelta(days=3)

_FOLDERS = {
    "instance": _l("the instance folder"),
    "uploads": _l("uploads"),
    "backups": _l("backups"),
    "database": _l("the database"),
}


def disk(_limit: Limit) -> Iterator[Finding]:
    """Of each disk once, with what lies on it. That of PostgreSQL is another machine's, or seen by its own tools."""
    for names, folder in _disks().items():
        free = shutil.disk_usage(folder).free
        held = listed([str(_FOLDERS[name]) for name in names])
        said = _("%(size)s GB are free on the disk of: %(names)s.", size=num(free / _GIGABYTE, 1), names=held)
        advice = _("Free up space, or move the folder to a larger disk. Nothing can be saved once the disk is full.")
        if free < _ALMOST_NONE:
            yield problem(said, advice)
        elif free < max(_LITTLE, _room_for_a_backup() if "backups" in names else 0):
            yield warning(said, advice)
        else:
            yield fine(said)


def _disks() -> dict[tuple[str, ...], Path]:
    instance = Path(current_app.config["INSTANCE_PATH"])
    folders = {"instance": instance, "uploads": instance / "uploads", "backups": kept.folder()}
    if db.engine.dialect.name == "sqlite":
        folders["database"] = Path(str(db.engine.url.database)).parent
    found: dict[int, list[str]] = {}
    for name, folder in folders.items():
        if folder.is_dir():
            found.setdefault(folder.stat().st_dev, []).append(name)
    return {tuple(names): folders[names[0]] for names in found.values()}


def _room_for_a_backup() -> float:
    """A backup is written beside a copy of the database; both are there for a moment."""
    if db.engine.dialect.name != "sqlite":
        return 0
    return 2.0 * facts.database_bytes()


def last_backup(_limit: Limit) -> Iterator[Finding]:
    try:
        kept.expect_open()
    except OSError as error:
        yield unreadable(error)
        return
    made_at, now = facts.last_backup_at(), utc_now()
    advice = _(
        "Create one now with crm backup, or under Settings, Backups. The worker’s log says why none was created."
    )
    if made_at is None:
        yield warning(_("There is no backup yet."), advice)
        return
    said = _("The last backup was created %(ago)s.", ago=ago(made_at, now))
    if now - made_at > _OLD:
        yield problem(said, advice)
    elif now - made_at > _YOUNG:
        yield warning(said, advice)
    else:
        yield fine(said)


def last_backup_is_whole(limit: Limit) -> Iterator[Finding]:
    backups = kept.newest_first()
    if not backups:
        yield fine(_("There is no backup to read."))
        return
    name = backups[0].name
    try:
        wholeness.verify(kept.folder() / name, limit)
    except TooLongError:
        yield fine(
            _("Part of %(name)s was checked, and no damage was found.", name=name),
            _("To check all of it, run: crm doctor."),
        )
    except (BackupError, OSError) as error:
        yield problem(
            _("%(name)s could not be restored: %(reason)s", name=name, reason=error),
            _("Create another one now: crm backup. Check the disk it is on."),
        )
    else:
        yield fine(_("All of %(name)s was checked, and no damage was found.", name=name))
