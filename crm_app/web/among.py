"""Being one of several values."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, Text, any_, bindparam, cast, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import ARRAY, TypeDecorator


class _Numbers(TypeDecorator[Any]):
    """Written as PostgreSQL writes an array: psycopg would look at each number."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str:
        return f"{{{','.join(map(str, value))}}}"


class _Among(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Among":
        """A condition already: SQLite would be asked whether it is 1, and use no index."""
        return self


def one_of(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether `column` is one of the values, in a statement that is kept: `in_` would write them into it each time."""
    return column.in_([literal(value, column.type) for value in values])


def among(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Whether `column` is one of the numbers given as `name`.

    On PostgreSQL they are one array: the statement is the same for any count of them, and is prepared and planned once.
    """
    return _Among(column, bindparam(name))


@compiles(_Among)
def _in_list(element: _Among, compiler: Any, **options: Any) -> str:
    column, given = element.clauses
    return compiler.process(column.in_(bindparam(given.key, expanding=True)), **options)


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: Any, **options: Any) -> str:
    column, given = element.clauses
    numbers = cast(bindparam(given.key, type_=_Numbers()), ARRAY(Integer))
    return compiler.process(column == any_(numbers), **options)
