"""Runs migrations inside the application, on whichever database it uses, one transaction for all.

Whoever runs them on another one, or as a part of more, gives the connection (`config.attributes`).
"""

from contextlib import contextmanager, nullcontext

from alembic import context
from flask import current_app

from crm_app.extensions import UtcDateTime

_migrate = current_app.extensions["migrate"]


def _render_item(kind, item, _context):
    """Migrations name plain columns: they must run long after our types have changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _include_name(name, kind, _parents):
    """Indexes of words are no tables of the models; on SQLite each is several tables of its own making."""
    return not (kind == "table" and "_words" in (name or ""))


_given = context.config.attributes.get("connection")


@contextmanager
def _references_unheeded(connection):
    """Batch mode rebuilds tables on SQLite, which would cascade through the foreign keys that point at them.

    Said to the driver itself: within a transaction, which SQLAlchemy begins before anything else, it means nothing.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


with (
    nullcontext(_given) if _given is not None else _migrate.db.engine.connect() as connection,
    _references_unheeded(connection),
):
    context.configure(
        connection=connection,
        target_metadata=_migrate.db.metadata,
        render_item=_render_item,
        include_name=_include_name,
        transactional_ddl=True,
        **_migrate.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
