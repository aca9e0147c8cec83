"""The `crm` command: serve, work, bring data in, ask for numbers, look after users."""

from functools import wraps

import click
from flask import has_app_context

from crm_app import processes, readiness


class _Commands(click.Group):
    def main(self, *args, **kwargs):
        with readiness.said_in_a_sentence():
            return super().main(*args, **kwargs)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="peyvand", prog_name="crm")
def main():
    """Peyvand: contacts, a sales pipeline, goals and reports, on your own server."""


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


with processes.reading_code():
    _add_commands()
