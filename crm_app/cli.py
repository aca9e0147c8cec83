"""The `crm` command: serve, work, bring data in, ask for numbers, look after users."""

import sys

import click

from crm_app.config import ConfigError


class _Commands(click.Group):
    """Every failure is one sentence on standard error and a status other than 0; no traces for people."""

    def main(self, *args, **kwargs):
        try:
            return super().main(*args, **kwargs)
        except ConfigError as error:
            click.echo(f"crm: {error}", err=True)
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="peyvand", prog_name="crm")
def main():
    """Peyvand: contacts, a sales pipeline, goals and honest numbers, on a server of your own."""


def _add_commands():
    from crm_app.serving import database, serve, web, worker

    for command in (serve, web, worker, database):
        main.add_command(command)


_add_commands()
