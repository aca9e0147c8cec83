"""Reaching PostgreSQL within bounds: a server that is away, stopped or cut off keeps nobody waiting for ever."""

import select
import sqlite3
import time
from typing import Any

import psycopg
from flask import has_request_context
from psycopg.errors import _WaitTimeout

# Of a page. A job may wait for as long as its statement takes.
PATIENCE_SECONDS = 20.0
_CONNECT_SECONDS = 5
# Whoever comes right after one who waited in vain is told at once.
_PAUSE_SECONDS = 3.0
# A peer that is gone without a word is noticed within a minute.
_ALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_OF_FILES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_PASSING = _OF_FILES | {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}


class Connection(psycopg.Connection[Any]):
    """Given up for good once a page has waited too long for it: nobody knows what it would answer next."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        if timeout is not None or not has_request_context():
            return super().wait(gen, interval=interval, timeout=timeout)
        try:
            return super().wait(gen, interval=interval, timeout=PATIENCE_SECONDS)
        except _WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {PATIENCE_SECONDS:.0f} seconds") from error

    def is_cut_off(self) -> bool:
        """Whether the server has hung up. One that is idle sends nothing else, so no question has to be asked."""
        if self.closed:
            return True
        ready = select.poll()
        ready.register(self.fileno(), select.POLLIN)
        return bool(ready.poll(0))


class Connecting:
    """Makes connections, as long as that is not in vain."""

    def __init__(self) -> None:
        self._in_vain_until = 0.0

    def connect(self, arguments: Any, options: dict[str, Any]) -> Connection:
        if time.monotonic() < self._in_vain_until:
            raise psycopg.OperationalError("no connection a moment ago")
        options = {"connect_timeout": _CONNECT_SECONDS} | _ALIVE | options
        began = time.monotonic()
        try:
            return Connection.connect(*arguments, **options)
        except psycopg.OperationalError:
            # One that refuses does so at once, and is asked again by the next.
            if time.monotonic() - began > 1:
                self._in_vain_until = time.monotonic() + _PAUSE_SECONDS
            raise


def is_passing(error: BaseException | None) -> bool:
    """Whether a database cannot do now what it can do later, once it is back, has room, or others are done."""
    if isinstance(error, sqlite3.Error):
        return _kind(error) in _PASSING
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


def is_of_files(error: BaseException | None) -> bool:
    """Whether SQLite could not open, read or write what it needs."""
    return isinstance(error, sqlite3.Error) and _kind(error) in _OF_FILES


def _kind(error: sqlite3.Error) -> int:
    """The code in its short form; that somebody's turn did not come has none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF
