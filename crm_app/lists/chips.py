"""The filters in force as a page says them: field, operator and value, the way to change one and to take it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_login import current_user

from crm_app.extensions import db
from crm_app.lists import conditions, days
from crm_app.lists.conditions import GROUPS, Condition, Conditions
from crm_app.lists.fields import Field
from crm_app.lists.kinds import OPERATORS
from crm_app.saved_views.menus import here_of
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext
from crm_app.web.years import year

_SHOWN = 2


@dataclass(frozen=True)
class Chip:
    """`change_url` is empty where the filter stands for a link of another page."""

    label: str
    operator: str
    value: str
    remove_url: str
    change_url: str = ""


def of(found: Conditions, place: str, path: str) -> list[list[Chip]]:
    """In groups: first what always holds with the first group, then each alternative."""
    groups = [[_chip(one, place, path) for one in group] for group in found.groups]
    always = [_chip(one, place, path) for one in found.always]
    return [always + (groups[0] if groups else []), *groups[1:]] if always or groups else []


def said(group: Sequence[Condition]) -> str:
    """A group of conditions in a row of words."""
    chips = [_chip(condition, "", "") for condition in group]
    return formats.listed(" ".join(word for word in (c.label, c.operator, c.value) if word) for c in chips)


def asked_fields(fields: Sequence[Field], place: str, path: str) -> list[tuple[Field, str]]:
    """The fields that a filter can go by, with the addresses of their forms."""
    return [(field, ask_url(place, path, field=field.key)) for field in fields if field.is_asked]


def ask_url(place: str, path: str, **more: str) -> str:
    """Where a filter of this list is filled in; it leads back to `path` with what the address asks already."""
    return url_for("lists.condition", place=place, at=path, query=here_of(request.query_string.decode()), **more)


def _chip(condition: Condition, place: str, path: str) -> Chip:
    remove = conditions.without(path, condition)
    field = condition.field
    if field is None:
        return Chip(_("Unreadable filter"), "", "", remove)
    change = ""
    if place and condition.name in GROUPS:
        change = ask_url(place, path, field=field.key, group=condition.name, replaces=condition.text)
    return Chip(str(field.label), str(OPERATORS[condition.operator]), _words(condition), remove, change)


def _words(condition: Condition) -> str:
    field, values, meant = condition.field, condition.values, condition.meant
    assert field is not None
    if not values:
        return ""
    if field.options is not None:
        return _some([str(words) for value, words in field.options() if value in values] or [_("not known to you")])
    if field.kind == "record" and condition.operator == "is":
        return _name(field.records, meant[0])
    if condition.operator == "within":
        return days.said(values[0])
    writers: dict[str, Any] = {
        "number": formats.num, "year": year, "money": formats.money, "day": formats.day, "instant": formats.day,
    }  # fmt: skip
    return writers.get(field.kind, str)(meant[0])


def _some(words: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(words) - _SHOWN
    if more <= 0:
        return _("%(first)s or %(second)s", first=words[0], second=words[1]) if len(words) == 2 else words[0]
    said = ngettext("%(count)s more", "%(count)s more", more, count=formats.num(more))
    return formats.listed([*words[:_SHOWN], said])


def _name(records: Any, record_id: int) -> str:
    rows = records(current_user)
    found = db.session.scalar(rows.where(rows.column_descriptions[0]["entity"].id == record_id))
    return found.name if found else _("not known to you")
