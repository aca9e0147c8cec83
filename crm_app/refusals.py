"""What a database or a queue refuses: for now, for its files, or for good.

Neither psycopg nor Redis is read for that: whoever meets one of their errors has read it already.
"""

import sqlite3
import sys

_OF_FILES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_PASSING = _OF_FILES | {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}


def of_psycopg(*names: str) -> tuple[type[Exception], ...]:
    """Its errors of these names, to be caught: none where it has not been read."""
    psycopg = sys.modules.get("psycopg")
    return tuple(getattr(psycopg, name) for name in names) if psycopg else ()


def of_queue() -> tuple[type[Exception], ...]:
    """What the queue of jobs raises when it is away."""
    redis = sys.modules.get("redis")
    return (sqlite3.OperationalError, redis.RedisError) if redis else (sqlite3.OperationalError,)


def is_passing(error: BaseException | None) -> bool:
    """Whether a database cannot do now what it can do later, once it is back, has room, or others are done."""
    # SQLAlchemy raises an error of its own about it.
    error = getattr(error, "orig", error)
    if isinstance(error, sqlite3.Error):
        return _kind(error) in _PASSING
    return isinstance(error, of_psycopg("OperationalError", "InterfaceError"))


def is_of_files(error: BaseException | None) -> bool:
    """Whether SQLite could not open, read or write what it needs."""
    return isinstance(error, sqlite3.Error) and _kind(error) in _OF_FILES


def _kind(error: sqlite3.Error) -> int:
    """The code in its short form; that somebody's turn did not come has none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF
