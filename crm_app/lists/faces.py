"""Everything that parts of a list's page show, as values: as long as they are the same, the part is not made anew."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import LazyString
from flask_login import current_user

from crm_app.lists.fields import Field

if TYPE_CHECKING:
    from crm_app.lists.showing import Shown


def of_row(shown: "Shown", row: Any) -> Hashable:
    record = shown.listable.record(row)
    values = tuple([_plain(field, field.value(row)) for field in shown.columns.shown])  # type: ignore[misc]
    may = tuple(shown.editing.facts(record)) if shown.editing else ()
    # What a picked row is sent as, and what of the record cells show besides their values.
    picked = (record.version, record.name) if shown.actions else ()
    return shown.frame, record.id, picked, getattr(record, "phone_key", ""), may, values


def of_frame(shown: "Shown") -> Hashable:
    """What all rows have in common."""
    columns = shown.columns
    return shown.listable.place, columns.keys, columns.is_chosen, tuple(columns.rooms.items()), bool(shown.actions)


def of_surroundings(shown: "Shown") -> Hashable:
    """What stands around the rows: it is made of the address, of how many there are, and of what the reader may do."""
    table, actions = shown.table, tuple(action.key for action in shown.actions)
    goes_on = table.next_url is not None, table.is_continued
    address = request.path, request.query_string
    return shown.frame, address, current_user.id, actions, table.sort, shown.counted, goes_on


def _plain(field: Field, value: Any) -> Hashable:
    """What is shown of a value, where that is a record or several."""
    if field.written_as == "tags":
        return tuple([tag.name for tag in value])
    if field.written_as == "owner":
        return value and (value.id, value.name)
    # What a text is worth as a key must not depend on who reads it later.
    return str(value) if isinstance(value, LazyString) else value
