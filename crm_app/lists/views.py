"""Filling in a filter of a list, and choosing its columns."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, abort, flash, redirect, request
from flask_login import current_user, login_required
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from crm_app.accounts.access import editor_required
from crm_app.activity.asking_again import ask_again
from crm_app.activity.records import Conflict
from crm_app.extensions import db, settle
from crm_app.lists import chips, columns, conditions, showing, taking
from crm_app.lists.conditions import GROUPS, MOST_IN_GROUP
from crm_app.lists.fields import Field
from crm_app.lists.forms import form_of
from crm_app.lists.kinds import record_id
from crm_app.lists.listables import Listable, of_place
from crm_app.lists.taking import MOST_IDS
from crm_app.web import formats
from crm_app.web.headers import LONGEST_ADDRESS
from crm_app.web.htmx import changed, gone_to, page
from crm_app.web.redirects import local_path
from crm_app.web.tables import with_query
from crm_app.web.texts import gettext as _
from crm_app.web.xlsx import MOST_ROWS

bp = Blueprint("lists", __name__, url_prefix="/lists")


@bp.get("/<place>/condition")
@login_required
def condition(place):
    listable = _listable(place)
    asked = {field.key: field for field in listable.fields if field.is_asked}
    field = asked.get(request.args.get("field", "")) or abort(404)
    replaced = conditions.read("where", request.args.get("replaces", ""), asked)
    form = form_of(field, request.args, replaced, _groups(asked))
    if "operator" not in request.args or not form.validate():
        status = 422 if form.errors or "operator" in request.args else 200
        parts = {"listable": listable, "form": form, "field": field, "back": _back(listable, _query())}
        return page("lists/condition.html", part="lists/_condition.html", status=status, **parts)

    return gone_to(_back(listable, _with_condition(form)))


@bp.get("/<place>/export.<any(csv, xlsx):form>")
@login_required
def export(place, form):
    """The list that the address asks for, with the columns it shows or, `everything=1`, with all there are."""
    listable = _listable(place)
    everything = [field for field in listable.columns if field.is_shown]
    fields = everything if request.args.get("everything") else columns.of_request(listable, current_user, "").shown
    rows = showing.rows_asked(listable)
    if "id" in request.args:
        rows = rows.where(listable.model.id.in_(request.args.getlist("id", type=record_id)[:MOST_IDS]))
    try:
        return taking.taken(listable, rows, fields, request.args.get("sort", ""), form)
    except taking.TooLongError:
        most = formats.num(MOST_ROWS)
        flash(
            _("A spreadsheet holds at most %(most)s rows. Narrow down the list, or export it as CSV.", most=most),
            "danger",
        )
        return redirect(_back(listable, request.args), 303)


@bp.route("/<place>/columns", methods=["GET", "POST"])
@login_required
def choose_columns(place):
    listable = _listable(place)
    query = _query()
    fields, chosen = _arranged(listable, query)
    if request.method == "GET" or "move" in request.form:
        parts = {"listable": listable, "fields": fields, "chosen": chosen, "back": _back(listable, query)}
        return page("lists/columns.html", part="lists/_columns.html", **parts)

    wanted = [] if "standard" in request.form else columns.named(listable, [key for key in fields if key in chosen])
    if "columns" in query:
        # A view that names its columns is changed, not what its reader sees elsewhere.
        query.setlist("columns", [",".join(field.key for field in wanted)] if wanted else [])
    else:
        columns.remember(listable, current_user, wanted)
    settle()

    return redirect(_back(listable, query), 303)


@bp.route("/<place>/<int:record_id>/<field>", methods=["GET", "POST"])
@editor_required
def cell(place, record_id, field):
    """One fact of one record, changed where the list shows it."""
    listable = _listable(place)
    row, shown = _row(listable, record_id), _editable(listable, field)
    record = listable.record(row)
    editing = listable.editing if listable.editing and shown.of_record in listable.editing.facts(record) else abort(404)
    form = editing.form(record, shown.of_record)
    parts = {"listable": listable, "field": shown, "record": record, "is_labelled": "labelled" in request.args}
    if request.method == "GET":
        return page("lists/cell.html", part="lists/_cell_form.html", form=form, **parts)
    if not (form.is_sent and form.validate_on_submit()):
        parts |= {"value": shown.value(row), "form": form}
        return page("lists/cell.html", part="lists/_cell.html", status=422, **parts)

    try:
        record.expect(form.version.data)
        editing.change(record, form)
        settle()
        status, left_open = 200, None
    except (Conflict, StaleDataError):
        db.session.rollback()
        ask_again(form, record)
        flash(_("Someone changed this a moment ago. Here is the current version; nothing was saved."), "danger")
        status, left_open = 409, form

    parts |= {"value": shown.value(_row(listable, record_id)), "form": left_open}
    return changed("lists/_cell.html", otherwise=listable.url, status=status, **parts)


def _row(listable: Listable, record_id: int) -> Any:
    found = db.session.execute(listable.rows.where(listable.model.id == record_id)).unique().one_or_none()
    if found is None:
        abort(404)
    return found[0] if len(found) == 1 else found


def _editable(listable: Listable, key: str) -> Field:
    return next((field for field in listable.columns if field.key == key), None) or abort(404)


def _groups(asked: Mapping[str, Field]) -> list[tuple[str, str]]:
    """What a condition can join: a group that stands already, or one more beside them; nothing where none stands."""
    found = conditions.of_query(_query(), list(asked.values()), {})
    groups = [(group[0].name, _("%(filters)s – all must match", filters=chips.said(group))) for group in found.groups]
    free = [(found.free_group, _("Nothing – either may match"))] if found.free_group else []
    return [*groups, *free]


def _listable(place: str) -> Listable:
    return of_place(place, current_user) or abort(404)


def _query() -> MultiDict[str, str]:
    """What the list asked for when its reader left it."""
    return MultiDict(parse_qsl(request.values.get("query", "")[:LONGEST_ADDRESS]))


def _with_condition(form) -> MultiDict[str, str]:
    query = _query()
    group = form.group.data if form.group.data in GROUPS else GROUPS[0]
    before = form.stood_in.data if form.stood_in.data in GROUPS else group
    query.setlist(before, [text for text in query.getlist(before) if text != form.replaces.data])
    kept = [text for text in query.getlist(group) if text != form.condition]
    query.setlist(group, [*kept[: MOST_IN_GROUP - 1], form.condition])
    return query


def _back(listable: Listable, query: MultiDict[str, str]) -> str:
    """The page that asked, which may show the same records in another way than as a list."""
    path = local_path(request.values.get("at"), listable.url).partition("?")[0]
    return with_query(path, query.to_dict(flat=False))


def _arranged(listable: Listable, query: MultiDict[str, str]) -> tuple[dict[str, Field], Sequence[str]]:
    """All columns in the order in which they stand in the form, by key, and the keys of those that are to be shown."""
    known = {field.key: field for field in listable.columns}
    if request.method == "POST":
        chosen = request.form.getlist("shown")
        order = [key for key in dict.fromkeys(request.form.getlist("order")) if key in known]
    else:
        now = columns.named(listable, query.get("columns", "").split(",")) or columns.of_reader(listable, current_user)
        chosen = order = [field.key for field in now]
    order = _moved([*order, *(key for key in known if key not in order)], request.form.get("move", ""))
    name = listable.columns[0].key
    return {key: known[key] for key in [name, *(key for key in order if key != name)]}, [name, *chosen]


def _moved(order: list[str], move: str) -> list[str]:
    """`size.up`, `size.down`: one place further."""
    key, _dot, way = move.partition(".")
    if key in order:
        place = order.index(key)
        order.insert(max(place + (-1 if way == "up" else 1), 0), order.pop(place))
    return order
