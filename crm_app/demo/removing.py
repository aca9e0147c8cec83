"""Taking the demo company away: all that it made, but for what something of the users' own needs."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, delete, exists, not_, or_, select, union

from crm_app import audit
from crm_app.accounts.models import PasswordLink, User
from crm_app.activity.models import Event
from crm_app.bulk.models import BulkChange, BulkRecord
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.demo.models import Demo, DemoRecord
from crm_app.extensions import db
from crm_app.pipeline import arrivals
from crm_app.pipeline.models import Deal
from crm_app.web import word_index
from crm_app.web.money import Rate

Ids = dict[str, set[int]]
# What belongs to a record and needs nothing for itself: the table, and the column that says to which.
_PARTS = {
    "stays": "deal_id", "closings": "deal_id", "company_tags": "company_id", "person_tags": "person_id",
    "stages": "pipeline_id", "target_changes": "target_id", "bulk_records": "change_id",
}  # fmt: skip
# What a record that stays cannot well do without.
_STANDS_ON = {
    "people": ("company_id",), "users": ("team_id",), "goals": ("team_id", "user_id"), "targets": ("goal_id",),
}  # fmt: skip
# The log tells what demo people did to demo records, and `demos` who asked for them.
_NO_NEED = frozenset({"events", "demos", "demo_records"})
_CHUNK = 500


def made() -> Ids:
    """What the demo made and is listed, by table."""
    found: Ids = {}
    for name, id_ in db.session.execute(select(DemoRecord.table_name, DemoRecord.record_id)):
        found.setdefault(name, set()).add(id_)
    return found


def staying(ours: Ids) -> Ids:
    """Of those, what something of the users' own hangs on, and the demo people who were let in."""
    kept: Ids = {name: set() for name in ours}
    for name, ids in ours.items():
        table = db.metadata.tables[name]
        for column in _pointing_at(table):
            needed = select(column).where(column.is_not(None), _is_own(column.table)).distinct()
            kept[name] |= ids & set(db.session.scalars(needed))
    has_link = exists().where(PasswordLink.user_id == User.id)
    let_in = select(User.id).where(or_(User.password_hash.is_not(None), has_link))
    kept.setdefault("users", set()).update(ours.get("users", set()) & set(db.session.scalars(let_in)))
    kept.setdefault("rates", set()).update(ours.get("rates", set()) & set(db.session.scalars(_rates_in_use())))
    _add_what_they_stand_on(kept, ours)
    return kept


def remove() -> tuple[Ids, Ids]:
    """Take it away inside the transaction that the caller commits; what went, and what stayed and is the users' now."""
    # Who is still making it finds it gone, and takes the step back that was begun.
    demo = db.session.scalar(select(Demo).with_for_update())
    ours = made()
    for name, ids in sorted(ours.items()):
        _hold(db.metadata.tables[name], ids)
    kept = staying(ours)
    going = {name: ids - kept[name] for name, ids in ours.items()}
    for table in reversed(db.metadata.sorted_tables):
        for chunk in _chunks(going.get(table.name, ())):
            _forget(table, chunk)
            db.session.execute(delete(table).where(table.c.id.in_(chunk)))
    # Boards notice by themselves that what they read last is gone, but not where something newer stays.
    if demo and db.session.scalar(select(Event.id).limit(1)):
        arrivals.show_boards_again(demo)
    db.session.execute(delete(DemoRecord))
    db.session.execute(delete(Demo))
    word_index.follow(db.session.connection(), ours)
    audit.note("demo removed")
    db.session.expire_all()
    return going, {name: ids for name, ids in kept.items() if ids}


def _forget(table: Table, ids: list[int]) -> None:
    """SQLite gives the number of the last row again: whoever gets it inherits no past."""
    db.session.execute(delete(Event).where(Event.subject_table == table.name, Event.subject_id.in_(ids)))
    changes = select(BulkChange.id).where(BulkChange.place == table.name)
    db.session.execute(delete(BulkRecord).where(BulkRecord.change_id.in_(changes), BulkRecord.record_id.in_(ids)))


def _hold(table: Table, ids: set[int]) -> None:
    """Whoever ties something to one of these meanwhile waits, and is refused after."""
    for chunk in _chunks(ids):
        db.session.execute(select(table.c.id).where(table.c.id.in_(chunk)).order_by(table.c.id).with_for_update()).all()


def _pointing_at(table: Table) -> Iterator[Column[Any]]:
    for other in db.metadata.tables.values():
        for key in other.foreign_keys if other.name not in _NO_NEED else ():
            if key.column.table is table and _PARTS.get(other.name) != key.parent.name:
                yield key.parent


def _is_own(table: Any) -> ColumnElement[bool]:
    """The condition that a row is not the demo's, nor belongs to what is."""
    whole = _PARTS.get(table.name)
    if whole is None:
        return not_(_listed(table.name, table.c.id)) if "id" in table.c else and_(True)
    (key,) = table.c[whole].foreign_keys
    return not_(_listed(key.column.table.name, table.c[whole]))


def _listed(name: str, id_: Any) -> ColumnElement[bool]:
    return id_.in_(select(DemoRecord.record_id).where(DemoRecord.table_name == name))


def _rates_in_use() -> Any:
    """Figures of what is the users' own rest on them."""
    priced = ((Deal, Deal.currency), (Product, Product.currency), (Company, Company.revenue_currency))
    own = [select(currency).where(not_(_listed(model.__tablename__, model.id))) for model, currency in priced]
    return select(Rate.id).where(Rate.currency.in_(union(*own)))


def _add_what_they_stand_on(kept: Ids, ours: Ids) -> None:
    for name in ("targets", "goals", "people", "users"):
        table = db.metadata.tables[name]
        for column_name in _STANDS_ON[name]:
            (key,) = table.c[column_name].foreign_keys
            target = key.column.table.name
            for chunk in _chunks(kept.get(name, ())):
                found = set(db.session.scalars(select(table.c[column_name]).where(table.c.id.in_(chunk))))
                kept.setdefault(target, set()).update(found & ours.get(target, set()))


def _chunks(ids: Any) -> Iterator[list[int]]:
    rows = sorted(ids)
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
