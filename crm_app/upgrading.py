"""`crm upgrade`: what bringing the database up to this version takes, tried on a copy first, and then done."""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

_AHEAD = ("database", "integrity", "disk")
_SIZES = 2


@click.command()
@click.option(
    "--check", "only_checks", is_flag=True, help="Only check whether the upgrade is possible and what it would do."
)
def upgrade(only_checks):
    """Upgrade the tables to this version of Peyvand, from any earlier one in one step.

    With --check nothing is changed: the database is examined and, on SQLite, a copy of it is upgraded and examined as
    well. Exits with status 1 if anything prevents the upgrade.
    """
    from crm_app import create_app
    from crm_app.extensions import db

    app = create_app()
    try:
        with app.app_context():
            _expect_nothing_in_the_way(only_checks)
        _finish(app, only_checks)
    finally:
        with app.app_context():
            db.engine.dispose()


def brought_up_unless_hindered(app: Any) -> tuple[str | None, str | None]:
    """For those who are not asked first: what is up to date already is not looked at, so that it starts at once."""
    with app.app_context():
        _expect_every_script()
        if _revision() and _pending():
            _expect_none(_troubles(_AHEAD))
    return brought_up(app)


def expect_this_version(app: Any) -> None:
    """For those who run a part alone and bring nothing up to date. Raises ClickException for tables of another one."""
    with app.app_context():
        if _pending():
            raise click.ClickException(
                f"The tables are from an older version ({_revision()}). Run `crm database upgrade` first."
            )


def brought_up(app: Any) -> tuple[str | None, str | None]:
    """The tables, and what the search knows of them; Alembic's own lines would say less than the caller does."""
    from crm_app import migrating
    from crm_app.search.commands import catch_up

    with app.app_context(), _one_at_a_time():
        before = _revision()
        migrating.upgrade()
        catch_up()
        return before, _revision()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of several that start on one PostgreSQL the others wait, and find nothing left to do."""
    from crm_app import locks
    from crm_app.extensions import db

    with db.engine.connect() as connection:
        locks.hold(connection, locks.UPGRADE)
        yield


def say_where_from(before: str | None, after: str | None) -> None:
    told = f"Database upgraded from {before or 'nothing'} to {after}."
    click.echo(f"Database is at {after}." if before == after else told)


def _expect_nothing_in_the_way(only_checks: bool) -> None:
    _expect_every_script()
    pending, here = _pending(), _revision()
    for script in pending:
        click.echo(f"{script.revision}  {script.doc}")
    click.echo(f"Migrations to apply: {len(pending)}." if pending else "The database is up to date.")
    troubles = _troubles((*_AHEAD, "backups")) if here else []
    if here and pending and only_checks and not troubles:
        troubles = _tried()
    _expect_none(troubles)


def _expect_every_script() -> None:
    """Before anything is written. What SQLAlchemy cannot connect to says so when it is asked next."""
    from crm_app.backups import BackupError, postgresql
    from crm_app.extensions import db
    from crm_app.refusals import of_psycopg

    if db.engine.dialect.name == "sqlite":
        return
    try:
        postgresql.expect_every_script()
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except of_psycopg("Error"):
        return


def _expect_none(troubles: list[str]) -> None:
    from crm_app.extensions import db

    db.session.remove()
    for trouble in troubles:
        click.echo(f"Blocked by: {trouble}", err=True)
    if troubles:
        raise click.ClickException("Nothing was changed.")


def _finish(app: Any, only_checks: bool) -> None:
    if only_checks:
        click.echo("The upgrade is possible. Nothing was changed.")
        return
    say_where_from(*brought_up(app))


def _revision() -> str | None:
    from crm_app import migrating
    from crm_app.extensions import db, reading

    with reading(), db.engine.connect() as connection:
        return migrating.revision(connection)


def _pending() -> list:
    """Scripts that are not run yet, the oldest first."""
    from alembic.script.revision import RevisionError
    from alembic.util import CommandError

    from crm_app import migrating

    here = _revision()
    try:
        found = list(migrating.scripts().iterate_revisions("head", here or "base"))
    except (CommandError, RevisionError) as error:
        raise click.ClickException(migrating.NEWER.format(here)) from error
    return list(reversed(found))


def _troubles(keys: Iterable[str]) -> list[str]:
    """What a check finds wrong, and too little room for a copy on SQLite."""
    from crm_app.extensions import db, reading
    from crm_app.health import examining
    from crm_app.health.findings import PROBLEM
    from crm_app.web.reader import Reader, read_as

    read_as(Reader())
    checks = [check for check in examining.all_checks() if check.key in keys]
    with reading():
        examined = examining.examine(checks)
        db.session.rollback()
    found = [finding.said for one in examined for finding in one.findings if finding.verdict == PROBLEM]
    if db.engine.dialect.name == "sqlite":
        path = Path(str(db.engine.url.database))
        if shutil.disk_usage(path.parent).free < _SIZES * path.stat().st_size:
            found.append(f"there is not enough disk space: an upgrade needs {_SIZES} times the size of the database.")
    return found


def _tried() -> list[str]:
    """What happens to a copy, on SQLite. On PostgreSQL an upgrade is one transaction, taken back if it fails."""
    from crm_app.backups.making import copy_of
    from crm_app.extensions import db

    if db.engine.dialect.name != "sqlite":
        return []
    original = Path(str(db.engine.url.database))
    with tempfile.TemporaryDirectory(dir=original.parent) as folder, copy_of(original, Path(folder)) as copy:
        began = time.monotonic()
        try:
            trouble = _brought_up_alone(copy)
        except Exception as error:
            return [f"a copy could not be upgraded: {str(error).splitlines()[0]}"]
        click.echo(f"A copy was upgraded in {time.monotonic() - began:.1f} s.")
    return [f"an upgraded copy is damaged: {trouble}"] if trouble else []


def _brought_up_alone(database: Path) -> str:
    """What is wrong with it afterwards."""
    from crm_app import create_app
    from crm_app.backups.wholeness import Limit, trouble_in_database
    from crm_app.extensions import db

    app = create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{database}")
    try:
        brought_up(app)
    finally:
        with app.app_context():
            db.engine.dispose()
    return trouble_in_database(database, Limit(None))
