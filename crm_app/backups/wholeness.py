"""Whether a database file and a backup are whole, found out within a time if there is not all of it."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from crm_app.backups.opening import opened

_STEPS = 100_000


class TooLongError(Exception):
    """Nothing wrong was found in the time that was given, which was not enough for all of it."""


class Limit:
    """Some seconds from now, or as many as it takes."""

    def __init__(self, seconds: float | None = None):
        self._until = None if seconds is None else time.monotonic() + seconds

    @property
    def seconds(self) -> float | None:
        return None if self._until is None else max(self._until - time.monotonic(), 0.0)

    @property
    def is_over(self) -> bool:
        return self.seconds == 0.0

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces, until the time is over. Raises TooLongError."""
        for piece in pieces:
            if self.is_over:
                raise TooLongError
            yield piece


def trouble_in_database(database: Path, limit: Limit) -> str:
    """What SQLite finds wrong with the file; empty when it is whole. Raises TooLongError."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: limit.is_over, _STEPS)
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        if limit.is_over:
            raise TooLongError from error
        return str(error)
    if found != "ok":
        return found
    return f"a row of {torn[0]} refers to a row of {torn[2]} that does not exist" if torn else ""


def verify(backup: Path, limit: Limit) -> None:
    """Raises BackupError for one that is not whole, OSError where it is not there, TooLongError."""
    with opened(backup) as found:
        found.verify(limit.of)
