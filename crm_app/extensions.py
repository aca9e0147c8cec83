"""The libraries that the whole application shares: one object each, tied to the app in `init_app`."""

import sqlite3
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy import DateTime, MetaData, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from crm_app import refusals, turns
from crm_app.limiting import Limits, network_here


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC. Refuses naive values, gives back aware ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Sort keys are compared letter by letter: PostgreSQL would else order them as the language of its server has it.
SortKey = String(255).with_variant(String(255, collation="C"), "postgresql")

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=_NAMES), type_annotation_map={datetime: UtcDateTime})


class RequestSession(Session):
    """In a request, what was committed stays at hand: the answer is written from it, not from the database anew."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        if has_request_context():
            self.expire_on_commit = False


db = SQLAlchemy(model_class=Base, session_options={"class_": RequestSession})
login_manager = LoginManager()
# Sessions are rows of ours, which say themselves how fresh they are: a digest of address and browser adds nothing.
login_manager.session_protection = None
csrf = CSRFProtect()
babel = Babel()
htmx = Htmx()
compress = Compress()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)
_writing_anyway: ContextVar[bool] = ContextVar("writing_anyway", default=False)


def _let_others_write() -> None:
    """Redis may keep a request waiting: what was read so far is no reason to hold the turn to write to SQLite."""
    if request.method not in SAFE_METHODS:
        db.session.rollback()


limiter = Limits(_let_others_write, key_func=network_here)


def init_app(app: Flask) -> None:
    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    htmx.init_app(app)
    limiter.init_app(app)
    # For browsers without zstd: a twentieth more to send than by the usual 4, in half of its time.
    app.config.setdefault("COMPRESS_BR_LEVEL", 3)
    compress.init_app(app)


@contextmanager
def reading():
    """Outside a request: transactions begun inside only read, so SQLite lets others write meanwhile."""
    token = _reading_only.set(True)
    try:
        yield
    finally:
        _reading_only.reset(token)


@contextmanager
def one_instant():
    """A connection that sees all tables as they stood when it began, and keeps nobody from writing."""
    with reading(), db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def settle() -> None:
    """Commit what a request changes. From here on it only reads, so its answer is written keeping nobody out."""
    db.session.commit()
    g.is_answering = True


@contextmanager
def writing():
    """Where a transaction that only reads would be begun: those begun inside may write. The one that runs is ended."""
    db.session.rollback()
    token = _writing_anyway.set(True)
    try:
        yield
    finally:
        _writing_anyway.reset(token)


@contextmanager
def committed_beside():
    """A connection whose changes are committed on their own, whatever becomes of the request they belong to."""
    token = _writing_anyway.set(True)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _writing_anyway.reset(token)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _may_write() -> bool:
    if _writing_anyway.get():
        return True
    if has_request_context():
        return request.method not in SAFE_METHODS and "is_answering" not in g
    return not _reading_only.get()


@event.listens_for(Engine, "do_connect")
def _connect(dialect, _record, arguments, options):
    """As connections of ours: those to SQLite take turns, those to PostgreSQL do not wait for ever."""
    if dialect.name == "postgresql":
        # Read by those who have one.
        from crm_app import reaching

        return reaching.connecting.connect(arguments, options)
    options["factory"] = turns.Connection
    return None


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    """WAL and FULL: readers never wait, and an acknowledged write survives a power cut."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    # Its own knows the letters of ASCII alone.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-1000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(value: Any) -> Any:
    return value if value is None else str(value).lower()


@event.listens_for(Engine, "checkout")
def _see_whether_it_is_there(connection, _record, _proxy):
    """One that has been overtaken by events is replaced before it is used, all others with it."""
    is_cut_off = getattr(connection, "is_cut_off", None)
    if is_cut_off and is_cut_off():
        raise DisconnectionError("the database was away, or could not be written to")


@event.listens_for(Engine, "handle_error")
def _open_files_anew(context):
    """SQLite does not see that a file which could only be read, or not be opened, can be written again."""
    if refusals.is_of_files(context.original_exception):
        context.is_disconnect = True


@event.listens_for(Engine, "begin")
def _begin(connection):
    """SQLite: one that may write takes the lock at once, since a read upgraded later cannot wait its turn.

    PostgreSQL: one that only reads is told so, and refuses to write; all its statements see the same instant, so that
    the figures of a page agree with each other, as they do on SQLite.
    """
    if connection.dialect.name == "sqlite":
        turns.begin(connection, writes=_may_write())
    else:
        from psycopg import IsolationLevel

        dbapi = connection.connection.dbapi_connection
        only_reads = not _may_write() or "only_reads" in connection.get_execution_options()
        level = IsolationLevel.REPEATABLE_READ if only_reads else None
        # What is set anew, even to the same, makes psycopg compose its BEGIN anew.
        if (dbapi.read_only, dbapi.isolation_level) != (only_reads, level):
            dbapi.read_only, dbapi.isolation_level = only_reads, level


@event.listens_for(Engine, "rollback")
def _end_reading(connection):
    """What only read has nothing to take back; and after a ROLLBACK psycopg would prepare all its statements anew."""
    if connection.dialect.name == "sqlite" or connection.closed or connection.invalidated:
        return
    dbapi = connection.connection.dbapi_connection
    if dbapi.read_only and dbapi.info.transaction_status.name == "INTRANS":
        dbapi.commit()
