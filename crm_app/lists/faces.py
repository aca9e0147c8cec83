"""Everything that parts of a list's page show, as values: as long as they are the same, the part is not made anew."""

from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import LazyString
from flask_login import current_user
from sqlalchemy import Select, inspect, type_coerce
from sqlalchemy.types import NullType

from crm_app.extensions import db
from crm_app.lists.fields import Field
from crm_app.lists.listables import Listable
from crm_app.web.among import among

if TYPE_CHECKING:
    from crm_app.lists.showing import Shown


def drawn(listable: Listable) -> Select[Any]:
    """What rows are drawn from, as values of the database; the id of the record first."""
    return _plain_rows(listable.rows, listable.model, listable.draws)


def of_rows(shown: "Shown") -> Iterator[Hashable]:
    """In the order of the rows."""
    if not shown.listable.draws:
        return (_of_row(shown, row) for row in shown.table.rows)
    # Behind what they are drawn from stand the values that the list is sorted by.
    width = len(_columns(shown.listable.model, shown.listable.draws))
    return ((shown.frame, row[:width]) for row in shown.table.rows)


def whole_rows(shown: "Shown") -> list[Any]:
    """The rows themselves, with their records, where only what they are drawn from has been read."""
    listable = shown.listable
    if not listable.draws:
        return list(shown.table.rows)
    wanted = [row[0] for row in shown.table.rows]
    found = db.session.execute(_of_ids(listable.rows, listable.model), {"ids": wanted}).unique()
    whole = {listable.record(row).id: row for row in (row[0] if len(row) == 1 else row for row in found)}
    return [whole[id_] for id_ in wanted]


def _of_row(shown: "Shown", row: Any) -> Hashable:
    record = shown.listable.record(row)
    values = tuple([_plain(field, field.value(row)) for field in shown.columns.shown])  # type: ignore[misc]
    may = tuple(shown.editing.facts(record)) if shown.editing else ()
    # What a picked row is sent as, and what of the record cells show besides their values.
    picked = (record.version, record.name) if shown.actions else ()
    return shown.frame, record.id, picked, getattr(record, "phone_key", ""), may, values


def of_frame(shown: "Shown") -> Hashable:
    """What all rows have in common."""
    columns = shown.columns
    may = bool(shown.actions), shown.editing is not None
    return shown.listable.place, columns.keys, columns.is_chosen, tuple(columns.rooms.items()), may


def of_surroundings(shown: "Shown") -> Hashable:
    """What stands around the rows: it is made of the address, of how many there are, and of what the reader may do."""
    table, actions = shown.table, tuple(action.key for action in shown.actions)
    goes_on = table.next_url is not None, table.is_continued
    address = request.path, request.query_string
    return shown.frame, address, current_user.id, actions, table.sort, shown.counted, goes_on


@lru_cache
def _columns(model: Any, draws: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values are compared, not read: what each type makes of them in Python would be made for nothing."""
    own = inspect(model).local_table.c
    others = [column for column in own if column is not own.id]
    return own.id, *(type_coerce(column, NullType()) for column in (*others, *draws))


@lru_cache
def _plain_rows(rows: Select[Any], model: Any, draws: tuple[Any, ...]) -> Select[Any]:
    return rows.with_only_columns(*_columns(model, draws))


@lru_cache
def _of_ids(rows: Select[Any], model: Any) -> Select[Any]:
    return rows.where(among(model.id, "ids"))


def _plain(field: Field, value: Any) -> Hashable:
    """What is shown of a value, where that is a record or several."""
    if field.written_as == "tags":
        return tuple([tag.name for tag in value])
    if field.written_as == "owner":
        return value and (value.id, value.name)
    # What a text is worth as a key must not depend on who reads it later.
    return str(value) if isinstance(value, LazyString) else value
