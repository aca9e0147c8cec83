"""Companies and people as lists: their columns, what they can be filtered by, and how they are sorted."""

from functools import lru_cache, partial
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import BigInteger, Select, and_, func, literal, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.contacts import bulk, queries
from crm_app.contacts.countries import by_country, countries_by_name
from crm_app.contacts.facts import country_name
from crm_app.contacts.forms import COMPANY_FACTS, PERSON_FACTS, CompanyFactForm, PersonFactForm, change_fact
from crm_app.contacts.models import Company, Person, Tag, company_tags, person_tags
from crm_app.contacts.owning import owner_id, owners
from crm_app.extensions import db
from crm_app.lists.fields import Field, Link, Pairs
from crm_app.lists.listables import Editing, Listable
from crm_app.lists.names import asking_names, asking_phones, ids
from crm_app.web.ordering import or_else, written_out
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext, pgettext
from crm_app.web.word_index import is_sqlite

_NO_NUMBER = literal(-1, BigInteger)
# The parent of a company, the company of a person. One out of sight is not named, nor sorted by.
_ABOVE = aliased(Company)
_BETWEEN = written_out("\x1f")  # Control characters stand in no name.


def companies(user: User) -> Listable:
    return Listable(
        "companies",
        "contacts.companies",
        _("Companies"),
        Company,
        _rows_of_companies(user),
        _fields_of_companies(user),
        lambda number, written: ngettext("%(count)s company", "%(count)s companies", number, count=written),
        queries.matching,
        aliases={
            "owner": ("owner", "is"),
            "industry": ("industry", "is"),
            "tag": ("tags", "is"),
            "parent": ("parent", "is"),
        },
        record=lambda row: row[0],
        editing=Editing(CompanyFactForm, change_fact, lambda _company: COMPANY_FACTS),
        actions=bulk.of_companies(),
        draws=_drawn(Company, company_tags.c.company_id, company_tags.c.tag_id),
    )


def people(user: User) -> Listable:
    return Listable(
        "people",
        "contacts.people",
        _("People"),
        Person,
        _rows_of_people(user),
        _fields_of_people(user),
        lambda number, written: ngettext("%(count)s person", "%(count)s people", number, count=written),
        queries.matching,
        aliases={
            "owner": ("owner", "is"),
            "tag": ("tags", "is"),
            "company": ("company", "is"),
            "at": ("company", "has"),
        },
        record=lambda row: row[0],
        editing=Editing(PersonFactForm, change_fact, lambda _person: PERSON_FACTS),
        actions=bulk.of_people(),
        draws=_drawn(Person, person_tags.c.person_id, person_tags.c.tag_id),
    )


@once_for_each_scope
def _rows_of_companies(user: User) -> Select[Any]:
    return _rows(queries.companies_visible_to(user), Company, Company.parent_id, user)


@once_for_each_scope
def _rows_of_people(user: User) -> Select[Any]:
    return _rows(queries.people_visible_to(user), Person, Person.company_id, user)


def _rows(records: Select[Any], model: Any, above_id: Any, user: User) -> Select[Any]:
    """Each record, and the id and name of the company above it."""
    is_above = and_(_ABOVE.id == above_id, queries.is_seen_by(user, _ABOVE))
    rows = records.outerjoin(model.owner).outerjoin_from(model, _ABOVE, is_above)
    return rows.add_columns(_ABOVE.id, _ABOVE.name).options(
        contains_eager(model.owner).load_only(User.name), selectinload(model.tags)
    )


@lru_cache
def _drawn(model: Any, record_id: Any, tag_id: Any) -> tuple[Any, ...]:
    """The names of whom and what a row shows besides its record."""
    names = select(func.aggregate_strings(Tag.name, _BETWEEN)).where(record_id == model.id, tag_id == Tag.id)
    return User.name, _ABOVE.id, _ABOVE.name, names.correlate(model).scalar_subquery()


def _fields_of_companies(user: User) -> list[Field]:
    return [
        Field(
            "name", _("Name"), "text", lambda row: _link_to_company(row[0]), Company.name, order=Company.sort_key,
            asking=asking_names(Company), cell="named", width=14,
        ),
        Field(
            "industry", _("Industry"), "choice", lambda row: row[0].industry, Company.industry,
            order=Company.industry, options=_industries, cell="text", width=8, place="under",
        ),
        Field(
            "country", _("Country"), "choice", lambda row: row[0].country and country_name(row[0].country),
            Company.country, order=by_country(reader.language, is_sqlite()), options=countries_by_name, cell="text",
            width=7,
        ),
        Field(
            "size", _("Employees"), "number", lambda row: row[0].size, Company.size,
            order=or_else(Company.size, _NO_NUMBER), width=5.5,
        ),
        Field(
            "tags", _("Tags"), "tags", lambda row: row[0].tags, Company.id,
            link=(company_tags.c.company_id, company_tags.c.tag_id),
            options=partial(_tags, queries.tags_of_companies, user), width=8, place="under",
        ),
        _owner(Company, queries.companies_visible_to),
        Field(
            "created", _("Created"), "instant", lambda row: row[0].created_at, Company.created_at,
            order=Company.created_at, width=7,
        ),
        *_more_fields_of_companies(user),
    ]  # fmt: skip


