"""Whose turn it is to write to a SQLite file: first come, first served, among all threads of all processes.

SQLite lets those who wait ask again at intervals that grow, so that who came last may be served first, again and again.
Here they wait for a lock on a file beside the database, which the system hands on in the order of asking and takes from
whoever dies. It only orders: what keeps two from writing at once is SQLite's own lock, with or without it.
"""

import fcntl
import os
import sqlite3
import threading
from _thread import start_new_thread
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

PATIENCE_SECONDS = 20.0


class Connection(sqlite3.Connection):
    """Gives its turn back when a transaction is over, however it came to be over."""

    def __init__(self, database: str, *arguments: object, **options: object) -> None:
        super().__init__(database, *arguments, **options)  # type: ignore[arg-type]
        path = self.execute("PRAGMA database_list").fetchone()[2]
        self._turn = Turn(Path(path)) if path else None
        self._only_reads = path if path and not _is_writable(path) else None

    def is_cut_off(self) -> bool:
        """Whether it only reads, as it was opened, from a file that can be written to by now."""
        return self._only_reads is not None and _is_writable(self._only_reads)

    def take_turn(self) -> None:
        """Raises what SQLite would raise, once patience is at an end."""
        if self._turn and not self._turn.take(PATIENCE_SECONDS):
            raise sqlite3.OperationalError("database is locked")

    def give_turn_back(self) -> None:
        if self._turn and not self.in_transaction:
            self._turn.give_back()

    def commit(self) -> None:
        super().commit()
        self.give_turn_back()

    def rollback(self) -> None:
        super().rollback()
        self.give_turn_back()

    def close(self) -> None:
        super().close()
        if self._turn:
            self._turn.give_back()


def begin(connection: Any, *, writes: bool) -> None:
    """A transaction on a connection of SQLAlchemy's. One that writes waits for its turn. Raises OperationalError."""
    if not writes:
        _say(connection, "BEGIN")
        return
    dbapi = connection.connection.dbapi_connection
    try:
        dbapi.take_turn()
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    try:
        _say(connection, "BEGIN IMMEDIATE")
    except BaseException:
        # One that was closed for its error gave it back by that.
        if not connection.invalidated:
            dbapi.give_turn_back()
        raise


def _say(connection: Any, statement: str) -> None:
    """SQLAlchemy takes longer to say it than SQLite to do it; but what SQLite refuses, SQLAlchemy has to know."""
    try:
        connection.connection.dbapi_connection.execute(statement)
    except sqlite3.Error as error:
        # The lowest byte says which kind of refusal it is.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise OperationalError(statement, None, error) from error
        connection.exec_driver_sql(statement)


def _is_writable(path: str) -> bool:
    return os.access(path, os.W_OK, effective_ids=True)


class Turn:
    """The place in the queue of one connection."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: _File | None = None
        self._is_mine = False

    def take(self, seconds: float) -> bool:
        """Whether it came in time. Where no file can be made or locked nobody waits, and SQLite's own order is left."""
        if self._is_mine:
            return True
        try:
            # Until the turn comes the file is that of whoever waits, who closes it should nobody want the turn by then.
            file, self._file = self._file or _File(self._database), None
            self._is_mine = file.locked_at_once() or file.locked_within(seconds)
        except OSError:
            return True
        self._file = file if self._is_mine else None
        return self._is_mine

    def give_back(self) -> None:
        if self._is_mine and self._file:
            self._is_mine = False
            self._file.unlock()


class _File:
    """A lock belongs to an opening of the file, so each connection opens it for itself."""

    def __init__(self, database: Path) -> None:
        like = database.stat()
        path = database.with_name(f"{database.name}-turn")
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, like.st_mode & 0o666)
        if os.geteuid() == 0:
            # As SQLite does with its own files, so that a command of the administrator's keeps nobody out.
            os.fchown(self._descriptor, like.st_uid, like.st_gid)

    def __del__(self) -> None:
        with suppress(AttributeError):
            os.close(self._descriptor)

    def locked_at_once(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def locked_within(self, seconds: float) -> bool:
        """The system knows no end of waiting, so a thread waits that can be left behind."""
        locked = threading.Lock()
        locked.acquire()
        start_new_thread(self._wait, (locked,))
        return locked.acquire(timeout=seconds)

    def _wait(self, locked: threading.Lock) -> None:
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        locked.release()

    def unlock(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
