"""The backups that lie in the folder of the instance."""

import errno
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from crm_app.extensions import utc_now

_NAME = re.compile(r"peyvand-\d{4}-\d\d-\d\d(-\d{6})?\.zip(\.age)?", re.ASCII)
# By the user whose rights count when a file is opened.
_AS_OPENING = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
PATIENCE = timedelta(minutes=30)


class Kept(NamedTuple):
    """`size` is in bytes."""

    name: str
    made_at: datetime
    size: int


def folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "backups"


def expect_open() -> None:
    """Raise OSError where the folder is there and whoever runs this cannot use it: somebody else made it."""
    path = folder()
    if path.exists() and not (path.is_dir() and os.access(path, os.R_OK | os.W_OK | os.X_OK, **_AS_OPENING)):
        code = errno.EACCES if path.is_dir() else errno.ENOTDIR
        raise OSError(code, os.strerror(code), str(path))


def passphrase() -> str:
    """What locks those that are made from now on; empty where none is set."""
    return current_app.config["BACKUP_PASSPHRASE"]


def new_name(is_locked: bool | None = None) -> str:
    """Of this second."""
    return f"peyvand-{utc_now():%Y-%m-%d-%H%M%S}{_ending(is_locked)}"


def name_of_night(day: date) -> str:
    return f"peyvand-{day.isoformat()}{_ending()}"


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_of_night(name: str) -> bool:
    return re.fullmatch(r"peyvand-\d{4}-\d\d-\d\d\.zip(\.age)?", name, re.ASCII) is not None


def _ending(is_locked: bool | None = None) -> str:
    return ".zip.age" if (bool(passphrase()) if is_locked is None else is_locked) else ".zip"


def newest_first() -> list[Kept]:
    found = []
    for path in folder().glob("peyvand-*.zip*"):
        try:
            facts = path.stat()
        except OSError:
            continue
        if is_name(path.name):
            found.append(Kept(path.name, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size))
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def path_of(name: str) -> Path | None:
    """None for a name that no backup here has: no other file is ever reached by one."""
    path = folder() / name
    try:
        return path if is_name(name) and path.is_file() else None
    except PermissionError:
        return None


def is_due(name: str) -> bool:
    """Whether one that was asked for under that name may still come."""
    try:
        asked_at = datetime.strptime(name.removesuffix(".age"), "peyvand-%Y-%m-%d-%H%M%S.zip").replace(tzinfo=UTC)
    except ValueError:
        return False
    return is_name(name) and path_of(name) is None and abs(utc_now() - asked_at) < PATIENCE
