"""What the tests of imports share: a plan made from lines of text, and the job run on it."""

import io

from flask import current_app

from crm_app.accounts import preferences
from crm_app.accounts.models import User
from crm_app.exchange import jobs, preparing, previewing, reading, uploads
from crm_app.exchange.matching import match_columns
from crm_app.exchange.models import Import
from crm_app.exchange.rows import Matches
from crm_app.extensions import db, utc_now
from crm_app.web.reader import read_as


def stored(text):
    """The name under which a file of that text, or of those bytes, is kept."""
    return uploads.store(io.BytesIO(text if isinstance(text, bytes) else text.encode()))


def read(content, known_names=frozenset(), chosen=None):
    return reading.read(uploads.path_of(stored(content)), known_names, chosen)


def plan(kind, text, user, *, columns=None, units=None, values=None, **options):
    """The plan for a file of that text, with its columns matched by name."""
    user_id = user.id
    db.session.commit()
    with current_app.app_context():
        user = db.session.get(User, user_id)
        read_as(preferences.for_user(user))
        sheet = preparing.sheet_of(kind, uploads.path_of(stored(text)))
        matched = match_columns(sheet.header, preparing.KINDS[kind].fields) | (columns or {})
        rows = []
        matches = Matches(matched, units or {}, values or {}, options.get("notations", {}))
        prepared = preparing.prepare(kind, sheet, matches, user, options, also=rows.extend)
        for row in rows:
            row.problems += [problem] if (problem := prepared.plan.late.get(row.number)) else []
        return Planned(prepared, rows)


class Planned:
    """A plan with all its rows at hand."""

    def __init__(self, prepared, rows):
        self.prepared, self.rows = prepared, rows
        for name in ("counts", "columns", "kind", "questions", "warnings", "digest", "fine"):
            setattr(self, name, getattr(prepared.plan, name))


def bring_in(kind, text, user, *, columns=None, units=None, values=None, **options):
    """Import a file of that text as the worker does; the import as it stands afterwards."""
    planned = plan(kind, text, user, columns=columns, units=units, values=values, **options)
    return carried_out(agreed(planned, text, user, values=values, **options | {"units": units or {}}))


def agreed(planned, text, user, *, values=None, **options):
    """The number of an import that waits for the worker, to do what was planned."""
    import_ = Import(
        kind=planned.kind.key, file_name="file.csv", stored_name=stored(text), status="queued",
        columns={header: field.key for header, field in planned.columns}, values=values or {},
        options=options | {"digest": planned.digest}, user_id=user.id,
        rows=len(planned.rows), touched_at=utc_now(), checked=planned.prepared.kept,
    )  # fmt: skip
    db.session.add(import_)
    db.session.flush()
    import_id = import_.id
    db.session.commit()
    return import_id


def carried_out(import_id):
    jobs.run_import(import_id)
    db.session.expire_all()
    return db.session.get(Import, import_id)


def reasons(planned):
    """Row number -> why it is refused."""
    return {row.number: previewing.reason(row) for row in planned.rows if row.problems}
