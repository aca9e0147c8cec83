"""The filters of the lists: what the query string asks for, what there is to choose, what is in force."""

from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import Select, false

from crm_app.accounts.models import User
from crm_app.accounts.queries import active, by_name, visible_to
from crm_app.contacts import queries
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.web.pickers import found_by_id
from crm_app.web.text import clean

_LONGEST = 200


@dataclass(frozen=True)
class Choice:
    """A filter and what can be chosen: pairs of the query string's value and the words for it."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str

    @property
    def chosen(self) -> str | None:
        return dict(self.options).get(self.value)


@dataclass(frozen=True)
class Filters:
    """`choices` have a list to choose from, `names` a text: a company by name; `company` is one chosen by a link."""

    user: User
    text: str
    choices: list[Choice]
    names: str = ""
    company: Company | None = None
    parent: Company | None = None
    is_nothing: bool = field(default=False)

    def narrowed(self, rows: Select[Any]) -> Select[Any]:
        rows = queries.matching(rows, self.text)
        rows = queries.tagged(rows, self._number("tag"))
        rows = queries.of_owner(rows, self._number("owner"))
        if self._value("industry"):
            rows = queries.in_industry(rows, self._value("industry"))
        if self.names:
            rows = queries.at_companies_matching(rows, self.names, self.user)
        if self.company:
            rows = queries.at_company(rows, self.company.id)
        if self.parent:
            rows = queries.under(rows, self.parent.id)
        return rows.where(false()) if self.is_nothing else rows

    @property
    def are_set(self) -> bool:
        return bool(
            self.text or self.names or self.company or self.parent or any(choice.chosen for choice in self.choices)
        )

    def _value(self, name: str) -> str:
        return next((choice.value for choice in self.choices if choice.name == name and choice.chosen), "")

    def _number(self, name: str) -> int | None:
        value = self._value(name)
        return int(value) if value else None


def filters_of_companies(user: User) -> Filters:
    industries = [(name, name) for name in db.session.scalars(queries.industries_seen_by(user))]
    parent, is_unknown = _linked("parent", user)
    return Filters(
        user,
        _asked("q"),
        [
            _owners(user),
            Choice("industry", _("Industry"), industries, _asked("industry")),
            _tags(queries.tags_of_companies(user)),
        ],
        parent=parent,
        is_nothing=is_unknown,
    )


def filters_of_people(user: User) -> Filters:
    company, is_unknown = _linked("company", user)
    return Filters(
        user,
        _asked("q"),
        [_owners(user), _tags(queries.tags_of_people(user))],
        names=_asked("at"),
        company=company,
        is_nothing=is_unknown,
    )


def _owners(user: User) -> Choice:
    users = db.session.scalars(by_name(active(visible_to(user))))
    options = [(str(one.id), one.name) for one in users if one.sells]
    return Choice("owner", _("Owner"), [("0", _("Nobody")), *options], _asked("owner"))


def _tags(tags: Select[Any]) -> Choice:
    return Choice("tag", _("Tag"), [(str(tag.id), tag.name) for tag in db.session.scalars(tags)], _asked("tag"))


def _linked(name: str, user: User) -> tuple[Company | None, bool]:
    """The company that a link names by its id; one that cannot be seen leaves nothing to show."""
    company_id = number_asked(name)
    if company_id is None:
        return None, False
    found = found_by_id(queries.companies_visible_to(user), company_id)
    return found, found is None


def number_asked(name: str) -> int | None:
    """A number of the query string, of a size that a database can hold."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _asked(name: str) -> str:
    return clean(request.args.get(name, ""))[:_LONGEST]
