"""`crm backup` and `crm restore`: everything of this instance into one file, and out of it again."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app

from crm_app import readiness
from crm_app.backups import BackupError, WrongPassphraseError, kept, making, manifest, restoring
from crm_app.backups.manifest import Manifest
from crm_app.backups.opening import Backup, opened
from crm_app.config import SHORTEST_PASSPHRASE
from crm_app.extensions import reading
from crm_app.web.reader import Reader, read_as

_TRIES = 3
_from_file = click.option(
    "--passphrase-file",
    type=click.File(encoding="utf-8"),
    help="Read the passphrase from this file; - means standard input.",
)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite FILE if it exists.")
@click.option("--encrypt", is_flag=True, help="Encrypt it with a passphrase; asks for one if none is set.")
@_from_file
def backup(file, replace, encrypt, passphrase_file):
    """Back up this installation into one file, while Peyvand is in use.

    The backup contains the database as of one instant, the uploads, and the key that signs sessions if it is stored in
    the instance folder. Without FILE it is written to `backups/` in that folder. Keep it as private as the database.

    It is encrypted with BACKUP_PASSPHRASE if that is set, or with the passphrase of --passphrase-file, in the age
    format (age-encryption.org). It cannot be opened without the passphrase, which is never given on the command line.
    """
    read_as(Reader())
    with reading():
        readiness.expect_tables(current_app.config["SQLALCHEMY_DATABASE_URI"])
    passphrase = _chosen(passphrase_file, encrypt)
    path = file or kept.folder() / kept.new_name(is_locked=bool(passphrase))
    try:
        if path.exists() and not replace:
            raise click.ClickException(f"{path} already exists. Choose another name, or use --replace.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = making.write(path, passphrase)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written ({error.strerror}).") from error
    locked = ", encrypted" if passphrase else ""
    click.echo(f"Wrote {path}: {_summary(about)}; {path.stat().st_size:,} bytes{locked}.")
    if all(part.name != manifest.KEY for part in about.parts):
        click.echo("SECRET_KEY is not stored in the instance folder, so it is not in the backup: keep a copy of it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only check that the backup is intact.")
@_from_file
def restore(file, check, passphrase_file):
    """Restore a backup into an empty installation, and upgrade it to this version.

    The whole backup is verified before anything is written. An encrypted one is opened with BACKUP_PASSPHRASE if that
    is set; otherwise you are asked for its passphrase.
    """
    # What is refused is told in English here: there may be no tables yet to ask who reads.
    read_as(Reader())
    try:
        with _opened(file, passphrase_file) as found:
            found.verify()
            if check:
                click.echo(f"{file.name} is intact: {_summary(found.manifest)}. Nothing was written.")
                return
            restoring.expect_fitting(found.manifest)
            about = found.manifest
            restoring.restore(found)
    except BackupError as error:
        raise click.ClickException(f"{error} Nothing was restored.") from error
    except OSError as error:
        raise click.ClickException(
            f"A file cannot be read or written ({error.strerror}). Nothing was restored."
        ) from error
    restoring.finish()
    click.echo(f"Done: {_summary(about)}. Start Peyvand. Everyone has to sign in again.")


def _chosen(passphrase_file, encrypt: bool) -> str:
    """What locks a backup that is made; empty for none."""
    if passphrase_file is None and not (encrypt and not kept.passphrase()):
        return kept.passphrase()
    chosen = _line_of(passphrase_file) if passphrase_file else _asked("Passphrase", confirms=True)
    if len(chosen) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"A passphrase needs at least {SHORTEST_PASSPHRASE} characters.")
    return chosen


@contextmanager
def _opened(file: Path, passphrase_file) -> Iterator[Backup]:
    """By the passphrase of the file or the setting; else whoever sits there is asked, three times at most."""
    given = _line_of(passphrase_file) if passphrase_file else None
    tries = 0 if passphrase_file else _TRIES
    while True:
        try:
            with opened(file, given) as found:
                yield found
            return
        except WrongPassphraseError as error:
            if not tries or not _is_at_hand():
                raise
            if given is not None:
                click.echo(str(error), err=True)
        tries -= 1
        given = _asked(f"Passphrase for {file.name}")


def _is_at_hand() -> bool:
    """Whether somebody can type."""
    return sys.stdin.isatty()


def _line_of(file) -> str:
    return file.readline().rstrip("\r\n")


def _asked(prompt: str, confirms: bool = False) -> str:
    if not _is_at_hand():
        raise click.ClickException(
            "A passphrase is needed. Set BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE, use --passphrase-file, or run "
            "this in a terminal where you can type it."
        )
    return click.prompt(prompt, hide_input=True, confirmation_prompt=confirms, err=True)


def _summary(about: Manifest) -> str:
    made_at = f"{about.made_at:%Y-%m-%d %H:%M} UTC"
    return f"{about.organisation}, {about.database}, {len(about.uploads):,} uploads, as of {made_at}"
