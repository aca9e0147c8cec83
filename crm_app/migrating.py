"""Migrations of the tables. Alembic is a tenth of all the memory that code takes, so it is read when it is needed."""

from typing import TYPE_CHECKING

from flask import current_app

from crm_app.extensions import db

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

NEWER = "The tables are from a newer version of Peyvand ({}) than the one running."


def upgrade(revision: str = "head") -> None:
    """The tables of the current application's database, brought up to this version or another one."""
    from flask_migrate import upgrade as upgrade_tables

    prepare()
    upgrade_tables(revision=revision)


def upgrade_within(connection: "Connection", revision: str) -> None:
    """The same of any database, as a part of what this connection is at."""
    from alembic import command

    prepare()
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def prepare() -> None:
    """The current application knows where its migrations are, as `flask_migrate` and `migrations/env.py` ask it."""
    from flask_migrate import Migrate

    if "migrate" not in current_app.extensions:
        directory = current_app.config["MIGRATIONS_PATH"]
        Migrate(db=db, render_as_batch=True, compare_type=True).init_app(current_app, db, directory=directory)


def scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory(current_app.config["MIGRATIONS_PATH"])


def newest() -> str | None:
    """The revision of this version."""
    return scripts().get_current_head()


def knows(revision: str) -> bool:
    """Whether this version can bring tables on from there."""
    from alembic.util import CommandError

    try:
        return scripts().get_revision(revision) is not None
    except CommandError:
        return False


def revision(connection: "Connection") -> str | None:
    """That of a database; None where there are no tables yet."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()
