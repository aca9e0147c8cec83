"""Files to import, kept under random names: nothing of the user's file name reaches the disk."""

import re
import secrets
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import IO

from flask import current_app

_NAME = re.compile("[0-9a-f]{32}")


def store(content: IO[bytes], *, is_awaited: bool = False) -> str:
    """The name under which the content is kept; copied piece by piece, so that no file is ever held as a whole.

    Where there is no room for all of it, nothing is left. One that `is_awaited` by the database is to be claimed once
    that tells of it; whoever dies before leaves a mark by which it is found and removed.
    """
    name = secrets.token_hex(16)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if is_awaited:
            _mark(name).touch(mode=0o600)
        with (folder / name).open("wb") as kept:
            shutil.copyfileobj(content, kept, 1 << 20)
    except BaseException:
        remove(name)
        raise
    return name


def claim(name: str) -> None:
    """Where the mark cannot be taken away now, it is later."""
    with suppress(OSError):
        _mark(name).unlink(missing_ok=True)


def sweep(known: Collection[str], older_than: float) -> None:
    """Files of those who died, so many seconds ago, between storing one and telling the database of it."""
    marks = [path for path in _folder().glob("*.part") if path.stat().st_mtime < time.time() - older_than]
    for name in [path.stem for path in marks if _NAME.fullmatch(path.stem)]:
        (claim if name in known else remove)(name)


def path_of(name: str) -> Path:
    """Raises FileNotFoundError once the file has gone."""
    path = _path(name)
    if not path.is_file():
        raise FileNotFoundError(name)
    return path


def is_here(name: str) -> bool:
    return _path(name).is_file()


def remove(name: str) -> None:
    """The file, and the tables that were made of it."""
    path = _path(name)
    for table in path.parent.glob(f"{path.name}.*"):
        table.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _folder() / name


def _mark(name: str) -> Path:
    """No backup takes along what ends so."""
    return _folder() / f"{name}.part"


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "uploads" / "imports"
