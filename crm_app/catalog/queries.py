"""Reads of products, each a step that narrows a select."""

from sqlalchemy import Select, select

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.web import word_search
from crm_app.web.text import code_key


@once_for_each_scope
def visible_to(user: User) -> Select[tuple[Product]]:
    """Products out of the bin: everyone knows what we sell."""
    return select(Product).where(Product.deleted_at.is_(None))


def binned_for(user: User) -> Select[tuple[Product]]:
    """Products in the bin, which may still be restored."""
    return select(Product).where(Product.deleted_at.is_not(None))


def matching(products: Select[tuple[Product]], text: str) -> Select[tuple[Product]]:
    """Every word begins one of the product's name or code."""
    return products.where(word_search.holding(Product, text)) if text else products


def families_among(products: Select[tuple[Product]]) -> Select[str]:
    named = products.with_only_columns(Product.family).where(Product.family != "")
    return named.distinct().order_by(Product.family)


def by_name(products: Select[tuple[Product]]) -> Select[tuple[Product]]:
    return products.order_by(Product.sort_key, Product.id)


def with_code(products: Select[tuple[Product]], code: str) -> Product | None:
    """The product that has this code, however its letters and digits are written."""
    key = code_key(code)
    coded = products.with_only_columns(Product.id).where(Product.code_key == key).limit(1)
    return db.session.get(Product, db.session.scalar(coded) or 0) if key else None
