"""Statements that are made once whatever is asked for: what it is, is put in when they run."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from flask import g
from sqlalchemy import ColumnElement, Select, bindparam

Rows = TypeVar("Rows", bound=Select[Any])


class Condition(NamedTuple):
    """`name` is what the value is called in statements; no other condition has the same."""

    name: str
    holds: Callable[[Any], ColumnElement[bool]]


def narrowed(rows: Rows, wanted: Mapping[Condition, Any]) -> Rows:
    """The rows for which each condition holds, as to the value that is wanted of it.

    The first values of a request are put in only when a statement runs, so that the statement, and what is made of it
    in turn, is the same object whatever they are: to make one costs more than to run it.
    """
    if not wanted:
        return rows
    values = g.setdefault("values_asked", {})
    if any(values.setdefault(condition, value) != value for condition, value in wanted.items()):
        return rows.where(*(condition.holds(value) for condition, value in wanted.items()))
    return _narrowed(rows, tuple(wanted))


@lru_cache(maxsize=64)
def _narrowed(rows: Any, conditions: tuple[Condition, ...]) -> Any:
    return rows.where(*(condition.holds(_given_later(condition)) for condition in conditions))


def _given_later(condition: Condition) -> Any:
    """Under a name of its own: SQLAlchemy takes two statements that differ in nothing but unnamed values for one, and

    of what it compiled from the one with a value in it, would never ask for this.
    """
    return bindparam(condition.name, callable_=partial(_asked, condition))


def _asked(condition: Condition) -> Any:
    return g.values_asked[condition]
