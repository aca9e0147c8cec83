"""Changing more records than one request should, in the worker: batch after batch, each whole or not at all."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update

from crm_app.accounts import preferences
from crm_app.accounts.models import User
from crm_app.bulk import doing
from crm_app.bulk.models import UNDONE_WITHIN, BulkChange, BulkRecord
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs
from crm_app.lists.listables import of_place
from crm_app.refusals import is_passing
from crm_app.web.reader import read_as

_TAKEN_FOR_DEAD = timedelta(minutes=5)
_NEVER_TAKEN = timedelta(minutes=1)
_TOLD_FOR = timedelta(days=30)


class _LostError(Exception):
    """Another worker has taken this change over; the batch that was begun is rolled back."""


class _ForbiddenError(Exception):
    """Whoever asked for it may not do it any more."""


@jobs.task
def run_bulk_change(change_id: int) -> None:
    """Safe to call twice: only a queued change is taken, and what is done of it already is not done again."""
    with current_app.app_context():
        claimed = _claim(change_id)
    if claimed is not None:
        _perform_or_fail(change_id, claimed)


@jobs.every_minutes(1)
def sweep_bulk_changes() -> None:
    """Ask again for changes that no worker took or whose worker died."""
    with current_app.app_context():
        now = utc_now()
        dead = update(BulkChange).where(BulkChange.status == "running", BulkChange.touched_at < now - _TAKEN_FOR_DEAD)
        db.session.execute(dead.values(status="queued", touched_at=now - _NEVER_TAKEN))
        waiting = select(BulkChange.id).where(
            BulkChange.status == "queued", BulkChange.touched_at <= now - _NEVER_TAKEN
        )
        ids = list(db.session.scalars(waiting))
        db.session.commit()
    for change_id in ids:
        jobs.enqueue(run_bulk_change, change_id)


@jobs.every_night(hour=4)
def forget_bulk_changes() -> None:
    """What each record was is kept as long as it can be put back, what was done some weeks longer.

    What stopped half-way can be continued until then.
    """
    with current_app.app_context():
        now = utc_now()
        at_rest = BulkChange.status.in_(("done", "failed"))
        past = select(BulkChange.id).where(BulkChange.status == "done", BulkChange.created_at < now - 2 * UNDONE_WITHIN)
        db.session.execute(delete(BulkRecord).where(BulkRecord.change_id.in_(past)))
        db.session.execute(delete(BulkChange).where(at_rest, BulkChange.created_at < now - _TOLD_FOR))
        db.session.commit()


def _claim(change_id: int) -> datetime | None:
    now = utc_now()
    queued = update(BulkChange).where(BulkChange.id == change_id, BulkChange.status == "queued")
    taken = db.session.execute(queued.values(status="running", started_at=now, touched_at=now))
    db.session.commit()
    return now if taken.rowcount else None


def _perform_or_fail(change_id: int, claimed: datetime) -> None:
    goes_on = True
    while goes_on:
        # Each batch begins with nothing in memory of the ones before.
        with current_app.app_context():
            goes_on = _batch_or_fail(change_id, claimed)


def _batch_or_fail(change_id: int, claimed: datetime) -> bool:
    try:
        return _batch(change_id, claimed)
    except _LostError:
        db.session.rollback()
    except _ForbiddenError:
        _end(change_id, claimed, "failed")
    except Exception as error:
        if is_passing(error):
            # The queue asks again; what is done of it already stays done.
            _end(change_id, claimed, "queued")
            raise
        current_app.logger.exception("bulk change %s failed", change_id)
        _end(change_id, claimed, "failed")
    return False


def _batch(change_id: int, claimed: datetime) -> bool:
    _must_be_mine(change_id, claimed)
    change = db.session.get_one(BulkChange, change_id)
    user = db.session.get(User, change.actor_id) if change.actor_id else None
    if user is None or not user.is_active or not user.can_edit:
        raise _ForbiddenError
    read_as(preferences.for_user(user))
    listable = of_place(change.place, user)
    action = listable.action(change.action) if listable else None
    if action is None:
        raise _ForbiddenError
    goes_on = doing.step(change, action, user)
    db.session.commit()
    return goes_on


def _end(change_id: int, claimed: datetime, status: str) -> None:
    """Without the batch that was begun."""
    db.session.rollback()
    db.session.execute(_mine(change_id, claimed).values(status=status))
    db.session.commit()


def _mine(change_id: int, claimed: datetime):
    return update(BulkChange).where(
        BulkChange.id == change_id, BulkChange.status == "running", BulkChange.started_at == claimed
    )


def _must_be_mine(change_id: int, claimed: datetime) -> None:
    """Holds the row until the batch is committed, so that nobody else takes it over meanwhile."""
    if not db.session.execute(_mine(change_id, claimed).values(touched_at=utc_now())).rowcount:
        raise _LostError
