"""Rows as lines of JSON and back, exactly: instants, days, decimals, whole numbers, nothing and empty text."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, Numeric, String
from sqlalchemy.types import TypeDecorator, TypeEngine

LONGEST_LINE = 8 << 20
# Few letters of JSON can stand for many objects in memory.
_MOST_SIGNS = 250_000


def line_of(row: list[Any]) -> bytes:
    """Letters as they are, so that people can read them; halves of letters, which JSON may hold, as escapes."""
    try:
        return (json.dumps(row, default=_plain, separators=(",", ":"), ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(row, default=_plain, separators=(",", ":")) + "\n").encode()


def is_bearable(line: bytes) -> bool:
    """Whether a line can be read without filling the memory; rows of the business are far from the limits."""
    return len(line) <= LONGEST_LINE and sum(line.count(sign) for sign in (b",", b"[", b"{")) <= _MOST_SIGNS


def reader_of(column: Column) -> Callable[[Any], Any]:
    """What turns the plain value of a column into the one to be written. Raises ValueError for one that is none."""
    read = _READERS[_kind_of(column)]

    def read_or_nothing(value: Any) -> Any:
        return None if value is None else read(value)

    return read if read is _as_it_is else read_or_nothing


def bind_type(column: Column) -> TypeEngine:
    """The column's own type; where nothing may stand for a missing JSON value, nothing is written, not `null`."""
    return JSON(none_as_null=True) if column.nullable and _kind_of(column) is JSON else column.type


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"an archive cannot hold {type(value).__name__}")


def _kind_of(column: Column) -> type:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    found = next((one for one in _READERS if isinstance(kind, one)), None)
    if found is None:
        raise TypeError(f"an archive cannot hold {column}")
    return found


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_exactly(str)(value))
    if instant.tzinfo is None:
        raise ValueError
    return instant


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(_exactly(str)(value))
    except InvalidOperation as error:
        raise ValueError from error
    if not number.is_finite():
        raise ValueError
    return number


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        # Not isinstance: to Python, true is a whole number.
        if type(value) is not kind:
            raise ValueError
        return value

    return read


def _as_it_is(value: Any) -> Any:
    return value


_READERS: dict[type, Callable[[Any], Any]] = {
    Boolean: _exactly(bool),
    Integer: _exactly(int),
    DateTime: _instant,
    Date: lambda value: date.fromisoformat(_exactly(str)(value)),
    Numeric: _decimal,
    JSON: _as_it_is,
    String: _exactly(str),
}
