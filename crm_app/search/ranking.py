"""Which of the records that answer come first: of that very name, of that beginning, one's own, opened before."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, JSON, ColumnElement, Integer, Select, bindparam, case, func, or_, select, union_all

from crm_app.accounts.models import User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web import tokens, word_search
from crm_app.web.text import sort_key
from crm_app.web.tokens import Query
from crm_app.web.word_index import is_sqlite

# Of all that answer, those are put in order that are likely to come first, and the newest of the rest.
_WEIGHED = 20
_CROWD = 10
_NAMED = 400


class Scope(NamedTuple):
    """Whose records are looked through: of these people (of all, where there are none named), and of nobody."""

    owners: Sequence[int] | None
    is_shared: bool

    def narrowed(self, asked: Query) -> Query:
        if self.owners is None:
            return asked.out_of_bin()
        return asked.owned_by([None, *self.owners] if self.is_shared else self.owners)


class Likely(NamedTuple):
    """Records of a kind that answer, the newest of them where they are a crowd."""

    ids: list[int]
    is_crowd: bool


def likely(user: User, text: str, scopes: Mapping[Any, Scope]) -> dict[Any, Likely]:
    """By model, in two questions to the indexes at most."""
    words = tokens.query(text)
    found = word_search.newest({model: scope.narrowed(words) for model, scope in scopes.items()}, _WEIGHED, _CROWD)
    crowds = [model for model, ids in found.items() if len(ids) >= _CROWD]
    mine = {model: words.owned_by([user.id]) for model in crowds if scopes[model].owners != [user.id]}
    for model, ids in word_search.newest_owned(mine, _WEIGHED).items():
        found[model] += ids
    return {model: Likely(ids, model in crowds) for model, ids in found.items()}


def first(
    rows: Select[Any], model: Any, user: User, text: str, likely: Likely, scope: Scope, known: Sequence[int], most: int
) -> Sequence[Any]:
    """Of the rows those that answer, the best first, at most so many."""
    if not likely.ids:
        return []
    key, ids = sort_key(text), likely.ids
    if likely.is_crowd and known:
        ids = ids + word_search.among(model, scope.narrowed(tokens.query(text)), known)
    given = {
        "ids": ids, "key": key, "end": f"{key}\U0010ffff", "user": user.id, "known": list(known), "most": most,
        "owners": list(scope.owners or []), "weighed": _WEIGHED,
    }  # fmt: skip
    of_all = scope.owners is None
    ranked = _ranked(rows, model, likely.is_crowd, of_all, scope.is_shared, bool(known), is_sqlite())
    # Without the session: these are values, and it would cost as much again as the database.
    return db.session.connection().execute(ranked, given).all()


@lru_cache
def _ranked(
    rows: Select[Any], model: Any, is_crowd: bool, of_all: bool, is_shared: bool, knows_some: bool, for_sqlite: bool
) -> Select[Any]:
    """Made once for the same rows: to make it costs more than to run it."""
    found: Any = _given("ids", for_sqlite)
    if is_crowd:
        found = union_all(found, _named(model, of_all, is_shared, for_sqlite))
    order = _order(model, knows_some, for_sqlite)
    return rows.where(model.id.in_(found)).order_by(*order).limit(bindparam("most"))


def _named(model: Any, of_all: bool, is_shared: bool, for_sqlite: bool) -> Select[Any]:
    """Those whose name begins as the text does, in its order; looked through only so far, whosever they are."""
    of_name = select(model.id, model.owner_id, model.deleted_at).where(_begins(model))
    begins = of_name.order_by(model.sort_key).limit(_NAMED).subquery()
    named = select(begins.c.id).where(begins.c.deleted_at.is_(None)).limit(bindparam("weighed"))
    if not of_all:
        owned = begins.c.owner_id.in_(_given("owners", for_sqlite))
        named = named.where(or_(owned, begins.c.owner_id.is_(None)) if is_shared else owned)
    return select(named.subquery().c.id)


def _begins(model: Any) -> ColumnElement[bool]:
    return model.sort_key.between(bindparam("key"), bindparam("end"))


def _given(name: str, for_sqlite: bool) -> Select[Any]:
    """Numbers that are given as one value."""
    if for_sqlite:
        return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)
    return select(func.unnest(bindparam(name, type_=ARRAY(Integer))))


def _order(model: Any, knows_some: bool, for_sqlite: bool) -> Sequence[Any]:
    order = [case((model.sort_key == bindparam("key"), 0), (_begins(model), 1), else_=2)]
    if model is Deal:
        # What is still open is looked for more often than what is over.
        order.append(case((Deal.status == "open", 0), else_=1))
    if model is not Product:
        order.append(case((model.owner_id == bindparam("user"), 0), else_=1))
    if knows_some:
        order.append(case((model.id.in_(_given("known", for_sqlite)), 0), else_=1))
    return (*order, model.sort_key, model.id)
