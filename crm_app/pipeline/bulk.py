"""What can be done to many deals at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm_app.bulk.actions import Action, Assignment, Deletion, Fact, Link
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.contacts.queries import companies_visible_to
from crm_app.extensions import db
from crm_app.pipeline import queries
from crm_app.pipeline.forms.deals import DealFactForm
from crm_app.pipeline.models import Deal
from crm_app.web.texts import lazy_gettext as _l

# A change of a deal writes its stay too.
_STAYS = [selectinload(Deal.stays), joinedload(Deal.owner)]


def actions() -> list[Action]:
    seen, form_of = queries.visible_to, lambda fact: DealFactForm(Deal(), fact)
    return [
        Assignment(seen, form_of, loads=_STAYS),
        Fact("expected_close", _l("Expected close"), seen, form_of, is_day=True, loads=_STAYS),
        Fact("source", _l("Source"), seen, form_of, loads=_STAYS),
        Link(
            "product", _l("Product"), seen, form_of, catalog.visible_to, Product,
            loads=[*_STAYS, joinedload(Deal.product)],
        ),
        Link(
            "company", _l("Company"), seen, form_of, companies_visible_to, Company,
            loads=[*_STAYS, joinedload(Deal.company)],
        ),
        Deletion(seen, queries.binned_for, _with_taken_code),
    ]  # fmt: skip


def _with_taken_code(found: Sequence[Any]) -> set[Any]:
    """Those whose code another deal has now, be it one that comes back with them."""
    keys = {deal.code_key for deal in found} - {""}
    in_use = select(Deal.code_key).where(Deal.code_key.in_(keys), Deal.deleted_at.is_(None))
    taken, clashing = set(db.session.scalars(in_use)) if keys else set(), set()
    for deal in found:
        if deal.code_key in taken:
            clashing.add(deal)
        elif deal.code_key:
            taken.add(deal.code_key)
    return clashing
