"""The audit log as a list: for owners."""

from typing import Any

from flask_login import current_user
from sqlalchemy import Select, or_, select

from crm_app.accounts import queries
from crm_app.accounts.models import User
from crm_app.audit import AuditEntry, words
from crm_app.extensions import db
from crm_app.lists.fields import Field, Pairs
from crm_app.lists.kinds import record_id
from crm_app.lists.listables import Listable
from crm_app.web import folding, formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


def entries(user: User) -> Listable | None:
    if not user.is_owner:
        return None
    return Listable(
        "audit",
        "settings.audit",
        _("Audit log"),
        AuditEntry,
        select(AuditEntry),
        _fields(),
        lambda number, written: ngettext("%(count)s entry", "%(count)s entries", number, count=written),
        _matching,
        default_sort="-when",
    )


def _matching(rows: Select[Any], text: str) -> Select[Any]:
    for word in text.split():
        named = (folding.has(column, word) for column in (AuditEntry.subject, AuditEntry.actor_name))
        rows = rows.where(or_(*named, AuditEntry.address.icontains(word, autoescape=True)))
    return rows


def _fields() -> list[Field]:
    return [
        Field(
            "what", _("Event"), "choice", lambda entry: words.of_verb(entry.verb), AuditEntry.verb,
            options=lambda: [(verb, str(words.VERBS[verb])) for verb in words.VERBS], cell="whole", width=11,
        ),
        Field(
            "about", _("About"), "text", lambda entry: entry.subject, AuditEntry.subject, cell="whole", width=13,
            place="under",
        ),
        Field(
            "who", _("User"), "choice", _who, AuditEntry.actor_id, options=_people, coerce=record_id, cell="text",
            width=9, place="under",
        ),
        Field(
            "when", _("When"), "instant", lambda entry: formats.moment(entry.at), AuditEntry.at, order=AuditEntry.at,
            cell="text", width=10, place="under", taken=lambda entry: entry.at, is_timed=True,
        ),
        Field(
            "details", _("Details"), "text", lambda entry: words.details(entry.particulars), cell="whole", width=14,
            place="under",
        ),
        Field("address", _("Address"), "text", lambda entry: entry.address, AuditEntry.address, width=8),
        Field(
            "agent", _("Browser"), "text", lambda entry: entry.agent, AuditEntry.agent, is_standard=False, width=14,
        ),
    ]  # fmt: skip


def _who(entry: AuditEntry) -> str:
    return entry.actor_name or (_("Peyvand") if entry.actor_id is None else f"#{entry.actor_id}")


def _people() -> Pairs:
    return [(str(one.id), one.name) for one in db.session.scalars(queries.by_name(queries.visible_to(current_user)))]
