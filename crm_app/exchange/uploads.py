"""Files to import, kept under random names: nothing of the user's file name reaches the disk."""

import re
import secrets
from pathlib import Path

from flask import current_app


def store(content: bytes) -> str:
    """The name under which the content can be read again."""
    name = secrets.token_hex(16)
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return name


def load(name: str) -> bytes:
    """Raises FileNotFoundError once the file has gone."""
    return _path(name).read_bytes()


def is_here(name: str) -> bool:
    return _path(name).is_file()


def remove(name: str) -> None:
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise FileNotFoundError(name)
    return _folder() / name


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "uploads" / "imports"
