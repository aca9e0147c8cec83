"""Which companies stand above each other, so that none comes to stand above itself."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from crm_app.contacts.models import Company
from crm_app.extensions import db


def parents_above(company_ids: Collection[int]) -> dict[int, int | None]:
    """The parents of these companies, of their parents, and so on."""
    if not company_ids:
        return {}
    columns = select(Company.id, Company.parent_id)
    above = columns.where(Company.id.in_(company_ids)).cte("above", recursive=True)
    above = above.union(columns.join(above, Company.id == above.c.parent_id))
    return dict(db.session.execute(select(above.c.id, above.c.parent_id)).all())


def line(company: Any, parents: Mapping[Any, Any]) -> set[Any]:
    """A company, its parent and so on; empty where there is none."""
    found: set[Any] = set()
    while company is not None and company not in found:
        found.add(company)
        company = parents.get(company)
    return found


def closed_by(moved: Mapping[int, int | None]) -> set[int]:
    """Those companies that would stand above themselves if each of these belonged to the parent given."""
    parents = parents_above({parent for parent in moved.values() if parent is not None}) | moved
    return {id_ for id_, parent in moved.items() if id_ in line(parent, parents)}
