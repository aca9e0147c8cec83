"""The database under measure: emptied between sizes, its own processes counted, changed between requests."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg


class Database:
    """SQLite in the instance's folder, or the PostgreSQL database of that address, which must be empty at first."""

    def __init__(self, address: str):
        self._address = address
        self._own = psycopg.connect(address, autocommit=True) if address else None
        if self._own and self._scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"):
            raise SystemExit("The database is not empty: measuring fills it, and empties it in between.")

    @property
    def name(self) -> str:
        return "PostgreSQL" if self._own else "SQLite"

    def empty(self) -> None:
        if self._own:
            self._own.execute("DROP SCHEMA public CASCADE")
            self._own.execute("CREATE SCHEMA public")

    def processes(self) -> list[int]:
        """Those of PostgreSQL that work for this database, but for the one that answers here."""
        if not self._own:
            return []
        others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return [pid for (pid,) in self._own.execute(others) if Path(f"/proc/{pid}/task").exists()]

    def changer(self) -> Callable[[], None]:
        """Changes what one deal was won for, each time it is called: by other hands, at nobody's cost."""
        if self._own:
            own = self._own
            return lambda: (own.execute(_CHANGE), None)[1]
        connection = sqlite3.connect(Path(os.environ["INSTANCE_PATH"]) / "peyvand.db", isolation_level=None)
        return lambda: (connection.execute(_CHANGE), None)[1]

    def _scalar(self, question: str):
        assert self._own
        return self._own.execute(question).fetchone()[0]  # type: ignore[index]


_CHANGE = "UPDATE closings SET base_amount = base_amount + 1 WHERE id = (SELECT max(id) FROM closings)"
