"""What an import wrote, kept so that it can be taken back: ids of what it made, both values of what it changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, select

from crm_app.exchange.models import ImportBatch
from crm_app.extensions import UtcDateTime, db
from crm_app.pipeline.models import Closing, Stay

# What belongs to a record and has no life of its own: it is watched, counted and undone with the record.
_PARTS: dict[str, tuple[tuple[Table, Column[Any]], ...]] = {
    "deals": ((Stay.__table__, Stay.__table__.c.deal_id), (Closing.__table__, Closing.__table__.c.deal_id)),
}
TIE = "+"
_UNWATCHED = frozenset({"id", "version"})


class Ledger:
    """Fills one batch.

    `created` maps a table to ids. `changed` maps "table:id" of a record to what changed in it and its parts:
    [table, key, {column: [before, after]}], with None in the place of the columns for a row that was added.
    """

    def __init__(self) -> None:
        self.created: dict[str, list[int]] = {}
        self.changed: dict[str, list[list[Any]]] = {}

    def made(self, table: str, ids: Iterable[int]) -> None:
        self.created.setdefault(table, []).extend(ids)

    def added(self, table: str, id_: int, part: str, key: Any) -> None:
        """A row was added that belongs to a record which was there before."""
        self.changed.setdefault(f"{table}:{id_}", []).append([part, key, None])

    def tied(self, table: str, column: str, ties: Iterable[tuple[int, int]]) -> None:
        """Records that the import made itself point at others of it: undone before them, and not counted again."""
        for id_, target in ties:
            self.changed[f"{TIE}{table}:{id_}"] = [[table, id_, {column: [None, target]}]]

    def count_once(self, table: str, ids: Iterable[int]) -> None:
        """Records that an earlier batch changed as well."""
        for id_ in ids:
            self.changed[f"{TIE}{table}:{id_}"] = self.changed.pop(f"{table}:{id_}")

    @contextmanager
    def watching(self, model: Any, ids: Sequence[int]) -> Iterator[None]:
        """Note what differs afterwards in these records and their parts."""
        table = model.__table__
        watched = ((table, table.c.id), *_PARTS.get(table.name, ()))
        db.session.flush()
        before = [_rows(part, owner, ids) for part, owner in watched]
        yield
        db.session.flush()
        for (part, owner), rows in zip(watched, before, strict=True):
            for id_, row in _rows(part, owner, ids).items():
                self._compare(table.name, row[owner.name], part.name, rows.get(id_), row)

    def _compare(self, table: str, id_: int, part: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        if before is None:
            self.added(table, id_, part, after["id"])
            return
        columns = {
            name: [stored(before[name]), stored(value)]
            for name, value in after.items()
            if name not in _UNWATCHED and before[name] != value
        }
        if columns:
            self.changed.setdefault(f"{table}:{id_}", []).append([part, after["id"], columns])

    def batch(self, import_id: int, number: int, first_event: int, last_event: int) -> ImportBatch:
        return ImportBatch(
            import_id=import_id, number=number, first_event=first_event, last_event=last_event,
            created=self.created, changed=self.changed,
        )  # fmt: skip


def changed_in(changed: Mapping[str, list[list[Any]]], table: str, column: str) -> dict[int, list[Any]]:
    """[before, after] of a column, by the ids of the records in which a batch changed it."""
    found = (row for rows in changed.values() for row in rows)
    return {key: columns[column] for name, key, columns in found if name == table and columns and column in columns}


def _rows(table: Table, owner: Column[Any], ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = db.session.execute(select(table).where(owner.in_(ids)))
    return {row.id: dict(row._mapping) for row in found}


def stored(value: Any) -> Any:
    """A column's value as JSON keeps it; `restored` reads it again."""
    return value.isoformat() if isinstance(value, date) else value


def restored(column: Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if value is not None and isinstance(column.type, Date):
        return date.fromisoformat(value)
    return value
