"""The backups that lie in the folder of the instance."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from crm_app.extensions import utc_now

_NAME = re.compile(r"peyvand-\d{4}-\d\d-\d\d(-\d{6})?\.zip", re.ASCII)
_PATIENCE = timedelta(minutes=30)


class Kept(NamedTuple):
    """`size` is in bytes."""

    name: str
    made_at: datetime
    size: int


def folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "backups"


def new_name() -> str:
    """Of this second; those made at night are named after the day alone."""
    return f"peyvand-{utc_now():%Y-%m-%d-%H%M%S}.zip"


def newest_first() -> list[Kept]:
    found = []
    for path in folder().glob("peyvand-*.zip"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        if _NAME.fullmatch(path.name):
            found.append(Kept(path.name, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size))
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def path_of(name: str) -> Path | None:
    """None for a name that no backup here has: no other file is ever reached by one."""
    path = folder() / name
    return path if _NAME.fullmatch(name) and path.is_file() else None


def is_due(name: str) -> bool:
    """Whether one that was asked for under that name may still come."""
    try:
        asked_at = datetime.strptime(name, "peyvand-%Y-%m-%d-%H%M%S.zip").replace(tzinfo=UTC)
    except ValueError:
        return False
    return bool(_NAME.fullmatch(name)) and path_of(name) is None and abs(utc_now() - asked_at) < _PATIENCE
