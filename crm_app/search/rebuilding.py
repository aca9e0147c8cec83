"""Filling the indexes of words anew: after their rules changed, and whenever one wants to be sure of them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from crm_app.extensions import db
from crm_app.search.models import WordIndex
from crm_app.web import found_by, tokens, word_index

_BATCH = 1_000


def behind() -> list[Any]:
    """The models whose index was not filled by the rules of this version, or not to its end."""
    filled = dict(db.session.execute(select(WordIndex.name, WordIndex.scheme)).all())
    return [model for model in found_by.models() if filled.get(model.__tablename__) != tokens.SCHEME]


def steps(model: Any) -> Iterator[int]:
    """Write the whole index of a model in steps, each to be committed; each tells how many records are written.

    Others read and write meanwhile. Left off at any step, it may begin again: until its end the index counts as behind.
    """
    _note(model, None)
    written = last = 0
    yield written
    ids = select(model.id).order_by(model.id).limit(_BATCH)
    while batch := list(db.session.scalars(ids.where(model.id > last))):
        word_index.renew_between(db.session.connection(), model, last, batch)
        last, written = batch[-1], written + len(batch)
        yield written
    word_index.renew_between(db.session.connection(), model, last, [])
    yield written
    for _step in word_index.tidying(db.session.connection, model):
        yield written
    _note(model, tokens.SCHEME)
    yield written


def _note(model: Any, scheme: int | None) -> None:
    """By which rules the index is filled; None while it is not."""
    index = db.session.get(WordIndex, model.__tablename__)
    if index is not None:
        db.session.delete(index)
        db.session.flush()
    if scheme is not None:
        db.session.add(WordIndex(name=model.__tablename__, scheme=scheme))
