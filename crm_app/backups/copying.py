"""The whole database into an empty other one, SQLite or PostgreSQL: one instant, one transaction, proven equal.

Rows pass as the values that Peyvand works with, so it does not matter how either database writes them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import JSON, Connection, Table, insert, literal, select, text

from crm_app import migrating
from crm_app.backups import BackupError, postgresql
from crm_app.exchange.archive import contents, restoring
from crm_app.extensions import db, one_instant, reading, writing
from crm_app.search.models import WordIndex
from crm_app.web import found_by, tokens
from crm_app.web.packages import in_blocks
from crm_app.web.reader import Reader, read_as
from crm_app.web.word_index import name_of

# Of the server that runs on a database, and of the search, which is filled anew.
_LEFT_OUT = {"workers", WordIndex.__tablename__}
_ROWS = 1_000


class Copied(NamedTuple):
    """`digest` is the same for the same rows in whatever order."""

    table: str
    rows: int
    digest: str


def copy(there: Flask, tell: Callable[[str], None]) -> list[Copied]:
    """From the database of the current application to that of another. Raises BackupError; then that stays empty."""
    with one_instant() as source:
        # The first statement is the instant.
        _expect_up_to_date(source)
        with there.app_context(), postgresql.refusals():
            read_as(Reader())
            try:
                _expect_empty()
                tell("Making the tables ...")
                with writing():
                    migrating.upgrade()
                    with db.engine.begin() as target:
                        return _filled(source, target, tell)
            finally:
                db.session.remove()
                db.engine.dispose()


def _expect_up_to_date(source: Connection) -> None:
    here = contents.revision(source)
    if here and not migrating.knows(here):
        raise BackupError(migrating.NEWER.format(here))
    if here != migrating.newest():
        raise BackupError("The database is not up to date. Run `crm database upgrade` first.")


def _expect_empty() -> None:
    if db.engine.dialect.name == "postgresql":
        postgresql.expect_every_script()
    with reading(), db.engine.connect() as connection:
        there = set(db.inspect(connection).get_table_names())
        words = tuple(map(name_of, found_by.models()))
        strangers = {name for name in there - {"alembic_version", *db.metadata.tables} if not name.startswith(words)}
        if strangers:
            raise BackupError(f"That database contains other tables: {', '.join(sorted(strangers))[:200]}.")
        for table in db.metadata.sorted_tables:
            is_ours = table.name in there and table.name not in _LEFT_OUT
            if is_ours and connection.scalar(select(literal(1)).select_from(table).limit(1)):
                raise BackupError(f"That database is in use: it already contains {table.name}. Use an empty one.")


def _filled(source: Connection, target: Connection, tell: Callable[[str], None]) -> list[Copied]:
    tables = [table for table in db.metadata.sorted_tables if table.name not in _LEFT_OUT]
    sums = {table.name: _Sum(table.name) for table in tables}
    if target.dialect.name == "postgresql":
        _fill_postgresql(source, target, tables, sums, tell)
    else:
        _fill_sqlite(source, target, tables, sums, tell)
    tell("Filling the search ...")
    for model in found_by.models():
        restoring.index(target, model)
        target.execute(insert(WordIndex).values(name=model.__tablename__, scheme=tokens.SCHEME))
    tell("Verifying the copy ...")
    return [_proven(target, table, sums[table.name]) for table in tables]


def _fill_postgresql(source, target, tables, sums, tell) -> None:
    by_name = {table.name: table for table in tables}

    def pieces(name: str) -> Iterator[bytes]:
        tell(f"{name} ...")
        written = [_writer(column.type, column.nullable) for column in by_name[name].columns]
        lines = (_line(row, written) for row in sums[name].over(_rows(source, by_name[name])))
        return in_blocks(lines)

    columns = {table.name: [column.name for column in table.columns] for table in tables}
    postgresql.fill(target, columns, pieces, {})
    for table in tables:
        restoring.go_on_counting(target, table)


def _fill_sqlite(source, target, tables, sums, tell) -> None:
    """References are looked at when all rows are there: tables hang on each other."""
    target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in tables:
        tell(f"{table.name} ...")
        target.execute(table.delete())
        batch: list[dict[str, Any]] = []
        names = [column.name for column in table.columns]
        for row in sums[table.name].over(_rows(source, table)):
            batch.append(dict(zip(names, row, strict=True)))
            if len(batch) == _ROWS:
                target.execute(insert(table), batch)
                batch.clear()
        if batch:
            target.execute(insert(table), batch)
    if torn := target.execute(text("PRAGMA foreign_key_check")).first():
        raise BackupError(f"A row of {torn[0]} refers to a row of {torn[2]} that does not exist.")


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    yield from connection.execute(select(*table.columns).execution_options(yield_per=_ROWS))


class _Sum:
    """Rows counted and summed up, each by its digest: the sum of the same rows is the same in whatever order."""

    def __init__(self, table: str):
        self._table, self._rows, self._sum = table, 0, 0

    def over(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            plain = json.dumps(list(row), default=_plain, sort_keys=True, separators=(",", ":"))
            self._sum += int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=16).digest())
            self._rows += 1
            yield row

    @property
    def copied(self) -> Copied:
        return Copied(self._table, self._rows, f"{self._sum % 2**128:032x}")


def _proven(target: Connection, table: Table, expected: _Sum) -> Copied:
    found = _Sum(table.name)
    for _row in found.over(_rows(target, table)):
        pass
    if found.copied != expected.copied:
        raise BackupError(
            f"{table.name} did not arrive as it is: {expected.copied.rows:,} rows with the digest "
            f"{expected.copied.digest} became {found.copied.rows:,} with {found.copied.digest}."
        )
    return found.copied


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    raise TypeError(f"a copy cannot hold {type(value).__name__}")


def _line(row: Iterable[Any], written: list[Callable[[Any], str]]) -> bytes:
    """As COPY reads it."""
    return ("\t".join([write(value) for write, value in zip(written, row, strict=True)]) + "\n").encode()


def _writer(kind: Any, is_nullable: bool) -> Callable[[Any], str]:
    if not isinstance(kind, JSON):
        return _written
    nothing = r"\N" if is_nullable else "null"
    return lambda value: nothing if value is None else _escaped(json.dumps(value))


def _written(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return _plain(value)


def _escaped(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    return value.replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
