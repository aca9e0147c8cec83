"""`crm audit`: proof that the audit log is what was written."""

import click

from crm_app.audit import chain
from crm_app.extensions import reading


@click.group()
def audit():
    """The audit log of sign-ins, exports and changes of permissions."""


@audit.command()
@click.option("--head", help="The hash of the last entry when you noted it. It must still be in the log.")
def verify(head):
    """Verify the whole log: every entry must follow from the one before it."""
    with reading():
        verdict = chain.verified(head or "")
    if verdict.broken_at is not None:
        raise click.ClickException(
            f"The audit log was tampered with: entry {verdict.broken_at} does not follow from the one before it. "
            f"The {verdict.count:,} entries before it are intact."
        )
    if head and not verdict.has_kept:
        raise click.ClickException(f"The audit log was tampered with: no entry has the hash {head}.")
    click.echo(f"{verdict.count:,} entries verified. Head: {verdict.head or 'none'}")
    click.echo("Keep the head elsewhere: `crm audit verify --head HASH` later shows that nothing was cut off.")
