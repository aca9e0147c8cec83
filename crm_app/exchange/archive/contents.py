"""What belongs into an archive: every table and column, but for what is no fact of the business or must not leave."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import OperationalError, ProgrammingError

from crm_app.extensions import db

_TABLES_LEFT_OUT = {
    "known_devices": "devices are known to the server on which somebody signed in from them",
    "mails": "letters about accounts are sent by the server that was asked for them",
    "parked_jobs": "work that was given up is of the server that gave it up",
    "passkey_challenges": "questions to passkeys are answered within minutes",
    "passkeys": "passkeys work at the address at which they were made, and nowhere else",
    "password_links": "links by which somebody sets a password end within a day",
    "recovery_codes": "what lets somebody in without their app stays where it was made",
    "second_steps": "secrets of authenticator apps are sealed with the key of the server that made them",
    "setup_links": "the link of the first run is a key to the server that made it",
    "sign_in_failures": "guesses at passwords are remembered for a while only",
    "user_sessions": "sessions belong to the server on which they began; everyone signs in again",
    "workers": "workers are of the server on which they run",
    "word_indexes": "the indexes of words are built anew",
}
_PASSWORDS = {"users.password_hash": "left out on demand; everyone needs a link to set a password"}


def left_out(*, has_passwords: bool) -> Mapping[str, str]:
    """Names of tables, and of columns with their table, each with the reason."""
    return _TABLES_LEFT_OUT | ({} if has_passwords else _PASSWORDS)


def tables() -> list[Table]:
    """Each after those that its rows point at, as far as tables do not point at each other."""
    return [table for table in db.metadata.sorted_tables if table.name not in _TABLES_LEFT_OUT]


def columns(table: Table, *, has_passwords: bool) -> list[Column]:
    missing = left_out(has_passwords=has_passwords)
    return [column for column in table.columns if f"{table.name}.{column.name}" not in missing]


def late_columns(table: Table) -> list[Column]:
    """Those that point at rows which are written after their own: of the same table, or of one that comes later."""
    order = {one.name: place for place, one in enumerate(tables())}
    return [
        column
        for column in table.columns
        if any(order[key.column.table.name] >= order[table.name] for key in column.foreign_keys)
    ]


def revision(connection: Connection) -> str:
    """Which migration made the tables; empty where there are none."""
    try:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")
    except (OperationalError, ProgrammingError):
        return ""
