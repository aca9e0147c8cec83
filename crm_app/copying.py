"""`crm copy-database`: everything into another database, which then takes the place of this one."""

import os

import click

from crm_app import config
from crm_app.backups import BackupError, copying


@click.command("copy-database")
@click.argument("target_url")
def copy_database(target_url):
    """Copy the whole database into another, empty one, from SQLite to PostgreSQL or back.

    TARGET_URL has the form of DATABASE_URL. All rows are copied as of one instant, read back and compared. The copy is
    one transaction: if it is interrupted, the target stays empty and the command can be run again. Uploads and keys are
    not moved. Stop Peyvand first: changes made during the copy are not in it.
    """
    from crm_app import create_app

    url = _address_of(target_url)
    try:
        copied = copying.copy(create_app(SQLALCHEMY_DATABASE_URI=url), lambda said: click.echo(said, err=True))
    except BackupError as error:
        raise click.ClickException(f"{error} Nothing was copied.") from error
    for one in copied:
        click.echo(f"{one.table:<24}{one.rows:>12,}  {one.digest}")
    rows = sum(one.rows for one in copied)
    click.echo(f"Done: {rows:,} rows of {len(copied)} tables, verified as equal. Set DATABASE_URL and start Peyvand.")


def _address_of(target_url: str) -> str:
    """As the setting would be read; a replica belongs to the database that is copied."""
    of_others = dict.fromkeys(("DATABASE_URL_FILE", "REPORTS_DATABASE_URL", "REPORTS_DATABASE_URL_FILE"), "")
    try:
        settings = config.load({**os.environ, **of_others, "DATABASE_URL": target_url})
    except config.ConfigError as error:
        raise config.ConfigError(str(error).replace("DATABASE_URL", "TARGET_URL")) from error
    return str(settings["SQLALCHEMY_DATABASE_URI"])
