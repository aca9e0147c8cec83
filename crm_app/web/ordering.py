"""In what order rows stand: by several values, down to the key that breaks ties."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, String, and_, false, func, literal, literal_column, or_


class Part(NamedTuple):
    """One of several values that an order goes by, with a direction of its own unless it turns with the list."""

    value: ColumnElement
    is_descending: bool | None = None


Order = ColumnElement | tuple[Part, ...]


def in_order(rows: Select, sort: str, sorts: Mapping[str, Order], *, key: ColumnElement[int]) -> Select:
    """All rows, in the order in which a list sorted so would show them."""
    return put_in_order(rows, parts_of(sorts[sort.removeprefix("-")], key, descending=sort.startswith("-")))


@lru_cache
def or_else(value: ColumnElement[Any], instead: Any) -> ColumnElement[Any]:
    """The value, or the other one where there is none; made once, so that what is made of it in turn is found again."""
    return func.coalesce(value, instead)


def known_first(is_known: ColumnElement[bool], value: ColumnElement) -> tuple[Part, ...]:
    """By `value`, where it is known; the others stand last whichever way the list runs."""
    return Part(is_known, is_descending=True), Part(value)


def parts_of(order: Order, key: ColumnElement[int], *, descending: bool) -> list[Part]:
    """All that decides about the order, down to the key that breaks ties, each part with its direction."""
    given = order if isinstance(order, tuple) else (Part(order),)
    ways = [descending if part.is_descending is None else part.is_descending for part in given]
    return [*(Part(part.value, way) for part, way in zip(given, ways, strict=True)), Part(key, descending)]


def put_in_order(rows: Select, parts: Sequence[Part]) -> Select:
    return rows.order_by(*(part.value.desc() if part.is_descending else part.value for part in parts))


def beyond(parts: Sequence[Part], after: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of rows that come after one that has these values."""
    found: ColumnElement[bool] = false()
    for (value, is_descending), last in zip(reversed(parts), reversed(after), strict=True):
        bound = literal(last, value.type)
        further = value < bound if is_descending else value > bound
        found = or_(further, and_(value == bound, found))
    return found


def turned(parts: Sequence[Part]) -> list[Part]:
    """The other way round."""
    return [Part(part.value, not part.is_descending) for part in parts]


def written_out(value: int | str) -> ColumnElement[Any]:
    """A value of ours that PostgreSQL knows when it prepares the statement; one given later has it plan each time anew.

    Nothing that somebody typed: no sign of it is escaped.
    """
    if isinstance(value, str):
        if "'" in value:
            raise ValueError(f"{value!r} would end the text that it stands in")
        return literal_column(f"'{value}'", String)
    return literal_column(str(value), Integer)
