"""Putting a backup back where nothing is yet: uploads first, then the key, the database last and at once.

Whoever is stopped half-way has an instance where nothing is yet, and begins again.
"""

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from crm_app import migrating, secret_key
from crm_app.accounts.queries import forget_organisation
from crm_app.backups import BackupError, kept, keys, lapsing, manifest, opening, postgresql
from crm_app.backups.manifest import Manifest
from crm_app.backups.opening import Backup
from crm_app.extensions import db, reading
from crm_app.search.commands import catch_up
from crm_app.web import packages
from crm_app.web.packages import Written
from crm_app.web.texts import gettext as _

# A database is made ready beside the old one, and passes through its log.
_SIZES = 3


def expect_fitting(about: Manifest) -> None:
    """Raises BackupError unless nothing is here yet, and this Peyvand knows the tables of the backup."""
    here = db.engine.dialect.name
    if about.database != here:
        raise BackupError(
            _(
                "The backup is from a %(theirs)s database, but this installation uses %(ours)s. Restore it into "
                "a %(theirs)s database, then copy that one with crm copy-database.",
                theirs=about.database,
                ours=here,
            )
        )
    if not migrating.knows(about.revision):
        raise BackupError(
            _(
                "The backup was created by Peyvand %(version)s, whose tables this version does not know. "
                "Restore it with that version or a newer one.",
                version=about.product_version,
            )
        )
    if _is_in_use():
        raise BackupError(
            _(
                "This installation is in use, and a backup can only be restored into an empty one. Stop Peyvand, and "
                "give the restored installation its own database and folder (DATABASE_URL, INSTANCE_PATH)."
            )
        )
    if shutil.disk_usage(_instance()).free < _SIZES * about.size:
        raise BackupError(_("There is not enough disk space for the backup."))


def restore_from(file: BinaryIO, name: str, passphrase: str) -> Manifest:
    """All of it is read and found whole before anything is written. Raises BackupError or OSError as `restore` does."""
    with opening.read(file, name, passphrase or None) as found:
        found.verify()
        expect_fitting(found.manifest)
        restore(found)
    finish()
    return found.manifest


def finish() -> None:
    """After it is put back: what this process knew of the other one is forgotten, and the search is filled."""
    forget_organisation()
    catch_up()


def restore(backup: Backup) -> None:
    """Raises BackupError or OSError, and then all is as it was before."""
    put: list[Path] = []
    try:
        for part in backup.manifest.uploads:
            if _put(backup, part, _instance() / part.name):
                put.append(_instance() / part.name)
        db.session.remove()
        with _key_of(backup):
            if db.engine.dialect.name == "sqlite":
                _put_database(backup)
            else:
                _fill(backup)
    except BaseException:
        for path in put:
            path.unlink(missing_ok=True)
        raise


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


def _put(backup: Backup, part: Written, path: Path) -> bool:
    """Whether it was not there before."""
    if path.exists():
        _expect_same(path, part)
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with packages.whole(path) as file:
        file.writelines(backup.pieces(part.name))
    return True


def _expect_same(path: Path, part: Written) -> None:
    if not packages.has_digest(path, part.sha256):
        raise BackupError(_("There is already a different %(name)s in the instance folder.", name=part.name))


@contextmanager
def _key_of(backup: Backup) -> Iterator[None]:
    """Put in place of the one that was made here, which comes back if what is done inside fails."""
    before = current_app.config["SECRET_KEY"]
    if backup.key == before:
        yield
        return
    if not keys.is_in_folder():
        raise BackupError(
            _(
                "SECRET_KEY is set here, but the backup contains its own key. Unset SECRET_KEY: the key will "
                "be restored into the instance folder."
            )
        )
    _write_key(backup.key)
    try:
        yield
    except BaseException:
        _write_key(before)
        raise


def _write_key(key: str) -> None:
    with packages.whole(keys.path()) as file:
        file.write(key.encode("ascii"))
    secret_key.follow(current_app)


def _put_database(backup: Backup) -> None:
    """Made ready beside the old one, and then written over it in one transaction: whoever has that one open sees it."""
    database = Path(str(db.engine.url.database))
    kept.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = kept.folder() / f"{secrets.token_hex(8)}.db.part"
    try:
        with packages.whole(draft) as file:
            file.writelines(backup.pieces(manifest.DATABASE))
        _expect_whole(draft)
        _bring_up(draft)
        with closing(sqlite3.connect(draft)) as source, closing(sqlite3.connect(database)) as target:
            source.backup(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.chmod(0o600)
    except sqlite3.DatabaseError as error:
        raise _damaged(error) from error
    finally:
        for left in ("", "-wal", "-shm"):
            draft.with_name(draft.name + left).unlink(missing_ok=True)


def _damaged(found: Any) -> BackupError:
    return BackupError(_("The database in the backup is damaged (%(found)s).", found=found))


def _bring_up(draft: Path) -> None:
    engine = create_engine(f"sqlite:///{draft}")
    try:
        with engine.connect() as connection:
            migrating.upgrade_within(connection, "head")
        with engine.begin() as connection:
            lapsing.let_lapse(connection)
    finally:
        engine.dispose()


def _expect_whole(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(error) from error
    if found != "ok" or torn:
        raise _damaged(found if found != "ok" else torn)


def _fill(backup: Backup) -> None:
    """One transaction: nobody sees tables without rows, or those of another version."""
    about = backup.manifest
    with postgresql.refusals(), db.engine.begin() as connection:
        postgresql.drop_all(connection)
        migrating.upgrade_within(connection, about.revision)
        if postgresql.columns(connection) != about.columns:
            raise BackupError(_("The backup does not contain the tables of the version it claims to be from."))
        postgresql.fill(
            connection, about.columns, lambda table: backup.pieces(manifest.table_part(table)), about.sequences
        )
        migrating.upgrade_within(connection, "head")
        lapsing.let_lapse(connection)
