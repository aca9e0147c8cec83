"""`crm export`, and `crm import archive`: the whole organisation into one file, and out of it again."""

from pathlib import Path

import click

from crm_app.accounts.queries import forget_organisation
from crm_app.exchange.archive import ArchiveError, packing, restoring, uploads
from crm_app.exchange.archive.manifest import Manifest
from crm_app.exchange.archive.opening import opened
from crm_app.extensions import db


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-passwords", is_flag=True, help="Leave out password hashes.")
@click.option("--replace", is_flag=True, help="Overwrite FILE if it exists.")
def export(file, without_passwords, replace):
    """Export the whole organisation into one archive, while Peyvand is in use.

    `crm import archive` imports it into an empty installation, on SQLite or PostgreSQL. FILE is a ZIP file of tables in
    JSON Lines format. It contains everything the business knows: keep it as private as the database.
    """
    try:
        if file.exists() and not replace:
            raise click.ClickException(f"{file} already exists. Choose another name, or use --replace.")
        about = packing.write(file, has_passwords=not without_passwords)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written ({error.strerror}).") from error
    click.echo(f"Wrote {file}: {_counts(about)}, {file.stat().st_size:,} bytes.")
    if about.has_passwords:
        click.echo("It contains password hashes, so that everyone can sign in; --without-passwords leaves them out.")
    for what, reason in about.left_out.items():
        click.echo(f"Left out: {what} ({reason}).")


def restore(file: Path, *, dry_run: bool) -> None:
    """What `crm import archive` does; nothing is written before the whole archive was found to be as it should be."""
    try:
        with opened(file) as archive:
            about = archive.manifest
            restoring.expect_fitting(about)
            archive.verify()
            if dry_run:
                click.echo(f"{file.name} is intact: {_counts(about)}. Nothing was written: this was a dry run.")
                return
            restoring.restore(archive)
            with uploads.in_place(archive):
                db.session.commit()
    except ArchiveError as error:
        raise click.ClickException(f"{error} Nothing was written.") from error
    except OSError as error:
        raise click.ClickException(f"A file cannot be written ({error.strerror}). Nothing was written.") from error
    finally:
        db.session.rollback()
        forget_organisation()
    click.echo(f"Done: {about.organisation}, {_counts(about)}.")
    if about.has_passwords:
        click.echo("Everyone has to sign in again, with the same password as before.")
    else:
        click.echo("No user has a password: `crm users reset-password EMAIL` creates a link for one.")


def _counts(about: Manifest) -> str:
    made_at = f"{about.made_at:%Y-%m-%d %H:%M} UTC"
    return f"{len(about.tables)} tables, {about.rows:,} rows, {len(about.uploads):,} imported files, as of {made_at}"
