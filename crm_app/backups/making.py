"""Writing a backup while others work: the database as it stands at one instant, then the uploads, and the key."""

import secrets
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import text

from crm_app import migrating
from crm_app.backups import BackupError, kept, keys, manifest, postgresql
from crm_app.backups.manifest import Manifest
from crm_app.extensions import db, one_instant, utc_now
from crm_app.web import packages
from crm_app.web.packages import Written

# What takes longest is to pack: most of what can be gained is gained by the quickest way.
_LEVEL = 1


def write(path: Path, passphrase: str = "") -> Manifest:
    """Locked, if there is a passphrase.

    Raises BackupError where there is nothing yet, OSError where it cannot be written; then nothing of it is left.
    """
    with packages.written(path, _locked_with(passphrase) if passphrase else nullcontext) as package:
        about = _of_sqlite(package) if db.engine.dialect.name == "sqlite" else _of_postgresql(package)
        content = manifest.content(about)
        packages.add(package, manifest.NAME, [content])
        signature = manifest.signer(current_app.config["SECRET_KEY"]).get_signature(content)
        packages.add(package, manifest.SIGNATURE, [signature])
    return about


def _locked_with(passphrase: str) -> Callable[[BinaryIO], AbstractContextManager[Any]]:
    from crm_app.backups import age

    return partial(age.locked, passphrase=passphrase)


def _of_sqlite(package: zipfile.ZipFile) -> Manifest:
    with copy_of(Path(str(db.engine.url.database)), _folder_of_drafts()) as copied:
        with closing(sqlite3.connect(copied)) as connection:
            facts = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            organisation = _name(connection.execute("SELECT name FROM organisations").fetchone())
        parts = [_file(package, manifest.DATABASE, copied), *_files(package)]
    return _manifest(facts[0], organisation, parts)


def _folder_of_drafts() -> Path:
    """In the instance, wherever the backup goes: a locked one is not to leave the database open beside it."""
    folder = kept.folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.expect_open()
    except OSError as error:
        raise BackupError(f"The database cannot be copied to {folder} ({error.strerror}).") from error
    return folder


@contextmanager
def copy_of(database: Path, folder: Path) -> Iterator[Path]:
    """A consistent copy in `folder`, for its owner alone, until it was used."""
    copied = folder / f"{secrets.token_hex(8)}.db.part"
    copied.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(database)) as connection:
            # Of a draft nothing has to outlive the machine.
            connection.execute("PRAGMA synchronous=OFF")
            try:
                connection.execute("VACUUM INTO ?", (str(copied),))
            finally:
                # Closed as the last one, it writes what others have committed into the database itself.
                connection.execute("PRAGMA synchronous=FULL")
        yield copied
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database cannot be copied ({error}).") from error
    finally:
        copied.unlink(missing_ok=True)


def _of_postgresql(package: zipfile.ZipFile) -> Manifest:
    with postgresql.refusals(), one_instant() as connection:
        revision = migrating.revision(connection)
        columns = postgresql.columns(connection)
        organisation = _name(connection.execute(text("SELECT name FROM organisations")).first())
        parts = [
            packages.add(package, manifest.table_part(table), postgresql.rows(connection, table, names), level=_LEVEL)
            for table, names in columns.items()
        ]
        sequences = postgresql.sequences(connection)
    return _manifest(revision or "", organisation, [*parts, *_files(package)], columns, sequences)


def _name(organisation: Sequence[str] | None) -> str:
    if organisation is None:
        raise BackupError("Peyvand has not been set up yet: there is nothing to back up.")
    return organisation[0]


def _manifest(revision: str, organisation: str, parts: list[Written], columns=None, sequences=None) -> Manifest:
    return Manifest(
        version("peyvand"), revision, db.engine.dialect.name, organisation, utc_now(), parts, columns or {},
        sequences or {},
    )  # fmt: skip


def _files(package: zipfile.ZipFile) -> Iterator[Written]:
    """The uploads, and the key where it lies in the folder of the instance.

    Left out is what goes away meanwhile, and what somebody laid among them under a name that Peyvand gives to no file.
    """
    instance = Path(current_app.config["INSTANCE_PATH"])
    for path in sorted((instance / "uploads").rglob("*")):
        name = path.relative_to(instance).as_posix()
        if path.is_file() and path.suffix != ".part" and manifest.is_part(name):
            try:
                yield _file(package, name, path)
            except FileNotFoundError:
                continue
    if keys.is_in_folder():
        yield _file(package, manifest.KEY, keys.path())


def _file(package: zipfile.ZipFile, name: str, path: Path) -> Written:
    with path.open("rb") as file:
        return packages.add(package, name, iter(lambda: file.read(packages.PIECE), b""), level=_LEVEL)