def _more_fields_of_companies(user: User) -> list[Field]:
    """What is not among the standard columns."""
    return [
        Field(
            "parent", _("Parent company"), "record", _link_above, Company.parent_id,
            records=queries.companies_visible_to,
            order=or_else(_ABOVE.sort_key, ""), suggestions="contacts.company_suggestions",
            asking=asking_companies(Company.parent_id, user), is_standard=False, width=10,
        ),
        Field(
            "revenue", _("Annual revenue"), "money", lambda row: row[0].revenue, Company.revenue_amount,
            currency=Company.revenue_currency, is_standard=False,
        ),
        Field(
            "founded", _("Founded"), "year", lambda row: row[0].founded, Company.founded,
            order=or_else(Company.founded, _NO_NUMBER), is_standard=False, width=6,
        ),
        Field(
            "website", _("Website"), "text", lambda row: row[0].website, Company.website, cell="website",
            is_standard=False, width=12,
        ),
        Field(
            "phone", _("Phone"), "text", lambda row: row[0].phone, Company.phone, asking=asking_phones(Company),
            cell="phone", is_standard=False, width=9,
        ),
    ]  # fmt: skip


def _fields_of_people(user: User) -> list[Field]:
    return [
        Field(
            "name", pgettext("person", "Name"), "text", _link_to_person, Person.name, order=Person.sort_key,
            asking=asking_names(Person), cell="named", width=11,
        ),
        Field(
            "company", _("Company"), "record", _link_above, Person.company_id,
            order=or_else(_ABOVE.sort_key, ""), records=queries.companies_visible_to,
            suggestions="contacts.company_suggestions", asking=asking_companies(Person.company_id, user), width=10,
            place="under",
        ),
        Field(
            "job_title", _("Job title"), "text", lambda row: row[0].job_title, Person.job_title,
            order=Person.job_title, width=9,
        ),
        Field(
            "email", _("Email"), "text", lambda row: row[0].email, Person.email, order=Person.email_key, cell="email",
            width=11,
        ),
        Field(
            "tags", _("Tags"), "tags", lambda row: row[0].tags, Person.id,
            link=(person_tags.c.person_id, person_tags.c.tag_id),
            options=partial(_tags, queries.tags_of_people, user), width=7, place="under",
        ),
        _owner(Person, queries.people_visible_to),
        Field(
            "phone", _("Phone"), "text", lambda row: row[0].phone, Person.phone, asking=asking_phones(Person),
            cell="phone", is_standard=False,
        ),
        Field(
            "created", _("Created"), "instant", lambda row: row[0].created_at, Person.created_at,
            order=Person.created_at, is_standard=False, width=7.5,
        ),
    ]  # fmt: skip


def _owner(model: Any, seen: Any) -> Field:
    return Field(
        "owner", _("Owner"), "choice", lambda row: row[0].owner, model.owner_id,
        order=or_else(User.sort_key, ""), options=partial(owners, seen), coerce=owner_id, cell="owner", width=8.5,
    )  # fmt: skip


def _industries() -> Pairs:
    return [(name, name) for name in db.session.scalars(queries.industries_seen_by(current_user))]


def _tags(tags_of: Any, user: User) -> Pairs:
    return [(str(tag.id), tag.name) for tag in db.session.scalars(tags_of(user))]


def asking_companies(column: Any, user: User) -> dict[str, Any]:
    """Companies are asked for through what the user sees: of a hidden one nothing is found."""
    seen = queries.companies_visible_to(user)
    return {
        "is": lambda values: column.in_(ids(seen.where(Company.id.in_(values)))),
        "has": lambda values: column.in_(ids(queries.matching(seen, values[0]))),
    }


def _link_to_company(company: Company) -> Link:
    return Link(company.name, url_for("contacts.company", company_id=company.id))


def _link_above(row: Any) -> Link | None:
    _record, company_id, name = row[:3]
    return Link(name, url_for("contacts.company", company_id=company_id)) if company_id else None


def _link_to_person(row: Any) -> Link:
    return Link(row[0].name, url_for("contacts.person", person_id=row[0].id))
