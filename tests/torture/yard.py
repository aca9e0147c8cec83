"""The place where processes are killed: a database and a folder that are put back, and what stands there."""

import shutil
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import JSON, DateTime, Table, select

# Who did it and when, and what is drawn at random: that is another each time.
_OF_THE_RUN = {
    "worker", "hash", "token_hash", "interrupted_at", "tries", "stored_name", "last_number", "version", "password_hash",
}  # fmt: skip


class Yard:
    """A database and a folder that are put back to how they were before each kill."""

    def __init__(self, folder: Path, database_url: str):
        self.folder, self.url, self._saved = folder / "instance", database_url, folder / "saved"
        self.folder.mkdir(parents=True, exist_ok=True)

    def save(self, name: str) -> None:
        shutil.rmtree(self._saved / name, ignore_errors=True)
        shutil.copytree(self.folder, self._saved / name)
        if self.url:
            self._copy_database(self._database, f"{self._database}_{name}")

    def restore(self, name: str) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._saved / name, self.folder)
        if self.url:
            self._copy_database(f"{self._database}_{name}", self._database)

    @property
    def _database(self) -> str:
        return self.url.rpartition("/")[2]

    def _copy_database(self, source: str, target: str) -> None:
        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(gone, (source,))
            connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def contents(connection: Any, tables: list[Table]) -> dict[str, list[str]]:
    """Each table's rows without what is of the run, in the order of their text."""
    found = {}
    for table in tables:
        columns = [column for column in table.columns if _is_of_the_job(column)]
        rows = connection.execute(select(*columns)).all() if columns else []
        found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


def _is_of_the_job(column: Any) -> bool:
    """Numbers of rows depend on what was rolled back before."""
    kind = getattr(column.type, "impl", column.type)
    is_number = column.primary_key or column.foreign_keys or column.name.endswith(("_id", "_number"))
    return not (isinstance(kind, (DateTime, JSON)) or is_number or column.name in _OF_THE_RUN)
