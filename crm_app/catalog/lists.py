"""Products as a list: their columns, what they can be filtered by, and how they are sorted."""

from typing import Any

from flask import url_for

from crm_app.accounts.models import User
from crm_app.catalog import bulk, queries
from crm_app.catalog.forms import FACTS, FactForm
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.lists.fields import Field, Link, Pairs
from crm_app.lists.listables import Editing, Listable
from crm_app.lists.names import asking_names
from crm_app.web.money import Rates
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext
from crm_app.web.worth import by_worth


def products(user: User) -> Listable:
    return Listable(
        "products",
        "catalog.index",
        _("Products"),
        Product,
        queries.visible_to(user),
        _fields(user),
        lambda number, written: ngettext("%(count)s product", "%(count)s products", number, count=written),
        queries.matching,
        aliases={"family": ("family", "is")},
        editing=Editing(FactForm, lambda product, form: product.change(**form.changes()), lambda _product: FACTS),
        actions=bulk.of_products(),
    )


def _fields(user: User) -> list[Field]:
    rates = Rates.load(reader.currency)
    return [
        Field(
            "name", _("Name"), "text", _link_to_product, Product.name, order=Product.sort_key,
            asking=asking_names(Product), cell="titled", width=16,
        ),
        Field(
            "code", _("Code"), "text", lambda product: product.code, Product.code, order=Product.code, width=8,
            place="under",
        ),
        Field(
            "family", _("Product family"), "choice", lambda product: product.family, Product.family,
            order=Product.family, options=lambda: _families(user), cell="text",
        ),
        Field(
            "price", _("Price"), "money", lambda product: product.price, Product.price_amount,
            currency=Product.currency, order=by_worth(Product.price_amount, Product.currency, rates), width=8,
            place="end",
        ),
        Field(
            "cost", _("Cost"), "money", lambda product: product.cost, Product.cost_amount, currency=Product.currency,
            order=by_worth(Product.cost_amount, Product.currency, rates), width=8,
        ),
        Field(
            "created", _("Created"), "instant", lambda product: product.created_at, Product.created_at,
            order=Product.created_at, is_standard=False, width=7.5,
        ),
    ]  # fmt: skip


def _families(user: User) -> Pairs:
    return [(name, name) for name in db.session.scalars(queries.families_among(queries.visible_to(user)))]


def _link_to_product(product: Any) -> Link:
    return Link(product.name, url_for("catalog.show", product_id=product.id))
