"""Reads of imports: one's own; an owner sees everybody's."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.exchange.models import Import


def visible_to(user: User) -> Select[tuple[Import]]:
    imports = select(Import).options(joinedload(Import.user))
    return imports if user.is_owner else imports.where(Import.user_id == user.id)
