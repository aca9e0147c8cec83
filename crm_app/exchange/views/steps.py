"""What every step of an import begins with and ends in: the import itself, its check, its page."""

from dataclasses import replace

from flask import abort, flash, request
from flask_login import current_user
from sqlalchemy import Update, update

from crm_app.accounts.access import must_be_confirmed
from crm_app.accounts.models import User
from crm_app.exchange import (
    checked,
    jobs,
    preparing,
    previewing,
    queries,
    showing,
)
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.models import Import
from crm_app.exchange.planning import columns_of
from crm_app.exchange.reading import Sheet
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _

# A larger file is checked by the worker: its rows take longer than a page may.
CHECKED_AT_ONCE = 5_000


def the_import(import_id: int) -> Import:
    return db.one_or_404(queries.visible_to(current_user).where(Import.id == import_id))


def draft_of(import_id: int) -> Import:
    """An import that waits for decisions; once it has begun there is nothing left to decide."""
    import_ = the_import(import_id)
    must_be_allowed(import_.kind)
    if import_.status != "draft":
        abort(409)
    return import_


def must_be_allowed(kind: str) -> None:
    if kind not in KINDS:
        abort(404)
    if kind not in preparing.may_import(current_user):
        abort(403)
    if kind == "users":
        must_be_confirmed()


def as_read(import_: Import) -> Update:
    """Change an import only as it was read: meanwhile somebody may have decided something else, in another window."""
    unchanged = Import.touched_at.is_not_distinct_from(import_.touched_at)
    return update(Import).where(Import.id == import_.id, Import.status.in_(("draft", "failed")), unchanged)


def tell_of_another_window() -> None:
    flash(_("The rows have been checked again in the meantime. Here is the result."), "info")


def check(import_: Import, sheet: Sheet) -> bool:
    """Plan the import and keep what the person is to be shown. Raises MappingError before anything is let go of.

    False where the import is no longer as it was read, and stays as it is now.
    """
    import_id, waiting = import_.id, as_read(import_)
    columns_of(KINDS[import_.kind].fields, sheet, preparing.matches_of(import_))
    decided = {
        "status": import_.status,
        "columns": dict(import_.columns),
        "values": dict(import_.values),
        "options": dict(import_.options),
    }
    if len(sheet.lines) > CHECKED_AT_ONCE:
        fresh = {"status": "check queued", "touched_at": utc_now(), "worker": "", "message": "", "rows_done": 0}
        queued = db.session.execute(waiting.values(**decided | fresh)).rowcount
        db.session.commit()
        if queued:
            queue.enqueue(jobs.check_import, import_id)
        return bool(queued)
    user, old = db.session.get_one(User, import_.user_id), import_.checked.get("name", "")
    notations, asked = preparing.notations_of(import_, sheet)
    decided["options"] |= {"notations": notations}
    matches = replace(preparing.matches_of(import_), notations=notations)
    prepared = preparing.prepare(import_.kind, sheet, matches, user, import_.options)
    kept = {"preview": previewing.preview(prepared.plan, matches, asked), "checked": prepared.kept, "message": ""}
    replaced = db.session.execute(waiting.values(**decided, **kept, touched_at=utc_now())).rowcount
    db.session.commit()
    checked.remove(old if replaced else prepared.name)
    return bool(replaced)


def shown(import_: Import, problem: str = "", status: int = 200):
    """The step at which an import stands, as a page or as the part that watches its progress."""
    step = showing.step(import_, wants_columns=request.args.get("step") == "columns" or bool(problem))
    context = showing.context(import_, step)
    return page(
        "exchange/show.html", part="exchange/_import.html", status=status,
        import_=import_, step=step, problem=problem, kind=showing.of(import_.kind), **context,
    )  # fmt: skip
