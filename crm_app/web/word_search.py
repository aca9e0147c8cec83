"""Asking the indexes of words: which records answer what was typed, in the language of either database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    TextClause,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import text as sql
from sqlalchemy.sql.expression import TableClause

from crm_app.extensions import db
from crm_app.web import tokens
from crm_app.web.text import search_words
from crm_app.web.tokens import Query, Term
from crm_app.web.word_index import is_sqlite, table_of

# Of so many rows that were written last PostgreSQL sees quickly whether a word is frequent.
_RECENT = 1000


def holding(model: Any, text: str) -> ColumnElement[bool]:
    """The condition that a record holds every word of the text: all do where nothing is typed, none if no word is."""
    if not search_words(text):
        return true()
    asked = tokens.query(text)
    if not asked:
        return false()
    words, key = table_of(model)
    answers = _answers(words).bindparams(bindparam("asked", _question(asked), unique=True))
    return model.id.in_(select(key).select_from(words).where(answers))


def newest(asked: Mapping[Any, Query], most: int, enough: int) -> dict[Any, list[int]]:
    """By model the ids of the newest records that answer, at most so many of each, found in the indexes alone.

    Fewer than `enough` are all that there are.

    PostgreSQL cannot read its index from the newest on, nor tell how many begin with a few letters. So the newest rows
    are looked through first; only where too few of them answer it is asked for all that do, which are not many then.
    """
    if is_sqlite():
        return _found(asked, most, _newest_of)
    found = _found(asked, most, _recent_of)
    few = {model: query for model, query in asked.items() if len(found[model]) < enough}
    return found | _found(few, most, _all_of)


def newest_owned(asked: Mapping[Any, Query], most: int) -> dict[Any, list[int]]:
    """The same of questions that end with an owner, whose records are not met among the newest of all."""
    return _found(asked, most, _newest_of if is_sqlite() else _owned_of)


def _found(asked: Mapping[Any, Query], most: int, way: Callable[[Any, str], Select[Any]]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {model: [] for model in asked}
    if asked:
        models = tuple(asked)
        questions = {f"asked_{place}": _question(asked[model]) for place, model in enumerate(models)}
        questions |= {f"asked_{place}_last": _question(asked[model].last) for place, model in enumerate(models)}
        for place, id_ in db.session.connection().execute(_together(models, way), questions | {"most": most}):
            found[models[place]].append(id_)
    return found


def among(model: Any, asked: Query, ids: Sequence[int]) -> list[int]:
    """Which of a few records answer: read by their ids, however many others answer too."""
    words, key = table_of(model)
    found = select(key).select_from(words).where(key.in_(ids))
    if not is_sqlite():
        return list(db.session.scalars(found.where(_answers(words)), {"asked": _question(asked)}))
    # Beside MATCH, each id would be sought in all that answers.
    held = " " + words.c.words + " "
    for group in asked.groups:
        found = found.where(or_(*(and_(*(_spelt_in(held, term) for term in one)) for one in group)))
    return list(db.session.scalars(found))


@cache
def _together(models: tuple[Any, ...], way: Callable[[Any, str], Select[Any]]) -> CompoundSelect[Any]:
    """Made once: to make it costs more than to run it."""
    ways = (way(model, f"asked_{place}").limit(bindparam("most")).subquery() for place, model in enumerate(models))
    return union_all(*(select(literal_column(str(place)), one.c.id) for place, one in enumerate(ways)))


def _newest_of(model: Any, name: str) -> Select[Any]:
    words, key = table_of(model)
    return select(key.label("id")).select_from(words).where(_answers(words, name)).order_by(key.desc())


def _recent_of(model: Any, name: str) -> Select[Any]:
    words, key = table_of(model)
    recent = select(key, words.c.words).order_by(key.desc()).limit(_RECENT).subquery()
    return select(recent.c.id).where(_answers(words, name)).order_by(recent.c.id.desc())


def _all_of(model: Any, name: str) -> Select[Any]:
    """Sorted by what no index has: else all rows are read from the newest on."""
    words, key = table_of(model)
    return select(key.label("id")).select_from(words).where(_answers(words, name)).order_by((key + 0).desc())


def _owned_of(model: Any, name: str) -> Select[Any]:
    """All records of somebody who has few are looked through: the index has to collect all that begins with a word."""
    words, key = table_of(model)
    of_last = select(key.label("id"), words.c.words).select_from(words).where(_answers(words, f"{name}_last"))
    owned = of_last.limit(_RECENT + 1).cte(f"{name}_owned")
    are_few = select(func.count()).select_from(owned).scalar_subquery() <= _RECENT
    among_few = select(owned.c.id).where(_answers(words, name), are_few)
    among_many = select(key.label("id")).select_from(words).where(_answers(words, name), ~are_few)
    found = union_all(among_few, among_many).subquery()
    return select(found.c.id).order_by(found.c.id.desc())


def _answers(words: TableClause, name: str = "asked") -> TextClause:
    if is_sqlite():
        return sql(f"{words.name} MATCH :{name}")
    # Written out, for PostgreSQL to plan by what it sees.
    written_out = bindparam(name, type_=String, literal_execute=True)
    return sql(f"words @@ CAST(:{name} AS tsquery)").bindparams(written_out)


def _question(asked: Query) -> str:
    """User input reaches neither language unquoted: tokens have no sign in them, and quotes are set about each."""
    if is_sqlite():
        return _written(asked, " AND ", " OR ", '"{}"', '"{}"*', " NOT ")
    return _written(asked, " & ", " | ", "'{}'", "'{}':*", " & !")


def _written(asked: Query, both: str, either: str, whole: str, beginning: str, but: str) -> str:
    def term(one: Term) -> str:
        return (beginning if one.is_beginning else whole).format(one.token)

    def group(alternatives: Iterable[Sequence[Term]]) -> Iterator[str]:
        for terms in alternatives:
            yield term(terms[0]) if len(terms) == 1 else f"({both.join(map(term, terms))})"

    wanted = both.join(f"({either.join(group(alternatives))})" for alternatives in asked.groups)
    return f"({wanted}){but}{whole.format(asked.but)}" if asked.but else wanted


def _spelt_in(held: ColumnElement[str], term: Term) -> ColumnElement[bool]:
    return held.contains(f" {term.token}" if term.is_beginning else f" {term.token} ", autoescape=True)
