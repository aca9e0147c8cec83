"""`crm import`: bring a file in from the command line, with the same plan, preview and job as in the browser."""

import csv
import sys
from pathlib import Path

import click
from click.core import ParameterSource
from flask import current_app

from crm_app.extensions import db, reading

_SHOWN = 20


@click.command("import")
@click.argument("kind", type=click.Choice(["users", "companies", "people", "products", "deals", "archive"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="The field for a column; “COLUMN=” skips it. Money can be in thousands or millions: "
    "“revenue=revenue*1000000”.",
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="COLUMN:FROM=TO",
    help="What a value in a column means; “COLUMN:FROM=” skips the cell.",
)
@click.option("--encoding", metavar="NAME", help="The encoding of the file, such as utf-8, cp1252, cp1256 or gb18030.")
@click.option(
    "--sheet", "sheet_name", metavar="NAME", help="The sheet of a spreadsheet (default: the first one with rows)."
)
@click.option(
    "--notation",
    "notations",
    multiple=True,
    metavar="COLUMN=NOTATION",
    help="How a column writes days (dmy, mdy, ymd, dmy-jalali, ymd-jalali) or amounts (“.” or “,” for decimals).",
)
@click.option(
    "--pipeline",
    metavar="NAME",
    help="The pipeline of deals; if it does not exist, it is created from the stages in the file.",
)
@click.option("--currency", metavar="CODE", help="The currency of amounts without one (default: the organisation's).")
@click.option(
    "--existing",
    type=click.Choice(["overwrite", "fill", "skip"]),
    default="overwrite",
    show_default=True,
    help="What happens to existing records: overwrite them from the file, fill in only their empty fields, or skip "
    "them.",
)
@click.option("--as", "email", metavar="EMAIL", help="The user who imports (default: the first owner).")
@click.option("--dry-run", is_flag=True, help="Show what would happen, but write nothing.")
@click.option(
    "--yes",
    is_flag=True,
    help="Import all valid rows without asking; accept products, stages, countries and roles that almost match. "
    "People and companies are never guessed.",
)
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the rejected rows to this file, each with its reason.",
)
def import_(
    kind, file, sets, values, encoding, sheet_name, notations, pipeline, currency, existing, email, dry_run, yes,
    rejects,
):  # fmt: skip
    """Import users, companies, people, products or deals from a CSV, XLSX or vCard file.

    Existing records are updated, not duplicated. A rejected row never stops the others.

    `crm import archive FILE` imports a whole organisation, as written by `crm export`, into an empty installation.
    """
    if kind == "archive":
        _restore(file, dry_run=dry_run)
        return
    if rejects and rejects.exists() and rejects.samefile(file):
        raise click.BadParameter("the rejected rows need a file of their own.", param_hint="--rejects")
    from crm_app.exchange import uploads
    from crm_app.exchange.given import Given

    # A context of its own: what is read here is let go of while rows are checked.
    with current_app.app_context():
        with file.open("rb") as content:
            stored_name = uploads.store(content, is_awaited=True)
        importing = None
        try:
            options = {"pipeline": pipeline, "currency": currency, "encoding": encoding, "sheet": sheet_name}
            given = Given(kind, file, stored_name, sets, values, notations, options, email)
            given.options["existing"] = existing
            importing = _Import(given, dry_run=dry_run, yes=yes, rejects=rejects)
            importing.run()
        finally:
            if importing is None or not importing.keeps_file:
                uploads.remove(stored_name)
            db.session.remove()


def _restore(file, *, dry_run):
    from crm_app.exchange.archive.commands import restore

    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
        if given and option.name not in ("kind", "file", "dry_run", "yes"):
            raise click.UsageError(f"{option.opts[0]} is not available for an archive.")
    restore(file, dry_run=dry_run)


class _Import:
    """The steps of one import: plan, ask, show, write."""

    def __init__(self, given, *, dry_run, yes, rejects):
        self.given, self.dry_run, self.yes, self.rejects = given, dry_run, yes, rejects
        self.keeps_file = False

    def run(self):
        from crm_app.exchange import checked

        prepared = self._prepared()
        if self._settle(prepared.plan):
            checked.remove(prepared.name)
            prepared = self._prepared()
        plan = prepared.plan
        self._show(plan)
        if self.rejects:
            self._write_rejects(prepared)
        if self.dry_run:
            checked.remove(prepared.name)
            click.echo("Nothing was written: this was a dry run.")
            return
        changing = plan.counts["create"] + plan.counts["update"]
        if not plan.fine:
            raise click.ClickException("No row can be imported. Nothing was written.")
        if changing and not self.yes:
            click.confirm(f"Import these {plan.fine:,} rows?", abort=True)
        self._carry_out(prepared)

    def _prepared(self):
        from crm_app.accounts.models import User
        from crm_app.exchange import preparing
        from crm_app.exchange.planning import MappingError

        given = self.given
        try:
            with reading():
                user = db.session.get_one(User, given.user.id)
            return preparing.prepare(given.kind, given.sheet, given.matches(), user, given.options)
        except MappingError as error:
            raise click.ClickException(f"{given.file.name}: {error} Use --set COLUMN=FIELD.") from error

    def _settle(self, plan):
        """Ask about values that name nothing exactly; whether any has found its meaning."""
        found = False
        for question in plan.questions:
            if question.suggestion is None or (self.yes and not question.suggestion.is_sure):
                continue
            name = question.suggestion.entry.name
            said = f"“{question.text}” in column {question.column} ({question.rows:,} rows) as “{name}”"
            if self.yes or self.dry_run:
                click.echo(f"Taking {said}.")
            elif not click.confirm(f"Take {said}?", default=True):
                continue
            self.given.values.setdefault(question.field.key, {})[question.text] = name
            found = True
        return found

    def _show(self, plan):
        from crm_app.exchange import previewing

        click.echo(
            "Columns: " + ", ".join(f"{' else '.join(one.headers)} → {one.field.key}" for one in plan.sources) + "."
        )
        for text in (*plan.warnings, *plan.kind.notes):
            click.echo(text)
        for asked in self.given.asked:
            ways = f"{asked.column}, such as {asked.samples[0]}, can be written as {' or '.join(asked.choices)}"
            click.echo(f"{ways}; read as {asked.chosen}." if asked.chosen else f"{ways}; use --notation.")
        for row in plan.refused_rows[:_SHOWN]:
            click.echo(f"Row {row.number}: {previewing.reason(row)}", err=True)
        counts = plan.counts
        if counts["refused"] > _SHOWN:
            click.echo(f"… and {counts['refused'] - _SHOWN:,} more rows are rejected.", err=True)
        click.echo(
            f"{plan.rows:,} rows: {plan.fine:,} valid ({counts['create']:,} new, {counts['update']:,} to update, "
            f"{counts['unchanged']:,} unchanged), {_left_out(counts['skipped'])}{counts['refused']:,} rejected."
        )

    def _write_rejects(self, prepared):
        from crm_app.exchange import checked, rejects

        try:
            with self.rejects.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(rejects.rows(prepared.plan.sheet, checked.reasons(prepared.name)))
        except OSError as error:
            raise click.ClickException(f"{self.rejects} cannot be written ({error.strerror}).") from error
        click.echo(f"{prepared.plan.counts['refused']:,} rejected rows are in {self.rejects}.")

    def _carry_out(self, prepared):
        from crm_app.exchange import jobs, uploads
        from crm_app.exchange.models import Import
        from crm_app.extensions import utc_now

        given, plan = self.given, prepared.plan
        import_ = Import(
            kind=given.kind, file_name=given.file.name[:255], stored_name=given.stored_name,
            status="queued", layout=given.sheet.layout, columns=given.columns, values=given.values,
            options=given.options | {"digest": plan.digest}, user_id=given.user.id, rows=plan.rows,
            checked=prepared.kept, touched_at=utc_now(),
        )  # fmt: skip
        db.session.add(import_)
        db.session.flush()
        # Read before the commit: asking afterwards would begin a transaction in which the job would have to wait.
        import_id = import_.id
        db.session.commit()
        self.keeps_file = True
        uploads.claim(given.stored_name)
        jobs.run_import(import_id)
        db.session.refresh(import_)
        if import_.status != "done":
            raise click.ClickException(import_.message)
        click.echo(
            f"Done: {import_.created:,} created, {import_.updated:,} updated, {import_.unchanged:,} unchanged, "
            f"{_left_out(import_.skipped)}{import_.refused:,} rejected."
        )
        sys.stdout.flush()


def _left_out(rows):
    return f"{rows:,} skipped, " if rows else ""
