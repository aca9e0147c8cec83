"""Reads of companies, people and tags. Those of records start from what a user may see and narrow it."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true
from sqlalchemy.orm import joinedload, load_only

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope, owned_within
from crm_app.contacts.models import Company, Person, Tag, company_tags, person_tags
from crm_app.web import word_search
from crm_app.web.ordering import written_out

Rows = TypeVar("Rows", bound=Select[Any])
# Of what belongs to a company, beside it; the rest is a list away.
_SHOWN_BESIDE = 6


@once_for_each_scope
def companies_visible_to(user: User) -> Select[tuple[Company]]:
    """Companies out of the bin: one's own, those of the people one sees, and those nobody owns; all for agents."""
    return select(Company).where(is_seen_by(user, Company))


def is_seen_by(user: User, model: Any) -> ColumnElement[bool]:
    """The condition that a company, or a person, is one that the user sees; `model` may be an alias."""
    return and_(model.deleted_at.is_(None), _within_sight(model, user))


@once_for_each_scope
def people_visible_to(user: User) -> Select[tuple[Person]]:
    return select(Person).where(is_seen_by(user, Person))


def companies_in_bin_of(user: User) -> Select[tuple[Company]]:
    """Deleted companies that the user saw before."""
    return select(Company).where(Company.deleted_at.is_not(None), _within_sight(Company, user))


def people_in_bin_of(user: User) -> Select[tuple[Person]]:
    return select(Person).where(Person.deleted_at.is_not(None), _within_sight(Person, user))


def _within_sight(model: Any, user: User) -> ColumnElement[bool]:
    if user.role == "agent":
        return true()
    return or_(model.owner_id.is_(None), owned_within(model.owner_id, user))


@once_for_each_scope
def company_told_of(user: User) -> Select[tuple[Company]]:
    """The company `id`, with all that its page tells of itself; a row for each tag, so take `unique()` ones."""
    told = joinedload(Company.owner), joinedload(Company.tags)
    return companies_visible_to(user).where(Company.id == bindparam("id")).options(*told)


@once_for_each_scope
def person_told_of(user: User) -> Select[tuple[Person]]:
    """The same of the person `id`."""
    told = joinedload(Person.owner), joinedload(Person.tags)
    return people_visible_to(user).where(Person.id == bindparam("id")).options(*told)


@once_for_each_scope
def company_named_to(user: User) -> Select[tuple[Company]]:
    """The company `id`, of which its name and industry are shown beside another record."""
    return (
        companies_visible_to(user)
        .where(Company.id == bindparam("id"))
        .options(load_only(Company.name, Company.industry))
    )


@once_for_each_scope
def children_beside(user: User) -> Select[tuple[Company]]:
    """The companies under the company `id`, with what is said of them there: those shown, and one more if there is."""
    children = companies_visible_to(user).where(Company.parent_id == bindparam("id"))
    return by_name(children).limit(written_out(_SHOWN_BESIDE + 1)).options(load_only(Company.name, Company.industry))


@once_for_each_scope
def people_beside(user: User) -> Select[tuple[Person]]:
    """The people at the company `id`, likewise."""
    people = people_visible_to(user).where(Person.company_id == bindparam("id"))
    return by_name(people).limit(written_out(_SHOWN_BESIDE + 1)).options(load_only(Person.name, Person.job_title))


def matching(rows: Rows, text: str) -> Rows:
    """Every word of the text begins one of the name, web or e-mail address or phone number; no text finds all."""
    return word_search.narrowed(rows, _model(rows), text) if text else rows


def by_name(rows: Rows) -> Rows:
    model = _model(rows)
    return rows.order_by(model.sort_key, model.id)


def same_name(user: User, company: Company) -> Select[tuple[Company]]:
    """Other companies that the user sees and would take for this one."""
    same = Company.name_key == company.name_key if company.name_key else Company.name == company.name
    return companies_visible_to(user).where(same)


def same_email(user: User, email: str) -> Select[tuple[Person]]:
    return people_visible_to(user).where(Person.email_key == email.casefold(), Person.email_key != "")


def industries_seen_by(user: User) -> Select[str]:
    """The industries of all companies in sight, to choose from."""
    seen = companies_visible_to(user).with_only_columns(Company.industry).where(Company.industry != "")
    return seen.distinct().order_by(Company.industry).limit(200)


def tags_of_companies(user: User) -> Select[tuple[Tag]]:
    """The tags on companies in sight; one that only hidden records carry is hidden too."""
    tags = select(Tag).order_by(Tag.name).limit(200)
    seen = companies_visible_to(user).join(company_tags, company_tags.c.company_id == Company.id)
    return tags.where(seen.where(company_tags.c.tag_id == Tag.id).correlate(Tag).exists())


def tags_of_people(user: User) -> Select[tuple[Tag]]:
    tags = select(Tag).order_by(Tag.name).limit(200)
    seen = people_visible_to(user).join(person_tags, person_tags.c.person_id == Person.id)
    return tags.where(seen.where(person_tags.c.tag_id == Tag.id).correlate(Tag).exists())


def _model(rows: Select[Any]) -> Any:
    return rows.column_descriptions[0]["entity"]
