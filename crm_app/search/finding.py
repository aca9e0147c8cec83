"""Records of every domain that hold the words asked for, a few of each kind."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, case
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.pipeline import queries as pipeline
from crm_app.pipeline.models import Deal
from crm_app.web.formats import money
from crm_app.web.text import fold, search_words

SHOWN = 8
LONGEST = 200


class Hit(NamedTuple):
    """One record: its name, what tells it from others of that name, and its page."""

    name: str
    notes: Sequence[str]
    url: str


class Kind(NamedTuple):
    """The first records of one kind, by name, and where all of them are listed."""

    title: str
    icon: str
    hits: list[Hit]
    has_more: bool
    all_url: str


def found(user: User, text: str) -> list[Kind]:
    """The kinds in which something was found, of what `user` may see. No text finds nothing."""
    if not search_words(text):
        return []
    kinds = [_companies(user, text), _people(user, text), _products(user, text)]
    if user.sells:
        kinds.insert(0, _deals(user, text))
    return [kind for kind in kinds if kind.hits]


def _deals(user: User, text: str) -> Kind:
    deals = pipeline.matching(pipeline.visible_to(user), text)
    deals = deals.options(joinedload(Deal.company), joinedload(Deal.stage))
    # What is still open is looked for more often than what is over.
    deals = deals.order_by(case((Deal.status == "open", 0), else_=1))
    return _kind(_("Deals"), "square-kanban", deals, Deal, text, url_for("pipeline.deals", q=text), _deal)


def _companies(user: User, text: str) -> Kind:
    companies = contacts.matching(contacts.companies_visible_to(user), text)
    return _kind(
        _("Companies"), "building-2", companies, Company, text, url_for("contacts.companies", q=text), _company
    )


def _people(user: User, text: str) -> Kind:
    people = contacts.matching(contacts.people_visible_to(user), text)
    return _kind(_("People"), "user", people, Person, text, url_for("contacts.people", q=text), _person)


def _products(user: User, text: str) -> Kind:
    products = catalog.matching(catalog.visible_to(user), text)
    return _kind(_("Products"), "package", products, Product, text, url_for("catalog.index", q=text), _product)


def _kind(
    title: str, icon: str, rows: Select[Any], model: Any, text: str, all_url: str, hit: Callable[[Any], Hit]
) -> Kind:
    """Names that begin with the words stand first."""
    begins = case((model.search_key.startswith(f" {fold(text)}", autoescape=True), 0), else_=1)
    found = db.session.scalars(rows.order_by(begins, model.sort_key, model.id).limit(SHOWN + 1)).all()
    return Kind(title, icon, [hit(row) for row in found[:SHOWN]], len(found) > SHOWN, all_url)


def _deal(deal: Deal) -> Hit:
    notes = [deal.company.name if deal.company else "", deal.stage.name, money(deal.value) if deal.value else ""]
    return Hit(deal.title, _said(notes), url_for("pipeline.show", deal_id=deal.id))


def _company(company: Company) -> Hit:
    return Hit(
        company.name, _said([company.industry, company.phone]), url_for("contacts.company", company_id=company.id)
    )


def _person(person: Person) -> Hit:
    notes = [person.job_title, person.email, person.phone]
    return Hit(person.name, _said(notes), url_for("contacts.person", person_id=person.id))


def _product(product: Product) -> Hit:
    return Hit(product.name, _said([product.code, product.family]), url_for("catalog.show", product_id=product.id))


def _said(notes: list[str]) -> list[str]:
    return [note for note in notes if note]
