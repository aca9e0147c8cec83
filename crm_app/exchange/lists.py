"""Imports as a list: what came in from which file, and how it went."""

from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.accounts.queries import by_name
from crm_app.accounts.queries import visible_to as users_visible_to
from crm_app.exchange import queries, showing
from crm_app.exchange.models import Import
from crm_app.extensions import db
from crm_app.lists.fields import Badge, Field, Link, Pairs
from crm_app.lists.kinds import record_id
from crm_app.lists.listables import Listable
from crm_app.web import folding
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

_WRITTEN = ("done", "undone")


def imports(user: User) -> Listable | None:
    if not user.can_edit:
        return None
    return Listable(
        "imports",
        "exchange.index",
        _("Imports so far"),
        Import,
        queries.visible_to(user),
        _fields(),
        lambda number, written: ngettext("%(count)s import", "%(count)s imports", number, count=written),
        _matching,
        default_sort="-when",
    )


def _matching(rows: Select[Any], text: str) -> Select[Any]:
    for word in text.split():
        rows = rows.where(folding.has(Import.file_name, word))
    return rows


def _fields() -> list[Field]:
    return [
        Field(
            "file", _("File"), "text", _link_to_import, Import.file_name, order=Import.file_name, cell="titled",
            width=14,
        ),
        Field(
            "kind", _("Type"), "choice", lambda import_: showing.NAMES[import_.kind], Import.kind, order=Import.kind,
            options=lambda: [(key, str(name)) for key, name in showing.NAMES.items()], cell="text", width=7,
            place="under",
        ),
        Field(
            "state", _("Status"), "choice", _state, Import.status, order=Import.status,
            options=lambda: [(key, badge.text) for key, badge in _states().items()], cell="state", width=8,
            place="end",
        ),
        Field("new", _("New"), "number", _count("created"), Import.created, order=Import.created, width=5),
        Field("updated", _("Updated"), "number", _count("updated"), Import.updated, order=Import.updated, width=5.5),
        Field("refused", _("Rejected"), "number", _count("refused"), Import.refused, order=Import.refused, width=5.5),
        Field(
            "by", _("Imported by"), "choice", lambda import_: import_.user and import_.user.name, Import.user_id,
            options=_people, coerce=record_id, cell="text", width=8, place="under",
        ),
        Field(
            "when", _("When"), "instant", lambda import_: import_.created_at, Import.created_at,
            order=Import.created_at, width=7, place="under",
        ),
        Field("undo", _("Undo"), "text", _way_back, cell="record", width=4.5),
    ]  # fmt: skip


def _states() -> dict[str, Badge]:
    return {
        "draft": Badge(_("not imported yet"), "line"),
        "check queued": Badge(_("to be checked"), "line", "clock"),
        "checking": Badge(_("being checked"), "info", "clock"),
        "queued": Badge(_("waiting"), "line", "clock"),
        "running": Badge(_("running"), "info", "clock"),
        "done": Badge(_("done"), "ok", "check"),
        "failed": Badge(_("failed"), "danger", "circle-alert"),
        "undo queued": Badge(_("to be undone"), "info", "undo-2"),
        "undoing": Badge(_("being undone"), "info", "undo-2"),
        "undone": Badge(_("undone"), "line", "undo-2"),
    }


def _state(import_: Import) -> Badge:
    return _states()[import_.status]


def _count(name: str) -> Any:
    return lambda import_: getattr(import_, name) if import_.status in _WRITTEN else None


def _way_back(import_: Import) -> Link | None:
    if import_.status != "done" or import_.begun_at is None or not (import_.created or import_.updated):
        return None
    return Link(_("Undo"), url_for("exchange.undo", import_id=import_.id))


def _people() -> Pairs:
    return [(str(one.id), one.name) for one in db.session.scalars(by_name(users_visible_to(current_user)))]


def _link_to_import(import_: Import) -> Link:
    return Link(import_.file_name, url_for("exchange.show", import_id=import_.id))
