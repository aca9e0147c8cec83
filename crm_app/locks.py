"""Locks among all processes on one PostgreSQL, held until a transaction ends; on SQLite whoever writes is alone."""

from sqlalchemy import Connection, text

# Any numbers, the same in every process, and no two alike.
CHAIN, RATES, UPGRADE = 7_391_846, 7_391_847, 7_391_848


def hold(connection: Connection, lock: int, *, is_shared: bool = False) -> None:
    """Wait until nobody else has it; shared, until nobody has it alone."""
    if connection.dialect.name != "sqlite":
        function = "pg_advisory_xact_lock_shared" if is_shared else "pg_advisory_xact_lock"
        connection.execute(text(f"SELECT {function}(:lock)"), {"lock": lock})
