"""Running an import in the worker: once, whole or not at all, with its progress to be seen meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from crm_app.accounts import preferences
from crm_app.accounts.models import User
from crm_app.activity.recording import acting_as
from crm_app.exchange import preparing, undoing, uploads, writing
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.models import Import
from crm_app.exchange.planning import MappingError, Plan
from crm_app.exchange.writing import ChangedMeanwhileError
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs
from crm_app.web.reader import read_as

_TAKEN_FOR_DEAD = timedelta(minutes=5)
_NEVER_TAKEN = timedelta(minutes=1)
_DRAFTS_KEPT = timedelta(days=14)
# What an import is at, and what it waits for where nobody is at it.
_WAITING = {"running": "queued", "undoing": "undo queued"}


class _LostError(Exception):
    """Another worker has taken this import over; what this one did is rolled back."""


@jobs.task
def run_import(import_id: int) -> None:
    """Safe to call twice: only a queued import is taken, and only whoever took it may finish it."""
    run_prepared(import_id, None)


@jobs.task
def undo_import(import_id: int) -> None:
    """Take back batch by batch, the last one first; whoever comes after an interruption goes on from there."""
    with current_app.app_context():
        claimed = _claim_undoing(import_id)
        if claimed is None:
            return
        try:
            _undo(import_id, claimed)
        except _LostError:
            db.session.rollback()
        except Exception:
            current_app.logger.exception("undoing import %s failed", import_id)
            db.session.rollback()
            said = _("Something went wrong on our side. A part may be undone already; undo the import again.")
            db.session.execute(_mine(import_id, claimed, "undoing").values(status="done", message=said))
            db.session.commit()


def run_prepared(import_id: int, prepared: preparing.Prepared | None) -> None:
    """The same where the plan has just been made in this process."""
    with current_app.app_context():
        claimed = _claim(import_id)
        if claimed is not None:
            _perform_or_fail(import_id, claimed, prepared)


@jobs.every_minutes(1)
def sweep_imports() -> None:
    """Ask again for imports that no worker took or whose worker died; drop the files of forgotten drafts."""
    with current_app.app_context():
        now = utc_now()
        for working, waiting in _WAITING.items():
            dead = update(Import).where(Import.status == working, Import.touched_at < now - _TAKEN_FOR_DEAD)
            db.session.execute(dead.values(status=waiting, touched_at=now - _NEVER_TAKEN))
        left = select(Import.id, Import.status).where(Import.status.in_(_WAITING.values()))
        left = db.session.execute(left.where(Import.touched_at <= now - _NEVER_TAKEN)).all()
        forgotten = select(Import).where(Import.status == "draft", Import.created_at < now - _DRAFTS_KEPT)
        for draft in db.session.scalars(forgotten):
            uploads.remove(draft.stored_name)
            db.session.delete(draft)
        db.session.commit()
    for import_id, status in left:
        jobs.enqueue(run_import if status == "queued" else undo_import, import_id)


def _claim(import_id: int) -> datetime | None:
    now = utc_now()
    queued = update(Import).where(Import.id == import_id, Import.status == "queued")
    taken = db.session.execute(queued.values(status="running", started_at=now, touched_at=now, rows_done=0, message=""))
    db.session.commit()
    return now if taken.rowcount else None


def _claim_undoing(import_id: int) -> datetime | None:
    now = utc_now()
    waiting = update(Import).where(Import.id == import_id, Import.status == "undo queued")
    taken = db.session.execute(waiting.values(status="undoing", started_at=now, touched_at=now))
    db.session.commit()
    return now if taken.rowcount else None


def _undo(import_id: int, claimed: datetime) -> None:
    import_ = db.session.get_one(Import, import_id)
    for_good = undoing.goes_for_good(import_)
    with acting_as(import_.undone_by):
        while (batch := db.session.scalars(undoing.batches_of(import_).limit(1)).first()) is not None:
            undone = undoing.take_back(batch, for_good=for_good)
            counts = {"undone": Import.undone + undone, "kept": Import.kept + len(batch.kept), "touched_at": utc_now()}
            _must_be_mine(db.session.execute(_mine(import_id, claimed, "undoing").values(**counts)))
            db.session.commit()
        done = {"status": "undone", "undone_at": utc_now()}
        _must_be_mine(db.session.execute(_mine(import_id, claimed, "undoing").values(**done)))
        db.session.commit()


def _perform_or_fail(import_id: int, claimed: datetime, prepared: preparing.Prepared | None) -> None:
    try:
        _perform(import_id, claimed, prepared)
    except _LostError:
        db.session.rollback()
    except (UnreadableError, MappingError, ChangedMeanwhileError) as error:
        _fail(import_id, claimed, str(error))
    except Exception:
        current_app.logger.exception("import %s failed", import_id)
        _fail(import_id, claimed, _("Something went wrong on our side. Nothing was written; try again."))


def _perform(import_id: int, claimed: datetime, prepared: preparing.Prepared | None) -> None:
    import_ = db.session.get_one(Import, import_id)
    user = db.session.get(User, import_.user_id) if import_.user_id else None
    if user is None or not user.is_active or import_.kind not in preparing.may_import(user):
        raise MappingError(_("Whoever began this import may not do it any more."))
    options = dict(import_.options)
    settings = preferences.for_user(user)
    read_as(replace(settings, language=options.get("language") or settings.language))
    prepared = prepared or _prepare(import_, user, claimed)
    if options.get("digest") not in (None, prepared.plan.digest):
        raise ChangedMeanwhileError
    _tell(import_id, claimed, len(prepared.plan.rows))
    writing.write(prepared, import_id=import_id)
    _finish(import_id, claimed, prepared.plan)
    db.session.commit()


def _prepare(import_: Import, user: User, claimed: datetime) -> preparing.Prepared:
    import_id = import_.id
    matches, options, kind = preparing.matches_of(import_), dict(import_.options), import_.kind
    sheet = preparing.stored_sheet(import_)
    return preparing.prepare(kind, sheet, matches, user, options, lambda rows: _tell(import_id, claimed, rows))


def _tell(import_id: int, claimed: datetime, rows: int) -> None:
    """How far the work has got, in a short transaction of its own; also the sign of life."""
    mine = _mine(import_id, claimed).values(rows_done=rows, touched_at=utc_now())
    _must_be_mine(db.session.execute(mine))
    db.session.commit()


def _finish(import_id: int, claimed: datetime, plan: Plan) -> None:
    counts = plan.counts
    mine = _mine(import_id, claimed).values(
        status="done", finished_at=utc_now(), rows=len(plan.rows), rows_done=len(plan.rows),
        created=counts["create"], updated=counts["update"], unchanged=counts["unchanged"],
        skipped=counts["skipped"], refused=counts["refused"], refusals=preparing.refusals(plan),
        preview={"notes": plan.kind.notes},
    )  # fmt: skip
    _must_be_mine(db.session.execute(mine))


def _fail(import_id: int, claimed: datetime, message: str) -> None:
    db.session.rollback()
    db.session.execute(_mine(import_id, claimed).values(status="failed", finished_at=utc_now(), message=message))
    db.session.commit()


def _mine(import_id: int, claimed: datetime, status: str = "running"):
    return update(Import).where(Import.id == import_id, Import.status == status, Import.started_at == claimed)


def _must_be_mine(result) -> None:
    if not result.rowcount:
        raise _LostError
