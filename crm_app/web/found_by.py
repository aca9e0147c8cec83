"""What a model is found by: a model with a `found_by` has an index of words, which holds the tokens of its records."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import aliased

from crm_app.extensions import Base
from crm_app.web import tokens


@dataclass(frozen=True)
class FoundBy:
    """Names of attributes: the name itself, other words, addresses, numbers; `of` are relations, by whose name too.

    The model has an `id`, an `owner_id` and a `deleted_at`, and so have those it is related to.
    """

    name: str
    words: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    of: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        return (self.name, *self.words, *self.emails, *self.sites, *self.phones)


def models() -> list[Any]:
    """All models that are found by words, in the order of their tables."""
    return _models(len(Base.registry.mappers))


@cache
def _models(_known: int) -> list[Any]:
    mapped = [mapper.class_ for mapper in Base.registry.mappers]
    return sorted((one for one in mapped if hasattr(one, "found_by")), key=lambda one: one.__tablename__)


@cache
def watched(model: Any) -> tuple[str, ...]:
    """The attributes by whose change the tokens of a record change."""
    related = [name for relation in model.found_by.of for name in (relation, key_of(model, relation).key)]
    return (*model.found_by.own, "owner_id", "owner", "deleted_at", *related)


@cache
def followers(model: Any) -> list[tuple[Any, Any]]:
    """Models that are found by the name of this one's records, each with the column that points at them."""
    return [
        (other, key_of(other, relation))
        for other in models()
        for relation in other.found_by.of
        if target_of(other, relation) is model
    ]


def target_of(model: Any, relation: str) -> Any:
    return inspect(model).relationships[relation].mapper.class_


def key_of(model: Any, relation: str) -> Any:
    """The column that holds the id of the related record."""
    (column,) = inspect(model).relationships[relation].local_columns
    return getattr(model, inspect(model).get_property_by_column(column).key)


@cache
def rows(model: Any) -> Select[Any]:
    """All that the tokens of records are made of, by `tokens_of`. Asked at every change, so made once."""
    found_by = model.found_by
    found = select(model.id, model.owner_id, model.deleted_at, *(getattr(model, name) for name in found_by.own))
    for relation in found_by.of:
        target = target_of(model, relation)
        related = aliased(target)
        found = found.add_columns(getattr(related, target.found_by.name).label(relation))
        found = found.outerjoin(related, key_of(model, relation) == related.id)
    return found


def tokens_of(model: Any, row: Any) -> list[str]:
    """The tokens of one of the `rows`, each once; or of a record that is found by nothing but its own."""
    found = dict.fromkeys(_tokens_of(model.found_by, row))
    found.pop("", None)
    return [*found, tokens.standing(row.owner_id, is_binned=row.deleted_at is not None)]


def _tokens_of(found_by: FoundBy, row: Any) -> Iterator[str]:
    for name in (found_by.name, *found_by.words, *found_by.of):
        yield from tokens.words(getattr(row, name) or "")
    for names, tokens_in in (
        (found_by.emails, tokens.email_tokens),
        (found_by.sites, tokens.site_tokens),
        (found_by.phones, tokens.phone_tokens),
    ):
        for name in names:
            yield from tokens_in(getattr(row, name) or "")
