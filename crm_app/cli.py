"""The `crm` command: serve, work, bring data in, ask for numbers, look after users."""

import sqlite3
import sys
from functools import wraps

import click
from flask import has_app_context
from sqlalchemy.exc import DBAPIError

from crm_app.config import ConfigError


class _Commands(click.Group):
    """Every failure is one sentence on standard error and a status other than 0; no traces for people."""

    def main(self, *args, **kwargs):
        try:
            return super().main(*args, **kwargs)
        except ConfigError as error:
            click.echo(f"crm: {error}", err=True)
            sys.exit(2)
        except DBAPIError as error:
            click.echo(f"crm: {_refusal(error.orig)}", err=True)
            sys.exit(1)


def _refusal(error):
    if _misses_tables(error):
        return (
            "the database does not have the tables of this version; "
            "run `crm database upgrade`, or `crm serve`, which begins with it."
        )
    return f"the database refused: {str(error).splitlines()[0]}"


def _misses_tables(error):
    """By the code that PostgreSQL gives a missing table or column; SQLite only has words for it."""
    if isinstance(error, sqlite3.Error):
        return any(words in str(error) for words in ("no such table", "no such column", "has no column named"))
    return getattr(error, "sqlstate", None) in ("42P01", "42703")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="peyvand", prog_name="crm")
def main():
    """Peyvand: contacts, a sales pipeline, goals and honest numbers, on a server of your own."""


def _add_commands():
    from crm_app.audit.commands import audit
    from crm_app.backups.commands import backup, restore
    from crm_app.copying import copy_database
    from crm_app.demo.commands import demo
    from crm_app.exchange.archive.commands import export
    from crm_app.exchange.commands import import_
    from crm_app.health.commands import check, doctor
    from crm_app.measures.cli import measure
    from crm_app.search.commands import search
    from crm_app.serving import database, serve, web, worker
    from crm_app.settings.commands import users
    from crm_app.upgrading import upgrade

    for command in (serve, web, worker, database, upgrade):
        main.add_command(command)
    for command in (backup, restore, copy_database, check, doctor, demo, import_, export, measure):
        main.add_command(_inside_the_application(command))
    for group in (users, search, audit):
        main.add_command(group)
        for command in group.commands.values():
            _inside_the_application(command)


def _inside_the_application(command):
    """For commands of domains, which cannot make the application themselves."""
    run = command.callback

    @wraps(run)
    def run_inside(*args, **kwargs):
        if has_app_context():
            return run(*args, **kwargs)
        from crm_app import create_app

        with create_app().app_context():
            return run(*args, **kwargs)

    command.callback = run_inside
    return command


_add_commands()
