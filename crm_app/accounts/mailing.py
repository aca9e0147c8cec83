"""Asking for letters: what is to be mailed goes into the transaction, the worker sends it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from crm_app.accounts.models import Mail, User
from crm_app.extensions import db, utc_now
from crm_app.web import mail as mail_server
from crm_app.web.text import sign_in_address

# Of letters that anybody can ask for, an address gets so many an hour.
MOST_AN_HOUR = 3


def ask(kind: str, address: str, **particulars: Any) -> int:
    """The number to be given to `jobs.send` after the commit.

    Whether the address is anybody's is looked up as it is sent, so that asking costs the same for all.
    """
    asked = Mail(kind=kind, address=sign_in_address(address)[:254], particulars=particulars)
    db.session.add(asked)
    db.session.flush()
    return asked.id


def tell_of_change(user: User, change: str) -> int | None:
    """Tell somebody that `change` (of `letters.CHANGES`) happened to their account, where letters can be sent."""
    return ask("access changed", user.email, change=change) if user.email and mail_server.is_set_up() else None


def tell_of_new_address(user: User, old: str) -> int | None:
    """Tell somebody at their old address that they have another one: whoever took the account over reads the new."""
    return ask("address changed", old, user=user.id) if mail_server.is_set_up() else None


def is_too_many(mail: Mail) -> bool:
    earlier = select(func.count()).where(
        Mail.address == mail.address,
        Mail.kind == mail.kind,
        Mail.state != "dropped",
        Mail.created_at > utc_now() - timedelta(hours=1),
        Mail.id < mail.id,
    )
    return bool(mail.kind == "password reset" and db.session.scalar(earlier) >= MOST_AN_HOUR)
