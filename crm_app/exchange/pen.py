"""Writing rows into the database in bulk, each with its “imported” event, and noting in the ledger what was written."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from crm_app.activity.models import Event
from crm_app.activity.recording import plain
from crm_app.contacts.models import Tag, tag_key
from crm_app.exchange.kinds.kind import ChangedMeanwhileError, Known, Row
from crm_app.exchange.ledger import Ledger
from crm_app.exchange.models import ImportBatch
from crm_app.extensions import db
from crm_app.web import word_index
from crm_app.web.text import match_key

_CHUNK = 500


def last_event() -> int:
    """Where the event log stands: everything that is known to the plan happened up to here."""
    return db.session.scalar(select(func.max(Event.id))) or 0


class Pen:
    """`now` is one instant for all batches of an import: by it, what it made is known again."""

    def __init__(self, import_id: int, actor_id: int | None, now: datetime):
        self.import_id, self.actor_id, self.now = import_id, actor_id, now
        self.ledger = Ledger()

    def insert(self, model: Any, rows: list[dict[str, Any]]) -> list[int]:
        """Ids in the order of the rows."""
        if not rows:
            return []
        table = model.__table__
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        ids = list(db.session.scalars(statement, rows))
        if hasattr(model, "found_by"):
            word_index.renew(db.session.connection(), model, ids)
        return ids

    def create(self, model: Any, rows: list[Row], columns_of: Callable[[Row], dict[str, Any]]) -> None:
        """Insert the rows, give each its id, and note them."""
        common: dict[str, Any] = {"created_at": self.now}
        if "version" in model.__table__.c:
            common["version"] = 1
        if "deleted_at" in model.__table__.c:
            common["deleted_at"] = None
        ids = self.insert(model, [common | (row.columns or columns_of(row)) for row in rows])
        for row, id_ in zip(rows, ids, strict=True):
            row.id = id_
        self.ledger.made(model.__tablename__, ids)
        self.note(model, ((row.id, {"row": row.number}) for row in rows))

    def update(self, model: Any, rows: Iterable[Row]) -> None:
        """Set what differs in the records that are known, and note before and after."""
        changing = {row.known["id"]: row for row in rows if row.becomes == "update" and row.known}
        noted = []
        for record in self.records(model, changing.values()):
            row = changing[record.id]
            row.id = record.id
            noted.append((record.id, {"row": row.number, "changes": self.apply(record, row)}))
        self.note(model, noted)

    @staticmethod
    def apply(record: Any, row: Row) -> dict[str, list[Any]]:
        """Set what differs; the changes as a timeline tells them: records by name, amounts with their currency."""
        shown = {name: _friendly(name) for name in row.changes if name != "tags"}
        before = {name: plain(getattr(record, friendly)) for name, friendly in shown.items()}
        for name in shown:
            _set(record, name, row.changes[name][1])
        changes = {friendly: [before[name], plain(getattr(record, friendly))] for name, friendly in shown.items()}
        if "tags" in row.changes:
            changes["tags"] = [plain(tags) for tags in row.changes["tags"]]
        return changes

    def made(self, model: Any, keys: Iterable[str]) -> dict[str, int]:
        """The ids of records that this import made, by the keys of their names."""
        wanted, ids = sorted(set(keys)), {}
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            ours = select(model.name_key, model.id).where(model.name_key.in_(chunk), model.created_at == self.now)
            ids.update(db.session.execute(ours).all())
        return ids

    def made_so_far(self, model: Any) -> list[int]:
        """The ids of all records of a kind that earlier batches of this import made."""
        batches = select(ImportBatch.created).where(ImportBatch.import_id == self.import_id)
        created = db.session.scalars(batches.order_by(ImportBatch.number))
        return [id_ for made in created for id_ in made.get(model.__tablename__, ())]

    def records(self, model: Any, rows: Iterable[Row]) -> Iterable[Any]:
        """The records behind rows, locked, in batches; refused if one is not of the version that the plan saw."""
        known = {row.known["id"]: row for row in rows if row.known}
        versions = {id_: row.known.get("version") for id_, row in known.items() if row.known}
        ids, name = sorted(versions), model.found_by.name if hasattr(model, "found_by") else None
        renamed = [id_ for id_, row in known.items() if name in row.changes]
        word_index.hold_followers(db.session.connection(), model, renamed)
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            held = select(model).where(model.id.in_(chunk)).order_by(model.id).with_for_update(key_share=True)
            found = db.session.scalars(held).all()
            if len(found) != len(chunk) or any(
                versions[r.id] not in (None, getattr(r, "version", None)) for r in found
            ):
                raise ChangedMeanwhileError
            with self.ledger.watching(model, chunk):
                yield from found

    def promote(self, model: Any, known: Iterable[Known], **facts: Any) -> None:
        """Set the same facts on several records that stand in no row of their own."""
        ids = [one["id"] for one in known]
        with self.ledger.watching(model, ids):
            for record in db.session.scalars(select(model).where(model.id.in_(ids))):
                changes = {name: [plain(getattr(record, name)), value] for name, value in facts.items()}
                for name, value in facts.items():
                    setattr(record, name, value)
                self.note(model, [(record.id, {"changes": changes})])

    def note(self, model: Any, noted: Iterable[tuple[int | None, dict[str, Any]]]) -> None:
        events = [
            {
                "at": self.now,
                "actor_id": self.actor_id,
                "subject_table": model.__tablename__,
                "subject_id": id_,
                "verb": "imported",
                "particulars": {"import": self.import_id} | particulars,
            }
            for id_, particulars in noted
        ]
        if events:
            db.session.execute(insert(Event.__table__), events)

    def tag(self, table: Any, owner_column: str, rows: Iterable[Row]) -> None:
        """Tie records to the tags that their rows add, making tags that do not exist."""
        wanted: list[tuple[Row, str]] = []
        for row in rows:
            if row.becomes in ("create", "update") and row.facts.get("tags"):
                had = {tag_key(name) for name in row.changes.get("tags", ([], []))[0]}
                if row.becomes == "create" or "tags" in row.changes:
                    keys = {tag_key(name): name for name in row.facts["tags"] if match_key(name)}
                    wanted += [(row, name) for key, name in keys.items() if key not in had]
        if wanted:
            ids = self._tag_ids({tag_key(name): name for _row, name in wanted})
            ties = [{owner_column: row.id, "tag_id": ids[tag_key(name)]} for row, name in wanted]
            db.session.execute(insert(table), ties)
            (owner,) = table.c[owner_column].foreign_keys
            for (row, _name), tie in zip(wanted, ties, strict=True):
                if row.becomes == "update":
                    self.ledger.added(owner.column.table.name, tie[owner_column], table.name, list(tie.values()))

    def _tag_ids(self, names: dict[str, str]) -> dict[str, int]:
        ids = dict(db.session.execute(select(Tag.name_key, Tag.id)).all())
        missing = [{"name": name, "name_key": key} for key, name in names.items() if key not in ids]
        made = self.insert(Tag, missing)
        self.ledger.made(Tag.__tablename__, made)
        return ids | {tag["name_key"]: id_ for tag, id_ in zip(missing, made, strict=True)}


def _set(record: Any, name: str, after: Any) -> None:
    """Set a column; one that holds another record's id through the relation, so that both agree."""
    relation = name.removesuffix("_id")
    relations = inspect(type(record)).relationships
    if name == relation or relation not in relations:
        setattr(record, name, after)
        return
    model = relations[relation].mapper.class_
    named = db.session.get(model, after)
    if isinstance(record, model):
        # Among records of one kind the session would write those above first, and a file may turn them upside down.
        setattr(record, name, after)
        set_committed_value(record, relation, named)
    else:
        setattr(record, relation, named)


def _friendly(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_amount")
