"""Backups that were asked for: a note in the folder of each that is not made yet, so that none is forgotten."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from crm_app.backups import kept
from crm_app.extensions import utc_now

_NOTE = ".asked"
_LAST_NIGHT = "last-night"
_TRIES = 5


def note(name: str) -> None:
    """Whoever asks for one says so before the worker is told."""
    kept.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    _path(name).touch(mode=0o600)


def is_noted(name: str) -> bool:
    return kept.is_name(name) and _path(name).exists()


def note_night(day: date) -> None:
    """From then on what is left to do of that night stands in its note."""
    kept.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = kept.folder() / f"{_LAST_NIGHT}.{os.getpid()}.part"
    draft.write_text(day.isoformat(), encoding="ascii")
    draft.replace(kept.folder() / _LAST_NIGHT)


def last_night() -> str:
    """The last one for which a backup was begun, or on which a worker first looked; empty where none did yet."""
    try:
        return (kept.folder() / _LAST_NIGHT).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def left(night: date) -> list[str]:
    """Those that nobody is making: the worker died, or the queue lost them.

    What is too old is not asked for again. Nobody else asks for the one of this night: only if it has killed its worker
    again and again it is given up.
    """
    names = []
    for path in sorted(kept.folder().glob(f"peyvand-*{_NOTE}")):
        name = path.name.removesuffix(_NOTE)
        if not kept.is_name(name):
            continue
        with taken(name, keeps=True) as is_ours:
            if not is_ours:
                continue
            is_of_this_night = name.startswith(f"peyvand-{night.isoformat()}.")
            if _is_given_up(path) if is_of_this_night else _is_too_old(path):
                path.unlink()
            else:
                names.append(name)
    return names


def note_try(name: str) -> None:
    """A byte for each, so that it is known of one that takes its worker along."""
    with _path(name).open("ab") as note:
        note.write(b".")


def _is_given_up(path: Path) -> bool:
    return path.stat().st_size >= _TRIES


def _is_too_old(path: Path) -> bool:
    return utc_now().timestamp() - path.stat().st_mtime > kept.PATIENCE.total_seconds()


@contextmanager
def taken(name: str, *, keeps: bool = False) -> Iterator[bool]:
    """Whether it is ours alone to make, until this ends or the process dies; then the note goes, unless it is kept."""
    try:
        descriptor = os.open(_path(name), os.O_RDWR)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        # Whoever held it before us may have made it and gone.
        yield _path(name).exists()
    finally:
        if not keeps:
            _path(name).unlink(missing_ok=True)
        os.close(descriptor)


def _path(name: str) -> Path:
    return kept.folder() / f"{name}{_NOTE}"
