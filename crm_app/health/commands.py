"""`crm doctor` and `crm check`: what hinders this installation, and what to do about it, on a terminal."""

import json
import sys

import click

from crm_app.extensions import db, reading
from crm_app.health import examining
from crm_app.health.examining import Examined
from crm_app.health.findings import OK
from crm_app.web.reader import Reader, read_as

_WIDTH = 9


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json):
    """Check everything: database, worker, queue, mail, disk, backups, clock, versions, settings.

    Exits with status 1 if there is a problem. Changes nothing; connects to the mail server without sending anything.
    """
    examined = _examined(examining.all_checks())
    _print(examined, as_json=as_json)
    sys.exit(1 if examining.summary(examined).problems else 0)


@click.command()
@click.option("--deploy", is_flag=True, help="Also check what matters once others can reach Peyvand.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(deploy, as_json):
    """Check quickly that the settings are valid and the database is up to date.

    With --deploy, also check what strangers could read or misuse, judging by settings and file permissions. Exits with
    status 1 if anything needs fixing.
    """
    checks = [one for one in examining.all_checks() if one.key in ("database", "tables")]
    if deploy:
        checks += examining.deployment_checks()
    examined = _examined(checks)
    _print(examined, as_json=as_json)
    found = examining.summary(examined)
    sys.exit(1 if found.problems or found.warnings else 0)


def _examined(checks) -> list[Examined]:
    # In English, whatever the database would say of the organisation: it may not answer.
    read_as(Reader())
    with reading():
        examined = examining.examine(checks)
        db.session.rollback()
    return examined


def _print(examined: list[Examined], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_plain(examined), ensure_ascii=False, indent=2))
        return
    for one in examined:
        for finding in one.findings:
            click.echo(f"{finding.verdict:<{_WIDTH}}{one.check.title}: {finding.said}")
            if finding.advice:
                click.echo(f"{'':<{_WIDTH}}{'' if finding.verdict == OK else '-> '}{finding.advice}")
    found = examining.summary(examined)
    click.echo(f"OK: {found.fine}. Warnings: {found.warnings}. Problems: {found.problems}.")


def _plain(examined: list[Examined]) -> dict:
    found = examining.summary(examined)
    return {
        "ok": found.fine,
        "warnings": found.warnings,
        "problems": found.problems,
        "checks": [{"check": one.check.key} | finding._asdict() for one in examined for finding in one.findings],
    }
