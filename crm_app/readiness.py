"""What would keep Peyvand from running, found out before it starts and said in a sentence that names the setting."""

import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from crm_app.config import ConfigError

_PATIENCE_SECONDS = 5


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """A failure becomes one sentence on standard error and a status other than 0; no traces for people."""
    try:
        yield
    except ConfigError as error:
        click.echo(f"crm: {error}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"crm: {error.format_message()}", err=True)
        sys.exit(1)
    except DBAPIError as error:
        click.echo(f"crm: {_refusal(error.orig)}", err=True)
        sys.exit(1)


def expect_port(host: str, port: int) -> None:
    """Raise ConfigError unless one can listen there. Our servers would share a port even with another Peyvand."""
    try:
        family, address = _found(host, port)
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        # Some messages are followed by the address in brackets, which is said here already.
        reason = str(error.strerror).partition(" (")[0]
        raise ConfigError(
            f"cannot listen on {host}:{port} ({reason}); set HOST and PORT to use another address."
        ) from error


def address_of(host: str, port: int) -> str:
    """By its number, which is all that the web server takes."""
    return _found(host, port)[1]


def expect_redis(url: str) -> None:
    """Raise ConfigError unless Redis answers; without a URL none is used."""
    if not url:
        return
    import redis

    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=_PATIENCE_SECONDS, socket_timeout=_PATIENCE_SECONDS
        ) as client:
            client.ping()
    except redis.RedisError as error:
        raise ConfigError(f"REDIS_URL: Redis is not responding ({str(error).rstrip('.')}).") from error


def expect_tables(url: str) -> None:
    """Raise what the database says of a table that every version has, where it is not there."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 FROM organisations LIMIT 1"))
    finally:
        engine.dispose()


def _found(host: str, port: int) -> tuple[socket.AddressFamily, str]:
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return family, str(address[0])


def _refusal(error: object) -> str:
    if _misses_tables(error):
        return (
            "the database does not have the tables of this version; "
            "run `crm database upgrade`, or `crm serve`, which does it first."
        )
    return f"the database rejected this: {str(error).splitlines()[0]}"


def _misses_tables(error: object) -> bool:
    """By the code that PostgreSQL gives a missing table or column; SQLite only has words for it."""
    if isinstance(error, sqlite3.Error):
        return any(words in str(error) for words in ("no such table", "no such column", "has no column named"))
    return getattr(error, "sqlstate", None) in ("42P01", "42703")
