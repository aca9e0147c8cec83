"""The key of this installation where it lies in its folder: made once, followed when a backup brings another one."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask

SHORTEST = 32
_NAME = "secret_key"


class ConfigError(Exception):
    """A setting that Peyvand cannot start with; the message names it and says what it takes."""


def init_app(app: Flask) -> None:
    """Before each request is looked at: its cookie is signed with the key that lies there now."""
    inner = app.wsgi_app

    def following(environ: Any, start_response: Callable[..., Any]) -> Any:
        follow(app)
        return inner(environ, start_response)

    key = app.config["SECRET_KEY"]
    app.extensions["secret_key"] = None
    if _read(_path(app)) == key:
        app.extensions["secret_key"] = _state(_path(app))
        app.wsgi_app = following  # type: ignore[method-assign]


def follow(app: Flask) -> None:
    """Take up the key that was put there by another process; where it is a setting there is none to follow."""
    before = app.extensions["secret_key"]
    if before is None or (now := _state(_path(app))) in (before, None):
        return
    key = _read(_path(app))
    if len(key) >= SHORTEST:
        app.config["SECRET_KEY"] = key
        app.extensions["secret_key"] = now


def _path(app: Flask) -> Path:
    return Path(app.config["INSTANCE_PATH"]) / _NAME


def _state(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def stored(instance: Path) -> str:
    """The key of this installation, made once and readable by its owner alone."""
    path = instance / _NAME
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise ConfigError(f"INSTANCE_PATH: {instance} cannot be written to ({error.strerror}).") from error
    try:
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        key = ""
    if len(key) < SHORTEST:
        raise ConfigError(
            f"{path} does not contain a usable key. Delete it to get a new one (everyone has to sign in again)."
        )
    return key


def _make(path: Path) -> None:
    """Whole from the moment it has its name, which it gets only if no other process was quicker."""
    key, draft = secrets.token_urlsafe(48), path.with_name(f"{_NAME}.{secrets.token_hex(4)}.part")
    with suppress(FileExistsError):
        try:
            _write(draft, key)
            _give_name(draft, path, key)
        finally:
            draft.unlink(missing_ok=True)
    _put_on_disk(path.parent)


def _give_name(draft: Path, path: Path, key: str) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links.
        _write(path, key)


def _write(path: Path, key: str) -> None:
    """A file that was not there before, or none."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _put_on_disk(folder: Path) -> None:
    """The names in it, where the file system can be asked for that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
