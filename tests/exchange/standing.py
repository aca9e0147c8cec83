"""What stands in the database, so that tests can say that it stands again as before."""

from datetime import date

from sqlalchemy import select

from crm_app.accounts.models import Organisation, Team, User
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person, Tag, company_tags, person_tags
from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Closing, Deal, Pipeline, Stage, Stay
from tests import make

_WHOLE = (Organisation, Team, User, Company, Person, Product, Deal, Tag, Pipeline, Stage)
_PARTS = ((company_tags, Company, "company_id"), (person_tags, Person, "person_id"),
          (Stay.__table__, Deal, "deal_id"), (Closing.__table__, Deal, "deal_id"))  # fmt: skip


def standing():
    """Every row outside the bin, but for the version, which counts how often a record was written."""
    db.session.expire_all()
    found = {}
    for model in _WHOLE:
        table = model.__table__
        rows = select(table).where(table.c.deleted_at.is_(None)) if "deleted_at" in table.c else select(table)
        found[table.name] = _plain(rows)
    for table, model, column in _PARTS:
        there = select(model.id).where(model.deleted_at.is_(None))
        found[table.name] = _plain(select(table).where(table.c[column].in_(there)))
    return found


def _plain(rows):
    return sorted(
        str({name: value for name, value in row.items() if name != "version"})
        for row in db.session.execute(rows).mappings()
    )


def sums(user):
    """Every measure over the years of the tests' files, as `user` sees them."""
    period = db.session.get(Organisation, 1).calendar().custom(date(2015, 1, 1), make.today())
    figures = asking.together(list(MEASURES.values()), [period], Scope(user))
    return {key: [(one.value, one.n, one.status) for one in found] for key, found in figures.items()}
