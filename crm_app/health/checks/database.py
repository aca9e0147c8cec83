"""Checks of the database: it answers, has the tables of this version, is whole, and its search is complete."""

from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crm_app import migrating
from crm_app.backups import postgresql, wholeness
from crm_app.backups.wholeness import Limit, TooLongError
from crm_app.extensions import db
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.search import rebuilding
from crm_app.web import formats, replica
from crm_app.web.texts import gettext as _

_INVALID = text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1")


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def answers(_limit: Limit) -> Iterator[Finding]:
    if is_sqlite():
        mode = db.session.scalar(text("PRAGMA journal_mode"))
        if mode == "wal":
            yield fine(_("SQLite is responding."))
        else:
            yield warning(
                _(
                    "SQLite uses the journal mode “%(mode)s” instead of “wal”, so readers and writers block "
                    "each other.",
                    mode=mode,
                ),
                _("Move the database to a local disk: SQLite does not work reliably on a network drive."),
            )
        return
    version, encoding = postgresql.version_and_encoding()
    if encoding == postgresql.ENCODING:
        yield fine(_("PostgreSQL %(version)s is responding.", version=version.split()[0]))
    else:
        yield problem(
            _("The database uses the encoding %(encoding)s, which cannot store every script.", encoding=encoding),
            _(
                "Create a database with the encoding UTF8, point DATABASE_URL to it, and copy this one into it "
                "with crm copy-database or pg_dump."
            ),
        )


def tables(_limit: Limit) -> Iterator[Finding]:
    here = migrating.revision(db.session.connection())
    scripts, newest = migrating.scripts(), migrating.newest()
    if here == newest:
        yield fine(_("The tables match this version (%(revision)s).", revision=newest))
    elif here is None:
        yield problem(_("The database does not have its tables yet."), _("Run: crm database upgrade."))
    elif here in {script.revision for script in scripts.walk_revisions()}:
        yield problem(
            _("The tables are from an older version (%(here)s, not %(newest)s).", here=here, newest=newest),
            _("Run: crm database upgrade."),
        )
    else:
        yield problem(
            _("The tables are from a newer version of Peyvand (%(here)s) than the one running.", here=here),
            _("Install that version, or restore the backup made before it."),
        )


def reports(_limit: Limit) -> Iterator[Finding]:
    """Where reports are read; whatever is wrong with a replica, the main database answers in its place."""
    if not replica.is_set(current_app):
        yield fine(_("Reports use the main database."))
        return
    try:
        standing = replica.standing()
    except DBAPIError as error:
        yield warning(
            _(
                "The replica for reports is not responding: %(reason)s.",
                reason=str(error.orig).splitlines()[0].rstrip("."),
            ),
            _("Start it, or remove REPORTS_DATABASE_URL. The main database is used until then."),
        )
        return
    if not standing.is_replica:
        yield warning(
            _("REPORTS_DATABASE_URL points to a database that is not a streaming replica of the main one."),
            _("Point it to a replica, or remove it. The main database is used until then."),
        )
    elif not standing.is_good_enough:
        yield warning(
            _("The replica for reports is more than %(number)s seconds behind.", number=replica.MOST_SECONDS_BEHIND),
            _("Check that it is connected to the main database, which is used until then."),
        )
    else:
        yield fine(_("Reports use the replica, which is up to date."))


def integrity(limit: Limit) -> Iterator[Finding]:
    if not is_sqlite():
        if invalid := list(db.session.scalars(_INVALID)):
            yield problem(
                _("PostgreSQL marks these indexes as invalid: %(names)s.", names=formats.listed(invalid)),
                _("Run REINDEX INDEX in psql for each of these names."),
            )
        else:
            yield fine(_("All indexes are valid."))
        return
    try:
        trouble = wholeness.trouble_in_database(Path(str(db.engine.url.database)), limit)
    except TooLongError:
        yield fine(_("No damage was found in the quick check."), _("To check all of it, run: crm doctor."))
        return
    if trouble:
        yield problem(
            _("The database is damaged: %(trouble)s.", trouble=trouble[:300]),
            _("Stop Peyvand, keep the damaged file, and restore the last backup: crm restore."),
        )
    else:
        yield fine(_("The database is intact, and all its references are valid."))


def search(_limit: Limit) -> Iterator[Finding]:
    behind = [model.__tablename__ for model in rebuilding.behind()]
    if behind:
        yield warning(
            _("The search may miss records: its indexes are out of date (%(names)s).", names=formats.listed(behind)),
            _("Run: crm search rebuild."),
        )
    else:
        yield fine(_("The search index is up to date."))
