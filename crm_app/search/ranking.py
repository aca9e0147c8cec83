"""Which of the records that answer come first: of that very name, of that beginning, one's own, opened before."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, select

from crm_app.accounts.models import User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web import word_index
from crm_app.web.text import sort_key
from crm_app.web.tokens import Query

# Where more answer than this, those are put in order that are likely to come first, and the newest of the rest.
_WEIGHED = 100
_SAME = 50


def first(model: Any, user: User, text: str, asked: Query, most: int, known: Sequence[int]) -> list[int]:
    """The ids of at most so many that answer, the best first. `asked` is narrowed to what the user sees already."""
    ids = word_index.newest(model, asked, _WEIGHED)
    key = sort_key(text)
    if len(ids) == _WEIGHED:
        ids += word_index.newest(model, asked.at_start(), _WEIGHED)
        ids += word_index.newest(model, asked.owned_by([user.id]), _WEIGHED)
        ids += db.session.connection().scalars(_same(model), {"key": key})
        ids += word_index.among(model, asked, known) if known else []
    if not ids:
        return []
    given = {"ids": sorted(set(ids)), "known": known, "user": user.id, "most": most}
    return list(db.session.connection().scalars(_ranked(model), given | {"key": key, "end": f"{key}\U0010ffff"}))


@cache
def _same(model: Any) -> Select[Any]:
    """These and the next are made once: to make them costs more than to run them."""
    return select(model.id).where(model.sort_key == bindparam("key")).order_by(model.id.desc()).limit(_SAME)


@cache
def _ranked(model: Any) -> Select[Any]:
    ids = bindparam("ids", expanding=True)
    return select(model.id).where(model.id.in_(ids)).order_by(*_order(model)).limit(bindparam("most"))


def _order(model: Any) -> Iterator[Any]:
    begins = model.sort_key.between(bindparam("key"), bindparam("end"))
    yield case((model.sort_key == bindparam("key"), 0), (begins, 1), else_=2)
    if model is Deal:
        # What is still open is looked for more often than what is over.
        yield case((Deal.status == "open", 0), else_=1)
    if model is not Product:
        yield case((model.owner_id == bindparam("user"), 0), else_=1)
    yield case((model.id.in_(bindparam("known", expanding=True)), 0), else_=1)
    yield from (model.sort_key, model.id)
