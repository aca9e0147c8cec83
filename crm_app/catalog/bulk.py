"""What can be done to many products at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from crm_app.bulk.actions import Action, Deletion, Fact
from crm_app.catalog import queries
from crm_app.catalog.forms import FactForm
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.web.texts import lazy_gettext as _l


def of_products() -> list[Action]:
    seen = queries.visible_to
    return [
        Fact("family", _l("Product family"), seen, lambda fact: FactForm(Product(currency=""), fact)),
        Deletion(seen, queries.binned_for, _with_taken_code),
    ]


def _with_taken_code(products: Sequence[Any]) -> set[Any]:
    """Those whose code another product has now, be it one that comes back with them."""
    keys = {product.code_key for product in products} - {""}
    in_use = select(Product.code_key).where(Product.code_key.in_(keys), Product.deleted_at.is_(None))
    taken, found = set(db.session.scalars(in_use)), set()
    for product in products:
        if product.code_key in taken:
            found.add(product)
        elif product.code_key:
            taken.add(product.code_key)
    return found
