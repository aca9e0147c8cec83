"""Checking, writing and undoing imports in the worker: each once, with its progress, and on from where one died."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, func, select, update

from crm_app.accounts import preferences
from crm_app.accounts.models import User
from crm_app.activity.recording import acting_as
from crm_app.exchange import checked, claims, preparing, previewing, undoing, uploads, writing
from crm_app.exchange.claims import LostError, change_mine
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.kinds.kind import ChangedMeanwhileError, Row
from crm_app.exchange.models import Import, ImportBatch
from crm_app.exchange.planning import MappingError, Plan
from crm_app.extensions import db, reading, utc_now
from crm_app.jobs import jobs
from crm_app.refusals import is_passing
from crm_app.web.reader import read_as
from crm_app.web.texts import gettext as _

_DRAFTS_KEPT = timedelta(days=14)
_LEFTOVERS_KEPT = 24 * 3600


@jobs.task
def check_import(import_id: int) -> None:
    """Plan the rows of a large file and keep what the person is to be shown."""
    with current_app.app_context():
        claimed = claims.take(import_id, "checking")
        db.session.commit()
        if claimed is not None:
            _guarded(_check, import_id, claimed, _say)


@jobs.task
def run_import(import_id: int) -> None:
    """Safe to call twice: only a queued import is taken, and only whoever took it may finish it."""
    with current_app.app_context():
        import_ = db.session.get(Import, import_id)
        if import_ is None or (claimed := claims.take(import_id, "running")) is None:
            db.session.rollback()
            return
        if import_.begun_at is None:
            change_mine(import_id, claimed, begun_at=claimed, rows_done=0, message="", interrupted_at=None)
        else:
            change_mine(import_id, claimed, interrupted_at=import_.rows_done)
        db.session.commit()
        _guarded(_perform, import_id, claimed, _fail)


@jobs.task
def undo_import(import_id: int) -> None:
    """Take back batch by batch, the last one first; whoever comes after an interruption goes on from there."""
    with current_app.app_context():
        claimed = claims.take(import_id, "undoing")
        db.session.commit()
        if claimed is not None:
            _guarded(_undo, import_id, claimed, _stop_undoing)


_TASKS = {"check queued": check_import, "queued": run_import, "undo queued": undo_import}


@jobs.at_start
@jobs.every_minutes(1)
def sweep_imports() -> None:
    """Ask again for imports that no worker took or whose worker died; drop what belongs to forgotten drafts."""
    with current_app.app_context():
        now = utc_now()
        claims.let_go_of_the_dead()
        db.session.flush()
        waiting = select(Import).where(Import.status.in_(_TASKS))
        left = [(one.id, one.status) for one in db.session.scalars(waiting) if claims.nobody_comes(one, now)]
        untouched = func.coalesce(Import.touched_at, Import.created_at) < now - _DRAFTS_KEPT
        for draft in db.session.scalars(select(Import).where(Import.status == "draft", untouched)):
            uploads.remove(draft.stored_name)
            db.session.delete(draft)
        db.session.flush()
        names = set(db.session.scalars(select(Import.checked["name"].as_string())))
        uploads.sweep(set(db.session.scalars(select(Import.stored_name))), _LEFTOVERS_KEPT)
        db.session.commit()
    checked.sweep(names, _LEFTOVERS_KEPT)
    for import_id, status in left:
        jobs.enqueue(_TASKS[status], import_id)


def _guarded(
    work: Callable[[int, datetime], None], import_id: int, claimed: datetime, fail: Callable[[int, datetime, str], None]
) -> None:
    try:
        work(import_id, claimed)
    except LostError:
        db.session.rollback()
    except (UnreadableError, MappingError, ChangedMeanwhileError) as error:
        db.session.rollback()
        fail(import_id, claimed, str(error))
    except Exception as error:
        db.session.rollback()
        if is_passing(error):
            claims.let_go(import_id, claimed)
            db.session.commit()
            raise
        current_app.logger.exception("import %s failed", import_id)
        fail(import_id, claimed, "")


def _check(import_id: int, claimed: datetime) -> None:
    with reading():
        import_, user = preparing.begun(import_id)
        old, options = import_.checked.get("name", ""), dict(import_.options)
        read_as(preferences.for_user(user))
        db.session.expunge_all()
        db.session.rollback()
    sheet, pulse = preparing.stored_sheet(import_), _pulse(import_id, claimed, "checking")
    notations, asked = preparing.notations_of(import_, sheet, lambda: pulse(0))
    matches = replace(preparing.matches_of(import_), notations=notations)
    options |= {"notations": notations}
    with reading():
        # The file may have taken minutes.
        _import, user = preparing.begun(import_id)
    prepared = preparing.prepare(import_.kind, sheet, matches, user, options, pulse)
    rows = prepared.plan.rows
    preview = previewing.preview(prepared.plan, matches, asked, lambda: pulse(rows))
    found = {"rows": rows, "checked": prepared.kept, "preview": preview, "options": options}
    change_mine(import_id, claimed, "checking", status="draft", message="", **found)
    db.session.commit()
    checked.remove(old)


def _say(import_id: int, claimed: datetime, message: str) -> None:
    said = message or _("Something went wrong on our side. Nothing was imported; try again.")
    db.session.execute(claims.mine(import_id, claimed, "checking").values(status="draft", preview={}, message=said))
    db.session.commit()


def _perform(import_id: int, claimed: datetime) -> None:
    import_, user = preparing.begun(import_id)
    settings = preferences.for_user(user)
    read_as(replace(settings, language=import_.options.get("language") or settings.language))
    write = _write_whole if KINDS[import_.kind].is_whole else _write_in_batches
    with acting_as(user):
        write(import_, user, claimed)


def _write_in_batches(import_: Import, user: User, claimed: datetime) -> None:
    import_id, options = import_.id, dict(import_.options)
    if not writing.place(import_id) and not preparing.is_ready(import_):
        _check_again(import_, user, claimed)
        import_, user = preparing.begun(import_id)
    with reading():
        kind = preparing.kind_for(import_.kind, user, options, is_begun=bool(writing.place(import_id)))
        kind.take_up(import_.checked["state"])
        batches = writing.InBatches(import_, kind, claimed)
        db.session.expunge_all()
        db.session.rollback()
    batches.write()
    kept = dict(db.session.get_one(Import, import_id).checked)
    claims.finish(import_id, claimed, kept)
    db.session.commit()
    checked.forget_rows(kept["name"])


def _check_again(import_: Import, user: User, claimed: datetime) -> None:
    """The checked rows are no longer here: they have to come out as they were agreed to."""
    import_id, old, options = import_.id, import_.checked.get("name", ""), dict(import_.options)
    prepared = _prepared(import_, user, claimed, lambda rows: None)
    if options.get("digest") not in (None, prepared.plan.digest):
        checked.remove(prepared.name)
        raise ChangedMeanwhileError
    change_mine(import_id, claimed, checked=prepared.kept)
    db.session.commit()
    checked.remove(old)


def _prepared(import_: Import, user: User, claimed: datetime, also: Callable[[list[Row]], None]) -> preparing.Prepared:
    matches, options, kind = preparing.matches_of(import_), dict(import_.options), import_.kind
    pulse, sheet = _pulse(import_.id, claimed, "running"), preparing.stored_sheet(import_)
    return preparing.prepare(kind, sheet, matches, user, options, pulse, also)


def _write_whole(import_: Import, user: User, claimed: datetime) -> None:
    import_id, options, old, now = import_.id, dict(import_.options), import_.checked.get("name", ""), import_.begun_at
    assert now is not None
    matches, kind, rows = preparing.matches_of(import_), import_.kind, []
    prepared = _prepared(import_, user, claimed, rows.extend)
    if options.get("digest") not in (None, prepared.plan.digest):
        checked.remove(prepared.name)
        raise ChangedMeanwhileError
    sheet = prepared.plan.sheet

    def again() -> tuple[Plan, list[Row]]:
        planned: list[Row] = []
        return preparing.plan(preparing.kind_for(kind, user, options), sheet, matches, planned.extend), planned

    writing.write_whole(writing.Whole(prepared.plan, rows, prepared.as_of, again), import_id=import_id, now=now)
    claims.finish(import_id, claimed, prepared.kept)
    db.session.commit()
    checked.remove(old)


def _pulse(import_id: int, claimed: datetime, working: str) -> Callable[[int], None]:
    """How far the reading has got, in a short transaction of its own."""

    def tell(rows: int) -> None:
        change_mine(import_id, claimed, working, **({"rows_done": rows} if working == "checking" else {}))
        db.session.commit()

    return tell


def _fail(import_id: int, claimed: datetime, message: str) -> None:
    """Nothing stays of an import that fails: what its batches wrote is taken back first, by nobody."""
    message = message or _("Something went wrong on our side. Nothing was imported; try again.")
    failing = {"message": message, "finished_at": utc_now(), "undone": 0, "kept": 0, "undone_by_id": None}
    status = "undoing" if writing.place(import_id) else "failed"
    db.session.execute(claims.mine(import_id, claimed).values(status=status, **failing))
    db.session.commit()
    if status == "undoing":
        _guarded(_undo, import_id, claimed, _stop_undoing)


def _undo(import_id: int, claimed: datetime) -> None:
    import_ = db.session.get_one(Import, import_id)
    has_failed = import_.undone_by_id is None
    for_good = has_failed or undoing.goes_for_good(import_)
    with acting_as(import_.undone_by):
        while (batch := db.session.scalars(undoing.batches_of(import_).limit(1)).first()) is not None:
            undone = undoing.take_back(batch, for_good=for_good)
            kept = Import.kept + len(batch.kept)
            change_mine(import_id, claimed, "undoing", undone=Import.undone + undone, kept=kept)
            db.session.commit()
            writing.rest()
        if has_failed:
            db.session.execute(delete(ImportBatch).where(ImportBatch.import_id == import_id))
            change_mine(import_id, claimed, "undoing", status="failed", begun_at=None, rows_done=0)
        else:
            change_mine(import_id, claimed, "undoing", status="undone", undone_at=utc_now())
        db.session.commit()


def _stop_undoing(import_id: int, claimed: datetime, message: str) -> None:
    said = message or _("Something went wrong on our side. Part of the import may already be undone; undo it again.")
    stopped = update(Import).where(Import.id == import_id, Import.started_at == claimed)
    db.session.execute(stopped.values(status="done", message=said))
    db.session.commit()
