"""All tables of a PostgreSQL database out and in again by COPY, which needs no program beside Peyvand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from crm_app.backups import BackupError
from crm_app.extensions import db
from crm_app.refusals import of_psycopg
from crm_app.web import found_by
from crm_app.web.texts import gettext as _
from crm_app.web.word_index import name_of

ENCODING = "UTF8"
_PATIENCE_SECONDS = 5
_ABOUT = "SELECT current_setting('server_version'), current_setting('server_encoding')"
_COLUMNS = text("""
    SELECT relname, array_agg(attname ORDER BY attnum) FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' GROUP BY relname ORDER BY relname
""")
_SEQUENCES = text("""
    SELECT sequencename, last_value FROM pg_sequences
    JOIN pg_depend ON objid = CAST(quote_ident(schemaname) || '.' || quote_ident(sequencename) AS regclass)
        AND classid = CAST('pg_class' AS regclass) AND deptype IN ('a', 'i')
    JOIN pg_class ON pg_class.oid = refobjid AND relname = ANY(:tables)
    WHERE schemaname = current_schema() ORDER BY sequencename
""")
_REFERENCES = text("""
    SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid AND relname = ANY(:tables)
    WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace)
""")
_CALLED = text("""
    SELECT DISTINCT CAST(CAST(tgfoid AS regprocedure) AS text) FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid AND relname = ANY(:tables)
    JOIN pg_proc ON pg_proc.oid = tgfoid AND pronamespace = CAST(current_schema() AS regnamespace)
    WHERE NOT tgisinternal
""")


@contextmanager
def refusals() -> Iterator[None]:
    """Raises BackupError for whatever the server refuses inside, by SQLAlchemy or beside it."""
    try:
        yield
    except (DBAPIError, *of_psycopg("Error")) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        raise BackupError(_("The database rejected this: %(reason)s.", reason=reason)) from error


def version_and_encoding() -> tuple[str, str]:
    """Asked beside SQLAlchemy: it cannot read what a database without an encoding says."""
    import psycopg

    arguments, options = db.engine.dialect.create_connect_args(db.engine.url)
    options |= {"client_encoding": "utf8", "connect_timeout": _PATIENCE_SECONDS}
    with psycopg.connect(*arguments, **options) as connection:
        version, encoding = connection.execute(_ABOUT).fetchall()[0]
    return version, encoding


def expect_every_script() -> None:
    """Raise BackupError where the database could not hold what people will write."""
    encoding = version_and_encoding()[1]
    if encoding != ENCODING:
        raise BackupError(
            f"The database uses the encoding {encoding}, which cannot store every script. "
            f"Create one with the encoding {ENCODING}."
        )


def columns(connection: Connection) -> dict[str, list[str]]:
    """Of each of our tables, in their order."""
    ours = _ours()
    return {table: list(names) for table, names in connection.execute(_COLUMNS) if table in ours}


def strangers(connection: Connection) -> set[str]:
    """Tables that are not ours, of whoever shares the database."""
    return {table for table, _names in connection.execute(_COLUMNS)} - _ours()


def sequences(connection: Connection) -> dict[str, int | None]:
    """The last number that each has given; None if it gave none yet."""
    return dict(connection.execute(_SEQUENCES, {"tables": sorted(_ours())}).all())


def rows(connection: Connection, table: str, names: Sequence[str]) -> Iterator[bytes]:
    """In the text that COPY writes, which later versions of PostgreSQL read too."""
    with _cursor(connection).copy(f"COPY {_listed(table, names)} TO STDOUT") as copy:
        for piece in copy:
            yield bytes(piece)


def fill(
    connection: Connection,
    columns: dict[str, list[str]],
    pieces: Callable[[str], Iterable[bytes]],
    sequences: dict[str, int | None],
) -> None:
    """In place of what the tables hold. References are checked when all rows are there: tables hang on each other."""
    references = connection.execute(_REFERENCES, {"tables": sorted(columns)}).all()
    cursor = _cursor(connection)
    for table, name, _definition in references:
        cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for table, names in columns.items():
        cursor.execute(f'TRUNCATE "{table}"')
        with cursor.copy(f"COPY {_listed(table, names)} FROM STDIN") as copy:
            for piece in pieces(table):
                copy.write(piece)
    for table, name, definition in references:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
    for sequence, last in sequences.items():
        if last is not None:
            cursor.execute("SELECT setval(%s, %s)", (f'"{sequence}"', last))


def drop_all(connection: Connection) -> None:
    """Our tables, and the functions that their triggers call."""
    cursor = _cursor(connection)
    called = connection.execute(_CALLED, {"tables": sorted(_ours())}).scalars().all()
    for table in columns(connection):
        cursor.execute(f'DROP TABLE "{table}" CASCADE')
    for function in called:
        cursor.execute(f"DROP FUNCTION {function}")


def _ours() -> set[str]:
    return {*db.metadata.tables, *map(name_of, found_by.models()), "alembic_version"}


def _cursor(connection: Connection):
    return connection.connection.dbapi_connection.cursor()


def _listed(table: str, names: Sequence[str]) -> str:
    """Both come from the database itself, or from a manifest that names nothing but small letters."""
    return f'"{table}" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in names)})'
