"""`crm copy-database`: everything into another database, which then takes the place of this one."""

import os

import click

from crm_app import config
from crm_app.backups import BackupError, copying


@click.command("copy-database")
@click.argument("target_url")
def copy_database(target_url):
    """Copy the whole database into an empty other one, from SQLite to PostgreSQL or back.

    TARGET_URL is as DATABASE_URL would be. All rows are copied as they stand at one instant, read back and compared. It
    is one transaction: interrupted, it leaves the other database empty and can be run again. Uploads and keys stay
    where they are. Stop Peyvand before: what is written meanwhile is not in the copy.
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
    click.echo(f"Done: {rows:,} rows of {len(copied)} tables, equal on both sides. Set DATABASE_URL and start Peyvand.")


def _address_of(target_url: str) -> str:
    """As the setting would be read; a replica belongs to the database that is copied."""
    of_others = dict.fromkeys(("DATABASE_URL_FILE", "REPORTS_DATABASE_URL", "REPORTS_DATABASE_URL_FILE"), "")
    try:
        settings = config.load({**os.environ, **of_others, "DATABASE_URL": target_url})
    except config.ConfigError as error:
        raise config.ConfigError(str(error).replace("DATABASE_URL", "TARGET_URL")) from error
    return str(settings["SQLALCHEMY_DATABASE_URI"])
