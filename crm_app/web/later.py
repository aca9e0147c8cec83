"""Statements that are made once whatever is asked for: what it is, is put in when they run."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from flask import g
from sqlalchemy import ColumnElement, Select, bindparam

Rows = TypeVar("Rows", bound=Select[Any])


class Criterion(NamedTuple):
    """`name` is what the value is called in statements; no other criterion has the same."""

    name: str
    holds: Callable[[Any], ColumnElement[bool]]


def narrowed(rows: Rows, wanted: Mapping[Criterion, Any]) -> Rows:
    """The rows for which each criterion holds, as to the value that is wanted of it.

    The first values of a request are put in only when a statement runs, so that the statement, and what is made of it
    in turn, is the same object whatever they are: to make one costs more than to run it.
    """
    if not wanted:
        return rows
    if any(not give_first(criterion.name, value) for criterion, value in wanted.items()):
        return rows.where(*(criterion.holds(value) for criterion, value in wanted.items()))
    return _narrowed(rows, tuple(wanted))


def give(values: Mapping[str, Any]) -> None:
    """What is put in from now on, by name: for the rest of the request, or until it is given anew."""
    _values().update(values)


def give_first(name: str, value: Any) -> bool:
    """Give a value, unless another one was given under that name: whether it is the one that is put in."""
    return _values().setdefault(name, value) == value


def given(name: str, type_: Any = None, **options: Any) -> Any:
    """In a statement, the value that is given under that name when it runs."""
    # Without a name, SQLAlchemy would take it for a value written into the statement, and what it compiled of the one
    # for the other.
    return bindparam(name, callable_=partial(_given, name), type_=type_, **options)


@lru_cache(maxsize=64)
def _narrowed(rows: Any, criteria: tuple[Criterion, ...]) -> Any:
    return rows.where(*(criterion.holds(given(criterion.name)) for criterion in criteria))


def _given(name: str) -> Any:
    return g.given_later[name]


def _values() -> dict[str, Any]:
    return g.setdefault("given_later", {})
