"""Whom an import may make the owner of records, and who owns what no column gives an owner."""

from sqlalchemy import select

from crm_app.accounts.models import SELLERS, User
from crm_app.accounts.queries import owned_within, sees_everything
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db


def lookup(user: User) -> Lookup:
    """People who sell, by name and e-mail, of those whose records `user` sees; former colleagues too, for history."""
    sellers = select(User.id, User.name, User.email).where(User.role.in_(SELLERS), owned_within(User.id, user))
    return Lookup(Entry(id_, name, (email,) if email else ()) for id_, name, email in db.session.execute(sellers))


def of_contacts(user: User) -> int | None:
    """Contacts brought in by someone who sees all belong to everyone; those of a rep or manager are their own."""
    return None if user.role == "agent" or sees_everything(user) else user.id


def of_deals(user: User) -> int | None:
    return user.id if user.role in SELLERS else None
