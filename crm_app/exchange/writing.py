"""A plan into the database: in batches, each committed together with its place, or whole; only what the plan showed."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ForeignKey, func, select

from crm_app.accounts.models import Organisation
from crm_app.activity.models import Event
from crm_app.contacts import rings
from crm_app.contacts.models import Company
from crm_app.exchange import checked, claims
from crm_app.exchange.kinds.kind import ChangedMeanwhileError, Kind, Row
from crm_app.exchange.ledger import changed_in
from crm_app.exchange.models import Import, ImportBatch
from crm_app.exchange.pen import Pen, last_event
from crm_app.exchange.planning import Plan
from crm_app.extensions import db
from crm_app.pipeline import valuing

# Whoever waits to write to SQLite asks again at least this often; between two batches there is time for that.
_REST = 0.1
Writes = Callable[[list[Row], Pen], None]


class Whole(NamedTuple):
    """A plan with all its rows; `as_of` is where the event log stood when it was made; `again` makes it anew."""

    plan: Plan
    rows: list[Row]
    as_of: int
    again: Callable[[], tuple[Plan, list[Row]]]


def write_whole(whole: Whole, *, import_id: int, now: datetime) -> None:
    """Write inside the transaction that the caller commits.

    If anything at all happened since the plan was made, it is made again under the lock: the same plan is written,
    another one raises ChangedMeanwhileError.
    """
    _lock()
    plan, rows = whole.plan, whole.rows
    if last_event() != whole.as_of:
        plan, rows = whole.again()
        if plan.digest != whole.plan.digest:
            raise ChangedMeanwhileError
    pen, first_event = Pen(import_id, plan.kind.setting.user.id, now), last_event()
    plan.kind.write(rows, pen)
    db.session.flush()
    db.session.add(pen.ledger.batch(import_id, 1, first_event, last_event()))


def place(import_id: int) -> int:
    """How many batches are written."""
    return db.session.scalar(select(func.max(ImportBatch.number)).where(ImportBatch.import_id == import_id)) or 0


class InBatches:
    """Writes the checked rows of one import from where it stands; `claimed` is the claim under which it does."""

    def __init__(self, import_: Import, kind: Kind, claimed: datetime):
        assert import_.begun_at is not None
        self._id, self._kind, self._claimed, self._now = import_.id, kind, claimed, import_.begun_at
        self._kept = dict(import_.checked)
        self._written = place(import_.id)
        # Once anybody else has done anything, every batch looks whether it is still as the plan found it.
        self._is_alone, self._as_of = not self._written, self._kept["as_of"]

    def write(self) -> None:
        state, late, number = self._kept["state"], frozenset(self._kept["late"]), 0
        for write in (self._kind.write, *([self._kind.tie] if state.get("has_ties") else ())):
            for block in checked.blocks(self._kept["name"], 0, late):
                number += 1
                if number > self._written:
                    self._write(number, block, write)
        is_concluded = self._written > number
        if self._kind.concludes and number > 1 and not is_concluded:
            self._batch(number + 1, [], lambda _rows, pen: self._kind.conclude(pen), self._kept["rows"])

    def _write(self, number: int, block: checked.Block, write: Writes) -> None:
        is_first = write == self._kind.write
        for row in block.rows if is_first else ():
            row.columns = self._kind.columns_of(row) if row.known is None else None
        self._batch(number, block.rows, write, block.done if is_first else self._kept["rows"])

    def _batch(self, number: int, rows: list[Row], write: Writes, done: int) -> None:
        _lock()
        claims.change_mine(self._id, self._claimed, rows_done=done)
        first_event = last_event()
        self._is_alone = self._is_alone and first_event == self._as_of
        if not self._is_alone and write == self._kind.write:
            self._expect_nothing_new(rows)
        pen = Pen(self._id, self._kind.setting.user.id, self._now)
        write(rows, pen)
        db.session.flush()
        if not self._is_alone:
            _expect_no_rings(pen)
        self._as_of = last_event()
        db.session.add(pen.ledger.batch(self._id, number, first_event, self._as_of))
        db.session.commit()
        db.session.expunge_all()
        rest()

    def _expect_nothing_new(self, rows: list[Row]) -> None:
        """Nobody has made meanwhile what the rows make, or taken away or out of sight what they change or name.

        That a record is still of the version that was seen is looked at when it is changed.
        """
        probes = [Row(row.number, [], row.values, dict(row.facts)) for row in rows if row.known is None]
        self._kind.refresh()
        self._kind.know(probes)
        for probe in probes:
            self._kind.find(probe)
        found = {probe.known["id"] for probe in probes if probe.known is not None}
        if found - self._ours(found) or any(probe.problems for probe in probes):
            raise ChangedMeanwhileError
        known = {row.known["id"] for row in rows if row.known is not None}
        if len(db.session.execute(self._kind.visible.where(self._kind.model.id.in_(known))).all()) != len(known):
            raise ChangedMeanwhileError
        for key in self._kind.model.__table__.foreign_keys:
            if not _all_stand(key, {id_ for row in rows for id_ in _named(row, key.parent.name)}):
                raise ChangedMeanwhileError

    def _ours(self, ids: set[int]) -> set[int]:
        """Those that earlier batches made: rows are told apart as they were before any of them was written."""
        imported = select(Event.subject_id, Event.particulars).where(
            Event.subject_table == self._kind.model.__tablename__, Event.subject_id.in_(ids), Event.verb == "imported"
        )
        return {id_ for id_, facts in db.session.execute(imported) if facts.get("import") == self._id}


def _expect_no_rings(pen: Pen) -> None:
    """Nobody has moved companies meanwhile so that one which was just moved stands above itself."""
    changes = changed_in(pen.ledger.changed, Company.__tablename__, "parent_id")
    if rings.closed_by({id_: after for id_, (_before, after) in changes.items()}):
        raise ChangedMeanwhileError


def rest() -> None:
    """Between two batches: let those write who wait for it."""
    if db.engine.dialect.name == "sqlite" and not current_app.testing:
        time.sleep(_REST)


def _lock() -> None:
    """One import at a time: on PostgreSQL this row is the lock, on SQLite the transaction itself is."""
    valuing.keep_rates()
    db.session.execute(select(Organisation.id).with_for_update()).all()


def _named(row: Row, column: str) -> list[int]:
    """The id of the record that the row names in a column; not of one that the import itself makes."""
    value: Any = row.facts.get(column) if row.known is None else row.changes.get(column, (None, None))[1]
    return [value] if isinstance(value, int) and value > 0 else []


def _all_stand(key: ForeignKey, ids: set[int]) -> bool:
    if not ids:
        return True
    table = key.column.table
    standing = select(func.count()).select_from(table).where(table.c.id.in_(ids))
    if "deleted_at" in table.c:
        standing = standing.where(table.c.deleted_at.is_(None))
    return db.session.scalar(standing) == len(ids)
