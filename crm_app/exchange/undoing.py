"""Taking an import back: what it made goes, what it changed is as before; what has changed since stays and is told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Table, delete, func, select, update

from crm_app.accounts.models import Organisation, User
from crm_app.activity.models import Event
from crm_app.activity.queries import told
from crm_app.activity.recording import record_all
from crm_app.contacts import rings
from crm_app.contacts.models import Company
from crm_app.exchange import hanging
from crm_app.exchange.ledger import TIE, changed_in, restored
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db, utc_now
from crm_app.pipeline.crediting import carry_along
from crm_app.web import found_by, word_index

VERB = "import undone"
# Why a record was left as it is.
CHANGED, NEEDED, GONE = "changed", "needed", "gone"
# Where a card stands in its column is nobody's work on the deal.
_NOT_NEWER = frozenset({"rank"})
# What an import makes besides its records: it goes where nothing needs it, and nobody counts it.
_BESIDES = frozenset({"tags", "pipelines"})
_CHUNK = 1000


def batches_of(import_: Import) -> Any:
    """Those that still stand, the last one first."""
    standing = select(ImportBatch).where(ImportBatch.import_id == import_.id, ImportBatch.undone_at.is_(None))
    return standing.order_by(ImportBatch.number.desc())


def take_back(batch: ImportBatch, *, for_good: bool) -> int:
    """Undo one batch inside the transaction that the caller commits; how many records were taken back.

    What was made goes to the bin, or for good where its kind has none. `batch.kept` says what was left as it is.
    """
    # As in writing: one import at a time.
    db.session.execute(select(Organisation.id).with_for_update()).all()
    undoing = _Undoing(batch, for_good)
    undoing.hold()
    undone = undoing.put_back() + undoing.take_away()
    batch.kept, batch.undone_at = undoing.kept, utc_now()
    db.session.flush()
    word_index.follow(db.session.connection(), undoing.touched)
    db.session.expire_all()
    return undone


def goes_for_good(import_: Import) -> bool:
    """A pipeline that the import made takes its stages along, and deals cannot lie in the bin without a stage."""
    first = db.session.get(ImportBatch, (import_.id, 1))
    return first is not None and "pipelines" in first.created


class _Undoing:
    def __init__(self, batch: ImportBatch, for_good: bool):
        self._batch, self._for_good, self._now = batch, for_good, utc_now()
        self.kept: list[list[Any]] = []
        self.touched: dict[str, set[int]] = defaultdict(set)
        self._changed = {_parted(subject): rows for subject, rows in batch.changed.items()}
        self._ties = {_parted(subject) for subject in batch.changed if subject.startswith(TIE)}

    def hold(self) -> None:
        """All that is found by the names of what is taken back, before any of it changes."""
        for model in found_by.models():
            ids = {id_ for name, id_ in self._changed if name == model.__tablename__}
            ids.update(self._batch.created.get(model.__tablename__, ()))
            word_index.hold_followers(db.session.connection(), model, ids)

    def put_back(self) -> int:
        """What was changed gets its former values; how many records did."""
        left = self._changed_since() | self._differing() | self._pointing_nowhere()
        left |= self._closing_rings(left)
        self.kept += [[*subject, why] for subject, why in left.items() if subject not in self._ties]
        subjects = [subject for subject in self._changed if subject not in left]
        rows = [row for subject in subjects for row in self._changed[subject]]
        for name in {row[0] for row in rows}:
            _restore(db.metadata.tables[name], [row for row in rows if row[0] == name])
        counted = [subject for subject in subjects if subject not in self._ties]
        for name in {name for name, _id in counted}:
            self._note(db.metadata.tables[name], [id_ for table, id_ in counted if table == name])
        for name, id_ in counted:
            self.touched[name].add(id_)
        self._credit(rows)
        return len(counted)

    def _changed_since(self) -> dict[tuple[str, int], str]:
        names = {name for name, _id in self._changed}
        ids = {name: [id_ for table, id_ in self._changed if table == name] for name in names}
        return {(name, id_): CHANGED for name in names for id_ in self._newer(name, ids[name])}

    def _differing(self) -> dict[tuple[str, int], str]:
        """Records that are not as the import left them, whatever the log says of it."""
        subject_of = {(row[0], row[1]): subject for subject, rows in self._changed.items() for row in rows if row[2]}
        left = {}
        for name in {name for name, _id in subject_of}:
            wanted = {row[1]: row[2] for rows in self._changed.values() for row in rows if row[0] == name and row[2]}
            found = _rows(db.metadata.tables[name], list(wanted))
            for id_, columns in wanted.items():
                row = found.get(id_)
                if row is None or any(
                    row[column] != restored(db.metadata.tables[name].c[column], after)
                    for column, (_before, after) in columns.items()
                    if column not in _NOT_NEWER
                ):
                    left[subject_of[name, id_]] = CHANGED
        return left

    def _pointing_nowhere(self) -> dict[tuple[str, int], str]:
        """Records whose former values name something that is gone, or that somebody else has now."""
        left = {}
        for subject, rows in self._changed.items():
            for name, id_, columns in rows:
                table = db.metadata.tables[name]
                for column, (before, _after) in (columns or {}).items():
                    if before is not None and not _is_free(table, id_, column, before):
                        left[subject] = GONE
        return left

    def _closing_rings(self, left: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """Companies that would come to stand above themselves, as somebody has moved others since."""
        changes = changed_in(self._batch.changed, Company.__tablename__, "parent_id")
        moved = {id_: before for id_, (before, _after) in changes.items() if (Company.__tablename__, id_) not in left}
        ringed = {}
        while found := rings.closed_by(moved):
            ringed |= {(Company.__tablename__, id_): CHANGED for id_ in found}
            moved = {id_: before for id_, before in moved.items() if id_ not in found}
        return ringed

    def _credit(self, rows: Iterable[list[Any]]) -> None:
        moved = [id_ for name, id_, columns in rows if name == "users" and columns and "team_id" in columns]
        db.session.expire_all()
        for person in db.session.scalars(select(User).where(User.id.in_(moved))):
            carry_along(person)

    def take_away(self) -> int:
        """What was made goes, unless somebody changed or needs it; how many records went."""
        going = {name: self._there(name, ids) for name, ids in self._batch.created.items()}
        for name, ids in going.items():
            newer = self._newer(name, sorted(ids))
            self.kept += [[name, id_, CHANGED] for id_ in sorted(newer)]
            ids -= newer
        for name, ids in hanging.stays_out(going).items():
            self.kept += [[name, id_, NEEDED] for id_ in sorted(ids) if name not in _BESIDES]
            going[name] -= ids
        for name, ids in going.items():
            self.touched[name] |= ids
        for table in reversed(db.metadata.sorted_tables):
            if going.get(table.name):
                self._remove(table, sorted(going[table.name]))
        return sum(len(ids) for name, ids in going.items() if name not in _BESIDES)

    def _there(self, name: str, ids: list[int]) -> set[int]:
        table = db.metadata.tables[name]
        return {id_ for id_, row in _rows(table, ids).items() if row.get("deleted_at") is None}

    def _remove(self, table: Table, ids: list[int]) -> None:
        if "deleted_at" in table.c and not self._for_good:
            for chunk in _chunks(ids):
                values = {"deleted_at": self._now, "version": table.c.version + 1}
                db.session.execute(update(table).where(table.c.id.in_(chunk)).values(**values))
            self._note(table, ids)
            return
        for chunk in _chunks(ids):
            # SQLite gives the number of the last row again: whoever gets it inherits nothing.
            past = (Event.subject_table == table.name, Event.subject_id.in_(chunk))
            db.session.execute(delete(Event.__table__).where(*past))
            db.session.execute(delete(table).where(table.c.id.in_(chunk)))

    def _note(self, table: Table, ids: list[int]) -> None:
        facts = {"import": self._batch.import_id, "since": self._batch.first_event}
        model = next(mapper.class_ for mapper in db.Model.registry.mappers if mapper.local_table is table)
        record_all(model, VERB, self._now, dict.fromkeys(ids, facts))

    def _newer(self, table: str, ids: list[int]) -> set[int]:
        """Records about which there is something newer to tell than the import; what was undone again is void."""
        newer: set[int] = set()
        void: dict[int, int] = {}
        for chunk in _chunks(ids):
            later = select(Event.subject_id, Event.id, Event.verb, Event.particulars).where(
                Event.subject_table == table, Event.subject_id.in_(chunk), Event.id > self._batch.last_event, told()
            )
            for subject, id_, verb, facts in db.session.execute(later.order_by(Event.id.desc())):
                if verb == "imported" and facts.get("import") == self._batch.import_id:
                    continue
                if verb == VERB:
                    void[subject] = min(facts["since"], void.get(subject, id_))
                elif id_ <= void.get(subject, id_):
                    newer.add(subject)
        return newer


def _parted(subject: str) -> tuple[str, int]:
    table, id_ = subject.removeprefix(TIE).split(":")
    return table, int(id_)


def _rows(table: Table, ids: list[int]) -> dict[int, dict[str, Any]]:
    found = (db.session.execute(select(table).where(table.c.id.in_(chunk))) for chunk in _chunks(ids))
    return {row.id: dict(row._mapping) for rows in found for row in rows}


def _restore(table: Table, rows: list[list[Any]]) -> None:
    for _name, key, columns in rows:
        keys = key if isinstance(key, list) else [key]
        which = [column == value for column, value in zip(table.primary_key, keys, strict=True)]
        if columns is None:
            db.session.execute(delete(table).where(*which))
            continue
        values = {name: restored(table.c[name], before) for name, (before, _after) in columns.items()}
        if "version" in table.c:
            values["version"] = table.c.version + 1
        db.session.execute(update(table).where(*which).values(**values))


def _is_free(table: Table, id_: int, name: str, value: Any) -> bool:
    column = table.c[name]
    for key in column.foreign_keys:
        if not db.session.scalar(select(func.count()).where(key.column == value)):
            return False
    if column.unique:
        return not db.session.scalar(select(func.count()).where(column == value, table.c.id != id_))
    return True


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
