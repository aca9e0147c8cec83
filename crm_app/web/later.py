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
    values = g.setdefault("values_asked", {})
    if any(values.setdefault(criterion, value) != value for criterion, value in wanted.items()):
        return rows.where(*(criterion.holds(value) for criterion, value in wanted.items()))
    return _narrowed(rows, tuple(wanted))


@lru_cache(maxsize=64)
def _narrowed(rows: Any, criteria: tuple[Criterion, ...]) -> Any:
    return rows.where(*(criterion.holds(_given_later(criterion)) for criterion in criteria))


def _given_later(criterion: Criterion) -> Any:
    # Without a name, SQLAlchemy would take it for a value written into the statement, and what it compiled of the one
    # for the other.
    return bindparam(criterion.name, callable_=partial(_asked, criterion))


def _asked(criterion: Criterion) -> Any:
    return g.values_asked[criterion]
