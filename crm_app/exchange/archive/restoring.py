"""Reading an archive back into an instance where nothing is yet, in one transaction that whoever asks commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, literal, select, update
from sqlalchemy.exc import DBAPIError, StatementError

from crm_app.exchange.archive import ArchiveError, contents, values
from crm_app.exchange.archive.manifest import Manifest, Part
from crm_app.exchange.archive.opening import Archive
from crm_app.extensions import db
from crm_app.web import found_by, word_index

_ROWS = 1_000


def expect_fitting(about: Manifest) -> None:
    """Raises ArchiveError unless the tables here are those of the archive, and all of them are empty."""
    connection = db.session.connection()
    here = contents.revision(connection)
    if not here:
        raise ArchiveError("The database has no tables yet. Run `crm database upgrade`, then import the archive.")
    if about.revision != here:
        raise ArchiveError(
            f"The archive was written by Peyvand {about.product_version[:20]} with tables of version "
            f"{about.revision[:20]}; those here have version {here}. Import it with the version that wrote it, upgrade "
            "that and export again."
        )
    expected = {
        table.name: {column.name for column in contents.columns(table, has_passwords=about.has_passwords)}
        for table in contents.tables()
    }
    for name in {*expected, *about.tables}:
        columns = about.tables[name].columns if name in about.tables else ()
        if len(columns) != len(set(columns)) or set(columns) != expected.get(name):
            raise ArchiveError(f"The archive does not contain the expected table {name[:60]!r} as it is here.")
    for table in contents.tables():
        if connection.scalar(select(literal(1)).select_from(table).limit(1)):
            raise ArchiveError(
                f"This installation is in use: it already contains {table.name}. An archive can only be imported "
                "into an empty one; give it its own database and folder (DATABASE_URL, INSTANCE_PATH)."
            )


def restore(archive: Archive) -> None:
    connection = db.session.connection()
    tables = contents.tables()
    for table in tables:
        _insert(connection, archive, table)
    for table in tables:
        _tie(connection, archive, table)
    if connection.dialect.name == "postgresql":
        for table in tables:
            go_on_counting(connection, table)
    for model in found_by.models():
        index(connection, model)


def _insert(connection: Connection, archive: Archive, table: Table) -> None:
    part, late = archive.manifest.tables[table.name], contents.late_columns(table)
    columns = [table.c[name] for name in part.columns]
    now = [column for column in columns if column not in late]
    statement = insert(table).values({column.name: _parameter(column) for column in now})
    for rows in _read(archive, part, columns, now):
        with _refusals_of(table):
            connection.execute(statement, rows)


def _tie(connection: Connection, archive: Archive, table: Table) -> None:
    """Once all rows are there, what points from one to a later one."""
    part, late, keys = archive.manifest.tables[table.name], contents.late_columns(table), list(table.primary_key)
    if not late:
        return
    columns = [table.c[name] for name in part.columns]
    statement = update(table).values({column.name: _parameter(column) for column in late})
    statement = statement.where(*(key == _parameter(key) for key in keys))
    names = [_parameter(column).key for column in late]
    for rows in _read(archive, part, columns, [*keys, *late]):
        if tied := [row for row in rows if any(row[name] is not None for name in names)]:
            with _refusals_of(table):
                connection.execute(statement, tied)


def _read(archive: Archive, part: Part, columns: list[Column], wanted: list[Column]) -> Iterator[list[dict[str, Any]]]:
    """Batches of rows, as the parameters of a statement."""
    places = [
        (_parameter(column).key, columns.index(column), values.reader_of(column), column.name) for column in wanted
    ]
    number = 0
    for batch in archive.batches(part):
        rows = []
        for plain in batch:
            number, row = number + 1, {}
            for key, place, value_of, name in places:
                try:
                    row[key] = value_of(plain[place])
                except ValueError as error:
                    raise ArchiveError(f"{part.name}: line {number:,} has no {name} that can be read.") from error
            rows.append(row)
        yield rows


def _parameter(column: Column) -> Any:
    # A name that is no column's: those have a meaning of their own in statements that write.
    return bindparam(f"given_{column.name}", type_=values.bind_type(column))


@contextmanager
def _refusals_of(table: Table) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0].rstrip(".")
        raise ArchiveError(f"The database rejected a row of {table.name} ({reason}).") from error
    except (StatementError, OverflowError, UnicodeError) as error:
        raise ArchiveError(f"The database cannot store a value in a row of {table.name}.") from error


def go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows: the next one is to come after those that were written."""
    key = table.autoincrement_column
    if key is None:
        return
    last = connection.scalar(select(func.max(key)))
    if last is not None and last > 0:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), last)))


def index(connection: Connection, model: Any) -> None:
    """What records are found by, by the rules of this version."""
    last = 0
    ids = select(model.id).order_by(model.id).limit(_ROWS)
    while batch := list(connection.scalars(ids.where(model.id > last))):
        word_index.renew_between(connection, model, last, batch)
        last = batch[-1]
    word_index.renew_between(connection, model, last, [])
    for _step in word_index.tidying(lambda: connection, model):
        pass
