"""The filters of a list as its address has them: conditions in groups, all of one group or all of another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from flask import request
from sqlalchemy import ColumnElement, Select, and_, false, or_
from werkzeug.datastructures import MultiDict

from crm_app.lists.fields import Field
from crm_app.lists.kinds import KINDS, MOST_VALUES, UnreadableError, needs_value
from crm_app.web.tables import with_query

# One group each: `where` and, or else, `where2` and so on.
GROUPS = ("where", "where2", "where3", "where4", "where5")
MOST_IN_GROUP = 12


@dataclass(frozen=True)
class Condition:
    """`name` and `text` are how it stands in the address. One that cannot be read holds for nothing.

    `values` are as the address writes them, `meant` what is compared with.
    """

    name: str
    text: str
    field: Field | None = None
    operator: str = ""
    values: tuple[str, ...] = ()
    meant: tuple[Any, ...] = ()

    @property
    def holds(self) -> ColumnElement[bool]:
        if self.field is None:
            return false()
        if self.operator in self.field.asking:
            return self.field.asking[self.operator](self.meant)
        return KINDS[self.field.kind].holds(self.field, self.operator, self.meant)


@dataclass(frozen=True)
class Conditions:
    """`always` are those that hold beside whichever group: by the aliases of other pages' links."""

    fields: Mapping[str, Field]
    always: Sequence[Condition]
    groups: Sequence[Sequence[Condition]]

    def narrow(self, rows: Select[Any]) -> Select[Any]:
        if self.always:
            rows = rows.where(*(condition.holds for condition in self.always))
        if not self.groups:
            return rows
        return rows.where(or_(*(and_(*(condition.holds for condition in group)) for group in self.groups)))

    @cached_property
    def every(self) -> list[Condition]:
        return [*self.always, *(condition for group in self.groups for condition in group)]

    @property
    def free_group(self) -> str | None:
        """Where one more alternative may stand; None once all places are taken, or the first is free still."""
        taken = [group[0].name for group in self.groups]
        return next((name for name in GROUPS if name not in taken), None) if taken else None


def of_request(fields: Sequence[Field], aliases: Mapping[str, tuple[str, str]] | None = None) -> Conditions:
    return of_query(request.args, fields, aliases or {})


def of_query(query: MultiDict[str, str], fields: Sequence[Field], aliases: Mapping[str, tuple[str, str]]) -> Conditions:
    known = {field.key: field for field in fields if field.is_asked}
    always = [
        _alias(name, query[name], known[key], operator)
        for name, (key, operator) in aliases.items()
        if query.get(name) and key in known
    ]
    groups = [
        [read(name, text, known) for text in query.getlist(name)[:MOST_IN_GROUP] if text]
        for name in GROUPS
        if any(query.getlist(name))
    ]
    return Conditions(known, always, groups)


def read(name: str, text: str, fields: Mapping[str, Field]) -> Condition:
    """`size.least.50`, `owner.is.3|7`, `phone.empty` as a condition."""
    match = re.fullmatch(r"([a-z_]+)\.([a-z_]+)(?:\.(.*))?", text[:2000], re.DOTALL)
    field = fields.get(match[1]) if match else None
    if match is None or field is None:
        return Condition(name, text)
    values = tuple(unquote(value) for value in (match[3] or "").split("|") if value)
    try:
        return _of(name, text, field, match[2], values)
    except UnreadableError:
        return Condition(name, text)


def written(field: Field, operator: str, values: Sequence[str]) -> str:
    """A condition as an address writes it, before it is quoted for the address itself."""
    text = "|".join(quote(value, safe=" /:@,;()+'!$&=*?#[]") if _needs_quoting(value) else value for value in values)
    return f"{field.key}.{operator}.{text}" if needs_value(operator) else f"{field.key}.{operator}"


def without(path: str, condition: Condition) -> str:
    """The address of the same list once the condition is taken away."""
    arguments: dict[str, list[str]] = {
        name: [text for text in texts if not (name == condition.name and text == condition.text)]
        for name, texts in request.args.lists()
        if name not in ("after", "before")
    }
    return with_query(path, arguments)


def _of(name: str, text: str, field: Field, operator: str, values: tuple[str, ...]) -> Condition:
    """Raises UnreadableError."""
    kind = KINDS[field.kind]
    most = 0 if not needs_value(operator) else MOST_VALUES if operator in kind.many else 1
    if operator not in kind.operators or not min(most, 1) <= len(values) <= most:
        raise UnreadableError
    meant = tuple(kind.read(field, operator, value) for value in values)
    return Condition(name, text, field, operator, values, meant)


def _alias(name: str, text: str, field: Field, operator: str) -> Condition:
    try:
        # A 0 asks for those that nobody owns.
        return _of(name, text, field, "empty", ()) if text == "0" else _of(name, text, field, operator, (text,))
    except UnreadableError:
        return Condition(name, text)


def _needs_quoting(value: str) -> bool:
    return "|" in value or "%" in value
