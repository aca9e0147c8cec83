"""Doing a change of many records, and taking it back: batch after batch, each record by its own verbs."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from crm_app.accounts.models import User
from crm_app.activity import Event
from crm_app.activity.recording import acting_as
from crm_app.bulk.actions import Action, Refused
from crm_app.bulk.models import DONE, KEPT, NEWER, REFUSED, SAME, UNDONE, WAITING, BulkChange, BulkRecord
from crm_app.extensions import db, utc_now

BATCH = 200


def step(change: BulkChange, action: Action, user: User) -> bool:
    """Do, or take back, what comes next of a change; whether there was anything left."""
    outcome, work = (DONE, _undo) if change.is_undoing else (WAITING, _do)
    rows = select(BulkRecord).where(BulkRecord.change_id == change.id, BulkRecord.outcome == outcome)
    batch = list(db.session.scalars(rows.order_by(BulkRecord.record_id).limit(BATCH)))
    if not batch:
        _finish(change)
        return False
    with acting_as(user):
        reasons = work(change, action, user, batch)
    for name, number in Counter(row.outcome for row in batch).items():
        setattr(change, name, getattr(change, name) + number)
    if reasons:
        left = KEPT if change.is_undoing else REFUSED
        change.reasons = change.reasons | {left: reasons + Counter(change.reasons.get(left))}
    change.touched_at = utc_now()
    return True


def all_of(change: BulkChange, action: Action, user: User) -> None:
    """Everything at once, in the transaction that is open."""
    while step(change, action, user):
        pass


def _do(change: BulkChange, action: Action, user: User, batch: Sequence[BulkRecord]) -> Counter[str]:
    records = _held(action.seen(user), action, batch)
    value = action.ready(change.meant, user, list(records.values()))
    changed = {row.record_id for row in batch if row.record_id in records and _is_stale(row, records[row.record_id])}
    own = _changed_last_by(user, action.seen(user), changed)

    def outcome(row: BulkRecord, record: Any) -> str:
        if _is_stale(row, record) and record.id not in own:
            return NEWER
        row.before = action.do(record, value)
        return SAME if row.before is None else DONE

    reasons = _each(batch, records, outcome, REFUSED)
    db.session.flush()
    for row in batch:
        row.version = records[row.record_id].version if row.outcome == DONE else None
    return reasons


def _undo(change: BulkChange, action: Action, user: User, batch: Sequence[BulkRecord]) -> Counter[str]:
    """Those on which nothing newer stands; the others are kept as they are."""
    records = _held(action.seen_back(user), action, batch)
    untouched = [row for row in batch if row.record_id in records and records[row.record_id].version == row.version]
    befores = [row.before or {} for row in untouched]
    value = action.ready_back(befores, user, [records[row.record_id] for row in untouched])

    def outcome(row: BulkRecord, record: Any) -> str:
        if record.version != row.version:
            return KEPT
        action.undo(record, row.before or {}, value)
        return UNDONE

    return _each(batch, records, outcome, KEPT)


def _is_stale(row: BulkRecord, record: Any) -> bool:
    return row.seen not in (None, record.version)


def _changed_last_by(user: User, rows: Select[Any], ids: Collection[int]) -> set[int]:
    """Those of the records that the user changed last: what was picked before that is known to them all the same."""
    if not ids:
        return set()
    table = rows.column_descriptions[0]["entity"].__tablename__
    about = (Event.subject_table == table, Event.subject_id.in_(ids), Event.verb != "noted")
    newest = select(func.max(Event.id)).where(*about).group_by(Event.subject_id)
    return set(db.session.scalars(select(Event.subject_id).where(Event.id.in_(newest), Event.actor_id == user.id)))


def _each(
    batch: Sequence[BulkRecord],
    records: Mapping[int, Any],
    outcome: Callable[[BulkRecord, Any], str],
    otherwise: str,
) -> Counter[str]:
    """Give each row its outcome; how many were refused for each reason that was named."""
    reasons: Counter[str] = Counter()
    with db.session.no_autoflush:
        for row in batch:
            record = records.get(row.record_id)
            try:
                row.outcome = otherwise if record is None else outcome(row, record)
            except Refused as refusal:
                row.outcome = otherwise
                reasons.update(refusal.args)
    return reasons


def _held(rows: Select[Any], action: Action, batch: Sequence[BulkRecord]) -> dict[int, Any]:
    """The records of a batch as they stand, held until the transaction ends."""
    model = rows.column_descriptions[0]["entity"]
    rows = rows.where(model.id.in_([row.record_id for row in batch])).options(*action.loads).order_by(model.id)
    # No more than a change of theirs holds: what is written meanwhile may point at them.
    rows = rows.with_for_update(of=model, key_share=True).execution_options(populate_existing=True)
    return {record.id: record for record in db.session.scalars(rows).unique()}


def _finish(change: BulkChange) -> None:
    change.status, change.touched_at = "done", utc_now()
    if change.is_undoing:
        change.undone_at = change.touched_at
