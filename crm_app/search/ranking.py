"""Which of the records that answer come first: of that very name, of that beginning, one's own, opened before."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from crm_app.accounts.models import User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web import tokens, word_index
from crm_app.web.text import sort_key
from crm_app.web.tokens import Query

# Of all that answer, those are put in order that are likely to come first, and the newest of the rest.
_WEIGHED = 30
_NAMED = 1_000


class Scope(NamedTuple):
    """Whose records are looked through: of these people (of all, where there are none named), and of nobody."""

    owners: Sequence[int] | None
    is_shared: bool

    def narrowed(self, asked: Query) -> Query:
        if self.owners is None:
            return asked.out_of_bin()
        return asked.owned_by([None, *self.owners] if self.is_shared else self.owners)


def first(
    rows: Select[Any], model: Any, user: User, text: str, scope: Scope, known: Sequence[int], most: int
) -> Sequence[Any]:
    """Of the rows those that answer, the best first, at most so many."""
    words, key = tokens.query(text), sort_key(text)
    asked = scope.narrowed(words)
    for_sqlite = db.engine.dialect.name == "sqlite"
    given: dict[str, Any] = {"key": key, "end": f"{key}\U0010ffff", "known": list(known), "most": most}
    ids = word_index.newest(model, asked, _WEIGHED)
    if len(ids) == _WEIGHED:
        named = _named(model, scope.owners is None, scope.is_shared, for_sqlite)
        owners = {"owners": list(scope.owners or []), "weighed": _WEIGHED}
        ids += db.session.connection().scalars(named, given | owners)
        ids += word_index.newest(model, words.owned_by([user.id]), _WEIGHED) if scope.owners != [user.id] else []
        ids += word_index.among(model, asked, known) if known else []
    if not ids:
        return []
    found = rows.where(model.id.in_(_given("ids", for_sqlite))).order_by(*_order(model, for_sqlite))
    return db.session.execute(found.limit(bindparam("most")), given | {"ids": ids, "user": user.id}).all()


@cache
def _named(model: Any, of_all: bool, is_shared: bool, for_sqlite: bool) -> Select[Any]:
    """Those whose name begins as the text does, in its order; looked through only so far, whosever they are.

    Made once: to make it costs more than to run it.
    """
    of_name = select(model.id, model.owner_id, model.deleted_at).where(_begins(model))
    begins = of_name.order_by(model.sort_key).limit(_NAMED).subquery()
    named = select(begins.c.id).where(begins.c.deleted_at.is_(None)).limit(bindparam("weighed"))
    if of_all:
        return named
    owned = begins.c.owner_id.in_(_given("owners", for_sqlite))
    return named.where(or_(owned, begins.c.owner_id.is_(None)) if is_shared else owned)


def _begins(model: Any) -> ColumnElement[bool]:
    return model.sort_key.between(bindparam("key"), bindparam("end"))


def _given(name: str, for_sqlite: bool) -> Select[Any]:
    """Numbers that are given as one value."""
    if for_sqlite:
        return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)
    return select(func.unnest(bindparam(name, type_=ARRAY(Integer))))


@cache
def _order(model: Any, for_sqlite: bool) -> Sequence[Any]:
    order = [case((model.sort_key == bindparam("key"), 0), (_begins(model), 1), else_=2)]
    if model is Deal:
        # What is still open is looked for more often than what is over.
        order.append(case((Deal.status == "open", 0), else_=1))
    if model is not Product:
        order.append(case((model.owner_id == bindparam("user"), 0), else_=1))
    order.append(case((model.id.in_(_given("known", for_sqlite)), 0), else_=1))
    return (*order, model.sort_key, model.id)
