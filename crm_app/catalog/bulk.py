"""What can be done to many products at once."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from crm_app.bulk.actions import Action, Deletion, Fact
from crm_app.catalog import queries
from crm_app.catalog.forms import FactForm
from crm_app.catalog.models import Product


def of_products() -> list[Action]:
    seen = queries.visible_to
    return [
        Fact("family", _l("Family"), seen, lambda fact: FactForm(Product(currency=""), fact)),
        Deletion(seen, queries.binned_for, _with_taken_code),
    ]


def _with_taken_code(products: Sequence[Any]) -> set[Any]:
    """Those whose code another product has now, be it one that comes back with them."""
    taken, found = queries.codes_in_use(), set()
    for product in products:
        key = queries.code_key(product.code)
        if key in taken:
            found.add(product)
        elif key:
            taken.add(key)
    return found
