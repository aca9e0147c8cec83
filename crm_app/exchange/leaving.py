"""What undoing an import left as it is: names and reasons, as far as the reader may see the records."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import url_for
from flask_login import current_user
from sqlalchemy import select

from crm_app.accounts.models import Team, User
from crm_app.accounts.queries import teams_visible_to
from crm_app.accounts.queries import visible_to as users_visible_to
from crm_app.catalog.models import Product
from crm_app.catalog.queries import visible_to as products_visible_to
from crm_app.contacts.models import Company, Person
from crm_app.contacts.queries import companies_visible_to, people_visible_to
from crm_app.exchange import undoing
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.pipeline.queries import visible_to as deals_visible_to
from crm_app.web.texts import gettext as _

SHOWN = 100
_FOUND: dict[str, tuple[Any, Any]] = {
    "companies": (Company, companies_visible_to),
    "people": (Person, people_visible_to),
    "products": (Product, products_visible_to),
    "deals": (Deal, deals_visible_to),
    "users": (User, users_visible_to),
    "teams": (Team, teams_visible_to),
}
_PAGES = {
    "companies": ("contacts.company", "company_id"),
    "people": ("contacts.person", "person_id"),
    "products": ("catalog.show", "product_id"),
    "deals": ("pipeline.show", "deal_id"),
}


class Left(NamedTuple):
    """`url` is empty for what has no page; `name` too for what the reader may not see."""

    name: str
    url: str
    why: str


def left(import_: Import) -> list[Left]:
    """The first of them, in the order in which they were imported."""
    entries = list(_kept(import_))
    names = {table: _names(table, [id_ for name, id_, _why in entries if name == table]) for table in _FOUND}
    reasons = {
        undoing.CHANGED: _("Someone has changed it since."),
        undoing.NEEDED: _("Other records belong to it."),
        undoing.GONE: _("The previous value no longer exists."),
    }
    return [_left(table, id_, names[table].get(id_, ""), reasons[why]) for table, id_, why in entries]


def _kept(import_: Import) -> Iterator[tuple[str, int, str]]:
    told = 0
    batches = select(ImportBatch.kept).where(ImportBatch.import_id == import_.id).order_by(ImportBatch.number)
    for kept in db.session.scalars(batches):
        yield from (tuple(entry) for entry in kept[: SHOWN - told])
        told += len(kept)
        if told >= SHOWN:
            return


def _names(table: str, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    model, visible_to = _FOUND[table]
    found = db.session.scalars(visible_to(current_user).where(model.id.in_(ids)))
    return {record.id: record.title if table == "deals" else record.name for record in found}


def _left(table: str, id_: int, name: str, why: str) -> Left:
    if not name or table not in _PAGES:
        return Left(name, "", why)
    endpoint, argument = _PAGES[table]
    return Left(name, url_for(endpoint, **{argument: id_}), why)
