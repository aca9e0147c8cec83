"""Records of every domain that hold the words asked for, a few of each kind, and records that were opened before."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope, owners_seen_by
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.pipeline import queries as pipeline
from crm_app.pipeline.models import Deal, Stage
from crm_app.search import ranking
from crm_app.search.opened import Key
from crm_app.search.ranking import Likely, Scope
from crm_app.web import tokens
from crm_app.web.formats import money
from crm_app.web.money import Money
from crm_app.web.texts import lazy_gettext as _l

SHOWN = 8
LONGEST = 200


class Hit(NamedTuple):
    """One record: its name, what tells it from others of that name, and its page; `key` tells it from all others."""

    key: str
    name: str
    icon: str
    notes: Sequence[str]
    url: str


class Kind(NamedTuple):
    """The first records of one kind, the best named ones first, and where all of them are listed."""

    table: str
    title: str
    hits: list[Hit]
    has_more: bool
    all_url: str


class _Source(NamedTuple):
    """Where the records of one kind come from; `is_shared` if those that nobody owns are everyone's.

    Read are `columns`, `id` and `name` among them; `notes` are made of one such row, and its
    page is at the endpoint that `shown_at` names, its number under the name behind it.
    """

    table: str
    title: Any
    icon: str
    model: Any
    seen_by: Callable[[User], Select[Any]]
    columns: Sequence[Any]
    is_shared: bool
    listed_at: str
    notes: Callable[[Any], Sequence[str]]
    shown_at: tuple[str, str]


def found(user: User, text: str, *, most: int = SHOWN, opened: Sequence[Key] = ()) -> list[Kind]:
    """The kinds in which something was found, of what `user` may see. No text finds nothing.

    `opened` are records that the user knows, which stand before others as well named.
    """
    if not tokens.query(text):
        return []
    owners, sources = owners_seen_by(user), _sources(user)
    scopes = {source.model: _scope(source, user, owners) for source in sources}
    likely = ranking.likely(user, text, scopes)
    kinds = (_kind(one, user, text, likely[one.model], scopes[one.model], most, opened) for one in sources)
    return [kind for kind in kinds if kind.hits]


def known(user: User, keys: Sequence[Key]) -> list[Hit]:
    """Those of the records that `user` may see, in the order of their keys."""
    hits = {}
    for source in _sources(user):
        numbers = [key.number for key in keys if key.table == source.table]
        if numbers:
            rows = db.session.execute(_seen(source, user).where(source.model.id.in_(numbers))).all()
            hits |= {Key(source.table, row.id): hit for row, hit in zip(rows, _hits(source, rows), strict=True)}
    return [hits[key] for key in keys if key in hits]


def _sources(user: User) -> Sequence[_Source]:
    return [source for source in _SOURCES if source.model is not Deal or user.sells]


def _scope(source: _Source, user: User, owners: list[int] | None) -> Scope:
    """What the user may see, so that what others own is not even weighed; `seen_by` is what answers for it."""
    if owners is None or source.model is Product or (source.is_shared and user.role == "agent"):
        return Scope(None, True)
    return Scope(owners, source.is_shared)


def _kind(
    source: _Source, user: User, text: str, likely: Likely, scope: Scope, most: int, opened: Sequence[Key]
) -> Kind:
    known = [key.number for key in opened if key.table == source.table]
    rows = ranking.first(_seen(source, user), source.model, user, text, likely, scope, known, most + 1)
    hits = _hits(source, rows)
    return Kind(source.table, str(source.title), hits[:most], len(hits) > most, url_for(source.listed_at, q=text))


def _seen(source: _Source, user: User) -> Select[Any]:
    """What is shown of the records that the user may see. Whole records take several times as long."""
    return _of_columns(source.seen_by(user), tuple(source.columns))


@lru_cache
def _of_columns(rows: Select[Any], columns: tuple[Any, ...]) -> Select[Any]:
    return rows.with_only_columns(*columns)


def _hits(source: _Source, rows: Sequence[Any]) -> list[Hit]:
    endpoint, number = source.shown_at
    # Addresses of records end with their numbers.
    page = url_for(endpoint, **{number: 0}).removesuffix("0") if rows else ""
    return [
        Hit(f"{source.table}-{row.id}", row.name, source.icon, list(filter(None, source.notes(row))), f"{page}{row.id}")
        for row in rows
    ]


@once_for_each_scope
def _deals_seen_by(user: User) -> Select[tuple[Deal]]:
    return pipeline.visible_to(user).outerjoin(Deal.company).join(Deal.stage)


def _about_deal(deal: Any) -> Sequence[str]:
    value = "" if deal.value_amount is None else money(Money(deal.value_amount, deal.currency))
    return deal.company or "", deal.stage, value


_SOURCES = (
    _Source(
        "deals", _l("Deals"), "square-kanban", Deal, _deals_seen_by,
        (Deal.id, Deal.title.label("name"), Company.name.label("company"), Stage.name.label("stage"),
         Deal.value_amount, Deal.currency),
        False, "pipeline.deals", _about_deal, ("pipeline.show", "deal_id"),
    ),
    _Source(
        "companies", _l("Companies"), "building-2", Company, contacts.companies_visible_to,
        (Company.id, Company.name, Company.industry, Company.phone), True, "contacts.companies",
        lambda company: (company.industry, company.phone),
        ("contacts.company", "company_id"),
    ),
    _Source(
        "people", _l("People"), "user", Person, contacts.people_visible_to,
        (Person.id, Person.name, Person.job_title, Person.email, Person.phone), True, "contacts.people",
        lambda person: (person.job_title, person.email, person.phone),
        ("contacts.person", "person_id"),
    ),
    _Source(
        "products", _l("Products"), "package", Product, catalog.visible_to,
        (Product.id, Product.name, Product.code, Product.family), True, "catalog.index",
        lambda product: (product.code, product.family), ("catalog.show", "product_id"),
    ),
)  # fmt: skip
