"""Reads of bulk changes: one's own; an owner sees everybody's."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.bulk.models import BulkChange


def visible_to(user: User) -> Select[tuple[BulkChange]]:
    changes = select(BulkChange).options(joinedload(BulkChange.user))
    return changes if user.is_owner else changes.where(BulkChange.user_id == user.id)
