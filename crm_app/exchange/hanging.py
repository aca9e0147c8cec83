"""Which records something else needs, by the foreign keys of all tables: such a record is not taken away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, select, true

from crm_app.extensions import db

# Rows that go with the record they belong to, and stand in the bin with it.
_BELONGS = {
    ("stays", "deals"): "deal_id",
    ("closings", "deals"): "deal_id",
    ("company_tags", "companies"): "company_id",
    ("person_tags", "people"): "person_id",
    ("stages", "pipelines"): "pipeline_id",
}
# In the bin, a record does without these.
_DISPENSABLE = frozenset({"company_tags", "person_tags"})
_CHUNK = 1000

Going = Mapping[str, set[int]]


def stays_out(going: Going) -> dict[str, set[int]]:
    """Of records that are to go, those which others need that do not go themselves."""
    needs = [need for name, ids in going.items() for need in _needs(db.metadata.tables[name], sorted(ids), going)]
    kept: dict[str, set[int]] = {name: set() for name in going}
    found = True
    while found:
        found = False
        for name, id_, other, other_id in needs:
            goes_too = other_id in going.get(other, ()) and other_id not in kept[other]
            if not goes_too and id_ not in kept[name]:
                kept[name].add(id_)
                found = True
    return kept


def _needs(table: Table, ids: Sequence[int], going: Going) -> Iterator[tuple[str, int, str, int | None]]:
    """Table and id of what is needed, table and id of what needs it; the last only where that may go as well."""
    for key, column in _pointing_at(table):
        other, whole = column.table.name, _whole(column.table)
        if whole is not None and whole[0] in going:
            other, wanted = whole[0], (column, column.table.c[whole[1]])
        elif other in going:
            wanted = (column, column.table.c.id)
        else:
            wanted = (column,)
        for start in range(0, len(ids), _CHUNK):
            is_ours = column.in_(ids[start : start + _CHUNK])
            for row in db.session.execute(select(*wanted).where(is_ours, _counts(key, column.table)).distinct()):
                yield table.name, row[0], other, row[1] if len(wanted) > 1 else None


def _whole(table: Table) -> tuple[str, str] | None:
    return next(((whole, column) for (part, whole), column in _BELONGS.items() if part == table.name), None)


def _pointing_at(table: Table) -> Iterator[tuple[ForeignKey, Column[Any]]]:
    for other in db.metadata.tables.values():
        for key in other.foreign_keys:
            belongs = _BELONGS.get((other.name, table.name)) == key.parent.name
            if key.column.table is table and not belongs:
                yield key, key.parent


def _counts(key: ForeignKey, other: Table) -> ColumnElement[bool]:
    """What is in the bin needs nothing, unless it could not stay there without."""
    if key.ondelete != "SET NULL" and other.name not in _DISPENSABLE:
        return true()
    if "deleted_at" in other.c:
        return other.c.deleted_at.is_(None)
    whole = _whole(other)
    if whole is None or "deleted_at" not in (owner := db.metadata.tables[whole[0]]).c:
        return true()
    return other.c[whole[1]].in_(select(owner.c.id).where(owner.c.deleted_at.is_(None)))
