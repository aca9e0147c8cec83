"""`crm audit`: proof that the audit log is what was written."""

import click

from crm_app.audit import chain
from crm_app.extensions import reading


@click.group()
def audit():
    """The log of who signed in, took data along, or changed what others may do."""


@audit.command()
@click.option("--head", help="The hash that the last line had when you kept it; it must still be there.")
def verify(head):
    """Read the whole log and say whether each line follows from the one before it."""
    with reading():
        verdict = chain.verified(head or "")
    if verdict.broken_at is not None:
        raise click.ClickException(
            f"The audit log was tampered with: line {verdict.broken_at} does not follow from the one before it. "
            f"{verdict.count:,} lines before it are whole."
        )
    if head and not verdict.has_kept:
        raise click.ClickException(f"The audit log was tampered with: no line has the hash {head}.")
    click.echo(f"{verdict.count:,} lines, each follows from the one before it. Head: {verdict.head or 'none'}")
    click.echo("Keep the head elsewhere; `crm audit verify --head HASH` shows later that nothing was cut off.")
