"""Putting a backup back where nothing is yet: uploads first, then the key, the database last and at once.

Whoever is stopped half-way has an instance without a database, and begins again.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crm_app import migrating
from crm_app.backups import BackupError, keys, manifest, postgresql
from crm_app.backups.manifest import Manifest
from crm_app.backups.opening import Backup
from crm_app.extensions import db, reading
from crm_app.web import packages
from crm_app.web.packages import Written


def expect_fitting(about: Manifest) -> None:
    """Raises BackupError unless nothing is here yet, and this Peyvand knows the tables of the backup."""
    here = db.engine.dialect.name
    if about.database != here:
        raise BackupError(
            f"The backup is of a {about.database} database, and this Peyvand has {here}. `crm copy-database` goes "
            "from one to the other."
        )
    if not migrating.knows(about.revision):
        raise BackupError(
            f"The backup was made by Peyvand {about.product_version}, whose tables this version does not know. "
            "Restore it with that version, or a newer one."
        )
    if _is_in_use():
        raise BackupError(
            "This Peyvand is in use. A backup is put back into an empty one: stop it, and give the restored one a "
            "database and a folder of its own (DATABASE_URL, INSTANCE_PATH)."
        )


def restore(backup: Backup) -> None:
    """Raises BackupError or OSError, and then this instance has no database that it had not before."""
    for part in backup.manifest.uploads:
        _put(backup, part, _instance() / part.name)
    if backup.key != current_app.config["SECRET_KEY"]:
        _put_key(backup)
    if db.engine.dialect.name == "sqlite":
        _put_database(backup)
    else:
        _fill(backup)


def _instance() -> Path:
    return Path(current_app.config["INSTANCE_PATH"])


def _is_in_use() -> bool:
    """Whether somebody has set it up, or tables of something else are there."""
    with reading(), db.engine.connect() as connection:
        try:
            if connection.execute(text("SELECT 1 FROM organisations")).first():
                return True
        except DBAPIError:
            connection.rollback()
            return bool(db.inspect(connection).get_table_names())
        return connection.dialect.name == "postgresql" and bool(postgresql.strangers(connection))


def _put(backup: Backup, part: Written, path: Path) -> None:
    if path.exists():
        _expect_same(path, part)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with packages.whole(path) as file:
        file.writelines(backup.pieces(part.name))


def _expect_same(path: Path, part: Written) -> None:
    if not packages.has_digest(path, part.sha256):
        raise BackupError(f"There is another {part.name} in the folder of this instance already.")


def _put_key(backup: Backup) -> None:
    if not keys.is_in_folder():
        raise BackupError(
            "SECRET_KEY is set here, and the backup has a key of its own. Leave SECRET_KEY out: the key is put back "
            "into the folder of the instance."
        )
    with packages.whole(keys.path()) as file:
        file.writelines(backup.pieces(manifest.KEY))


def _put_database(backup: Backup) -> None:
    path = Path(str(db.engine.url.database))
    with packages.whole(path) as file:
        file.writelines(backup.pieces(manifest.DATABASE))
        file.flush()
        _expect_whole(Path(file.name))
        _forget_database(path)


def _expect_whole(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database in the backup is damaged ({error}).") from error
    if found != "ok" or torn:
        raise BackupError(f"The database in the backup is damaged ({found if found != 'ok' else torn}).")


def _forget_database(database: Path) -> None:
    """An empty one that is in the way; what SQLite keeps beside it would be taken for a part of the new one."""
    db.session.remove()
    db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _fill(backup: Backup) -> None:
    about = backup.manifest
    with postgresql.refusals():
        with db.engine.begin() as connection:
            postgresql.drop_all(connection)
        migrating.upgrade(about.revision)
        with db.engine.begin() as connection:
            if postgresql.columns(connection) != about.columns:
                raise BackupError("The backup does not hold the tables of the version that it says it is of.")
            postgresql.fill(
                connection, about.columns, lambda table: backup.pieces(manifest.table_part(table)), about.sequences
            )
