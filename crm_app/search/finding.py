"""Records of every domain that hold the words asked for, a few of each kind, and records that were opened before."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.accounts.queries import owners_seen_by
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.pipeline import queries as pipeline
from crm_app.pipeline.models import Deal
from crm_app.search import ranking
from crm_app.search.opened import Key
from crm_app.web import tokens
from crm_app.web.formats import money
from crm_app.web.tokens import Query

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

    `notes` and `url` are of one record.
    """

    table: str
    title: Any
    icon: str
    model: Any
    seen_by: Callable[[User], Select[Any]]
    is_shared: bool
    listed_at: str
    notes: Callable[[Any], Sequence[str]]
    url: Callable[[int], str]


def found(user: User, text: str, *, most: int = SHOWN, opened: Sequence[Key] = ()) -> list[Kind]:
    """The kinds in which something was found, of what `user` may see. No text finds nothing.

    `opened` are records that the user knows, which stand before others as well named.
    """
    asked = tokens.query(text)
    if not asked:
        return []
    owners = owners_seen_by(user)
    kinds = (
        _kind(source, user, text, _narrowed(asked, source, user, owners), most, opened) for source in _sources(user)
    )
    return [kind for kind in kinds if kind.hits]


def known(user: User, keys: Sequence[Key]) -> list[Hit]:
    """Those of the records that `user` may see, in the order of their keys."""
    hits = {}
    for source in _sources(user):
        numbers = [key.number for key in keys if key.table == source.table]
        if numbers:
            rows = source.seen_by(user).where(source.model.id.in_(numbers))
            hits |= {(source.table, row.id): _hit(source, row) for row in db.session.scalars(rows)}
    return [hits[key] for key in keys if key in hits]


def _sources(user: User) -> Sequence[_Source]:
    return [source for source in _SOURCES if source.model is not Deal or user.sells]


def _narrowed(asked: Query, source: _Source, user: User, owners: list[int] | None) -> Query:
    """To what the user may see, so that what others own is not even weighed; `seen_by` is what answers for it."""
    if owners is None or source.model is Product or (source.is_shared and user.role == "agent"):
        return asked.out_of_bin()
    return asked.owned_by([None, *owners] if source.is_shared else owners)


def _kind(source: _Source, user: User, text: str, asked: Query, most: int, opened: Sequence[Key]) -> Kind:
    known = [key.number for key in opened if key.table == source.table]
    ids = ranking.first(source.model, user, text, asked, most + 1, known)
    rows = source.seen_by(user).where(source.model.id.in_(ids)) if ids else None
    found = {row.id: row for row in db.session.scalars(rows)} if rows is not None else {}
    hits = [_hit(source, found[id_]) for id_ in ids if id_ in found]
    return Kind(source.table, str(source.title), hits[:most], len(hits) > most, url_for(source.listed_at, q=text))


def _hit(source: _Source, row: Any) -> Hit:
    name = row.title if source.model is Deal else row.name
    notes = [note for note in source.notes(row) if note]
    return Hit(f"{source.table}-{row.id}", name, source.icon, notes, source.url(row.id))


def _deals_seen_by(user: User) -> Select[tuple[Deal]]:
    return pipeline.visible_to(user).options(joinedload(Deal.company), joinedload(Deal.stage))


def _about_deal(deal: Deal) -> Sequence[str]:
    return deal.company.name if deal.company else "", deal.stage.name, money(deal.value) if deal.value else ""


_SOURCES = (
    _Source(
        "deals", _l("Deals"), "square-kanban", Deal, _deals_seen_by, False, "pipeline.deals",
        _about_deal, lambda number: url_for("pipeline.show", deal_id=number),
    ),
    _Source(
        "companies", _l("Companies"), "building-2", Company, contacts.companies_visible_to, True,
        "contacts.companies", lambda company: (company.industry, company.phone),
        lambda number: url_for("contacts.company", company_id=number),
    ),
    _Source(
        "people", _l("People"), "user", Person, contacts.people_visible_to, True, "contacts.people",
        lambda person: (person.job_title, person.email, person.phone),
        lambda number: url_for("contacts.person", person_id=number),
    ),
    _Source(
        "products", _l("Products"), "package", Product, catalog.visible_to, True, "catalog.index",
        lambda product: (product.code, product.family), lambda number: url_for("catalog.show", product_id=number),
    ),
)  # fmt: skip
