"""Picking rows and doing something to them, as the bar below a list does."""

from crm_app.bulk.models import BulkChange
from crm_app.extensions import db


def pick(*records):
    return {"pick": [f"{record.id}.{record.version}" for record in records]}


def confirmed(*records, **more):
    return pick(*records) | {"confirmed": "1"} | more


def last_change():
    return db.session.query(BulkChange).order_by(BulkChange.id.desc()).first()


def undo(client, change=None, **more):
    return client.send(f"/bulk/{(change or last_change()).id}/undoing", **more)


def numbers(change=None):
    change = change or last_change()
    return {
        name: getattr(change, name)
        for name in ("count", "done", "same", "newer", "refused", "undone", "kept")
        if getattr(change, name)
    }
