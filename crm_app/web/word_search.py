"""Asking the indexes of words: which records answer what was typed, in the language of either database."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    TextClause,
    and_,
    bindparam,
    false,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.expression import TableClause

from crm_app.extensions import db
from crm_app.web import later, tokens, word_crowds
from crm_app.web.text import search_words
from crm_app.web.tokens import Query, Term
from crm_app.web.word_index import is_sqlite, table_of
from crm_app.web.word_questions import question

Rows = TypeVar("Rows", bound=Select[Any])


def holding(model: Any, text: str) -> ColumnElement[bool]:
    """The condition that a record holds every word of the text: all do where nothing is typed, none if no word is."""
    if not search_words(text):
        return true()
    asked = tokens.query(text)
    if not asked:
        return false()
    words, key = table_of(model)
    answers = _answers(words).bindparams(bindparam("asked", question(asked), unique=True))
    return model.id.in_(select(key).select_from(words).where(answers))


def narrowed(rows: Rows, model: Any, text: str) -> Rows:
    """Those of the rows that hold every word of the text.

    The first text of a request is put in only when a statement runs, so that the statement, and what is made of it in
    turn, is the same object whatever is typed: to make one costs more than to run it.
    """
    asked = tokens.query(text) if search_words(text) else None
    if not asked:
        return rows.where(holding(model, text))
    if not later.give_first("asked", question(asked)):
        return rows.where(holding(model, text))
    return _narrowed(rows, model, is_sqlite())


@lru_cache
def _narrowed(rows: Any, model: Any, _is_sqlite: bool) -> Any:
    words, key = table_of(model)
    answers = _answers(words, parameter=later.given)
    return rows.where(model.id.in_(select(key).select_from(words).where(answers)))


def newest(asked: Mapping[Any, Query], most: int, enough: int) -> dict[Any, list[int]]:
    """By model the ids of the newest records that answer, at most so many of each, found in the indexes alone.

    Fewer than `enough` are all that there are.
    """
    if not asked:
        return {}
    return _newest(asked, most) if is_sqlite() else word_crowds.newest(asked, most, enough)


def newest_owned(asked: Mapping[Any, Query], most: int) -> dict[Any, list[int]]:
    """The same of questions that end with an owner: all that there are, but for the oldest of more than `most`."""
    if not asked:
        return {}
    return _newest(asked, most) if is_sqlite() else word_crowds.newest_owned(asked, most)


def _newest(asked: Mapping[Any, Query], most: int) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {model: [] for model in asked}
    models = tuple(asked)
    questions = {f"asked_{place}": question(asked[model]) for place, model in enumerate(models)}
    for place, id_ in db.session.connection().execute(_together(models), questions | {"most": most}).all():
        found[models[place]].append(id_)
    return found


def among(model: Any, asked: Query, ids: Sequence[int]) -> list[int]:
    """Which of a few records answer: read by their ids, however many others answer too."""
    words, key = table_of(model)
    found = select(key).select_from(words).where(key.in_(ids))
    if not is_sqlite():
        return list(db.session.scalars(found.where(_answers(words)), {"asked": question(asked)}))
    # Beside MATCH, each id would be sought in all that answers.
    held = " " + words.c.words + " "
    for group in asked.groups:
        found = found.where(or_(*(and_(*(_spelt_in(held, term) for term in one)) for one in group)))
    return list(db.session.scalars(found))


@cache
def _together(models: tuple[Any, ...]) -> CompoundSelect[Any]:
    """Made once: to make it costs more than to run it."""
    ways = (_newest_of(model, f"asked_{place}").subquery() for place, model in enumerate(models))
    return union_all(*(select(literal_column(str(place)), one.c.id) for place, one in enumerate(ways)))


def _newest_of(model: Any, name: str) -> Select[Any]:
    words, key = table_of(model)
    rows = select(key.label("id")).select_from(words).where(_answers(words, name))
    return rows.order_by(key.desc()).limit(bindparam("most"))


def _answers(words: TableClause, name: str = "asked", parameter: Callable[..., Any] = bindparam) -> TextClause:
    if is_sqlite():
        return sql(f"{words.name} MATCH :{name}").bindparams(parameter(name, type_=String))
    # Written out, for PostgreSQL to plan by what it sees.
    written_out = parameter(name, type_=String, literal_execute=True)
    return sql(f"words @@ CAST(:{name} AS tsquery)").bindparams(written_out)


def _spelt_in(held: ColumnElement[str], term: Term) -> ColumnElement[bool]:
    return held.contains(f" {term.token}" if term.is_beginning else f" {term.token} ", autoescape=True)
