"""Files to import, kept under random names: nothing of the user's file name reaches the disk."""

import re
import secrets
import shutil
from pathlib import Path
from typing import IO

from flask import current_app


def store(content: IO[bytes]) -> str:
    """The name under which the content is kept; copied piece by piece, so that no file is ever held as a whole.

    Where there is no room for all of it, nothing is left.
    """
    name = secrets.token_hex(16)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with (folder / name).open("wb") as kept:
            shutil.copyfileobj(content, kept, 1 << 20)
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    return name


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
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise FileNotFoundError(name)
    return _folder() / name


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "uploads" / "imports"
