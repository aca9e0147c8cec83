"""What can be listed: the records, their fields and their words, made known by their domains."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from flask import Flask, current_app, url_for
from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.lists.fields import Field
from crm_app.web.ordering import Order

Narrowing = Callable[[Select[Any]], Select[Any]]


@dataclass(frozen=True)
class Editing:
    """`form` is made of a record and a fact: it has `fields`, `version`, `is_sent`; `change` writes what it holds.

    `facts` are those of a record that can be changed as it stands.
    """

    form: Callable[[Any, str], Any]
    change: Callable[[Any, Any], None]
    facts: Callable[[Any], Sequence[str]]


class Action(Protocol):
    """What can be done to many records at once, as a list offers it; how it is done is known above."""

    key: str
    label: Any
    verb: Any
    icon: str
    is_danger: bool


@dataclass(frozen=True)
class Listable:
    """The list of one kind of record, as one user may see it.

    `place` names it in addresses and in what is saved; `endpoint` is its page. `rows` selects all that the user may
    see, with what the columns show; `fields` are what is known of them, the name first. `matching` narrows rows to
    those that hold words. `counted` says how many there are, from the number and how it is written. `aliases` are
    filters that links name by one word of the address: the word, and the field and operator that it stands for.
    `record` is what a row is about, where a row is more than its record. `narrow` does all that the address asks, where
    a list asks in its own way. `editing` is how a fact is changed in its cell, None where none can be. `actions` are
    what can be done to many records at once; `is_sensitive` if that asks once more who one is. `draws` are what a
    row shows of other records, as columns beside those of `model`: where they are named, a row is read as plain values,
    and its record only if it must be drawn anew.
    """

    place: str
    endpoint: str
    title: str
    model: Any
    rows: Select[Any]
    fields: Sequence[Field]
    counted: Callable[[int, str], str]
    matching: Callable[[Select[Any], str], Select[Any]]
    default_sort: str = "name"
    aliases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    record: Callable[[Any], Any] = lambda row: row
    more_sorts: Mapping[str, Order] = field(default_factory=dict)
    narrow: Narrowing | None = None
    editing: Editing | None = None
    actions: Sequence[Any] = ()
    is_sensitive: bool = False
    draws: tuple[Any, ...] = ()

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @cached_property
    def sorts(self) -> dict[str, Order]:
        return {one.key: one.order for one in self.fields if one.order is not None} | dict(self.more_sorts)

    @property
    def columns(self) -> list[Field]:
        """All that can be a column; the first always is."""
        return [one for one in self.fields if one.is_shown]

    def action(self, key: str) -> Any:
        return next((one for one in self.actions if one.key == key), None)


# The list as this user may see it, or None where it is not theirs to see.
Provider = Callable[[User], Listable | None]


def provide(app: Flask, **providers: Provider) -> None:
    """Make lists known, each by its place."""
    app.extensions.setdefault("lists", {}).update(providers)


def of_place(place: str, user: User) -> Listable | None:
    provider: Provider | None = current_app.extensions.get("lists", {}).get(place)
    return provider(user) if provider else None
