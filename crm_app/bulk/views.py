"""Changing what was picked in a list, following that, and taking it back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import update

from crm_app.accounts.access import editor_required, must_be_confirmed
from crm_app.bulk import doing, jobs, queries, selecting, telling
from crm_app.bulk.actions import Action
from crm_app.bulk.models import BulkChange
from crm_app.bulk.selecting import Selection
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.lists.listables import Listable, of_place
from crm_app.lists.taking import MOST_IDS
from crm_app.saved_views.menus import kept_if_short
from crm_app.web import formats
from crm_app.web.htmx import gone_to, page, said_alone
from crm_app.web.tables import as_asked, listing, with_query
from crm_app.web.texts import gettext as _

bp = Blueprint("bulk", __name__, url_prefix="/bulk")

# So many records are changed while one waits; more are the worker's.
AT_ONCE = 300


@bp.get("/")
@editor_required
def index():
    changes = queries.visible_to(current_user)
    table = listing(changes, key=BulkChange.id, sorts={"when": BulkChange.created_at}, default="-when")
    return page("bulk/index.html", table=table, changes=telling.of(*table.rows))


@bp.post("/<place>/<action>")
@editor_required
def change(place, action):
    listable, chosen = _allowed(place, action)
    selection = selecting.of_request(listable)
    if selection.number == 0:
        flash(_("Select something first. The records you had selected may no longer exist."), "danger")
        return said_alone(as_asked(listable.url), 422)
    form = chosen.form()
    is_confirmed = "confirmed" in request.form
    grown = is_confirmed and telling.growth(selection, request.form.get("shown", ""))
    is_valid = is_confirmed and chosen.is_sent(form) and form.validate_on_submit()
    if not is_valid or grown:
        part = "bulk/_form.html" if is_confirmed else "bulk/_dialog.html"
        status = 422 if is_confirmed else 200
        parts = {"listable": listable, "action": chosen, "form": form, "selection": selection, "grown": grown}
        return page("bulk/change.html", part=part, status=status, back=as_asked(listable.url), **parts)

    made = _begin(listable, chosen, selection, chosen.meant(form))
    is_long = _go_on(made, chosen, selection.number)

    return _after(made, is_long, as_asked(listable.url))


@bp.post("/<place>/export.<any(csv, xlsx):form>")
@editor_required
def export(place, form):
    """To the file of what was picked, with the columns and in the order of the list."""
    listable = of_place(place, current_user) or abort(404)
    selection = selecting.of_request(listable)
    query = request.args.to_dict(flat=False)
    if not selection.is_all:
        query = {name: query[name] for name in ("columns", "sort") if name in query} | {"id": selection.found}
    if selection.number == 0 or len(query.get("id", ())) > MOST_IDS:
        most = formats.num(MOST_IDS)
        flash(_("Select something first: up to %(count)s individually, or all that match.", count=most), "danger")
        return redirect(as_asked(listable.url), 303)

    return redirect(with_query(url_for("lists.export", place=place, form=form), query), 303)


@bp.get("/<int:change_id>")
@editor_required
def show(change_id):
    made = _change(change_id)
    return page("bulk/show.html", part="bulk/_change.html", change=made, told=telling.of(made)[0])


@bp.post("/<int:change_id>/undoing")
@editor_required
def undo(change_id):
    made, action = _to_be_done(change_id)
    begun = update(BulkChange).where(BulkChange.id == made.id, BulkChange.is_undoing.is_(False))
    if (
        not made.may_be_undone
        or not db.session.execute(begun.values(is_undoing=True, undoer_id=current_user.id, status="running")).rowcount
    ):
        flash(_("That can no longer be undone."), "danger")
        return redirect(url_for(".show", change_id=made.id), 303)

    is_long = _go_on(made, action, made.done)

    return _after(made, is_long, telling.of(made)[0].url)


@bp.post("/<int:change_id>/continuation")
@editor_required
def go_on(change_id):
    """After a failure: what is left of it, once more."""
    made, _action = _to_be_done(change_id)
    failed = update(BulkChange).where(BulkChange.id == made.id, BulkChange.status == "failed")
    again = db.session.execute(failed.values(status="queued", touched_at=utc_now()))
    db.session.commit()

    if again.rowcount:
        queue.enqueue(jobs.run_bulk_change, change_id)
    return redirect(url_for(".show", change_id=change_id), 303)


def _begin(listable: Listable, action: Action, selection: Selection, meant: dict) -> BulkChange:
    query = kept_if_short(request.query_string.decode())
    made = BulkChange(place=listable.place, action=action.key, meant=meant, query=query, user_id=current_user.id)
    db.session.add(made)
    db.session.flush()
    selection.keep(made)
    return made


def _go_on(made: BulkChange, action: Action, number: int) -> bool:
    """Do it now, or leave it to the worker; whether it was left."""
    is_long, change_id = number > AT_ONCE, made.id
    if is_long:
        made.status, made.touched_at = "queued", utc_now()
    else:
        doing.all_of(made, action, current_user)
    db.session.commit()
    if is_long:
        queue.enqueue(jobs.run_bulk_change, change_id)
    return is_long


def _after(made: BulkChange, is_long: bool, back: str):
    if is_long:
        return gone_to(url_for(".show", change_id=made.id))
    told = telling.of(made)[0]
    flash(Markup(render_template("bulk/_done.html", change=made, told=told)), "ok")  # noqa: S704 - the part escapes.
    return gone_to(back)


def _change(change_id: int) -> BulkChange:
    return db.one_or_404(queries.visible_to(current_user).where(BulkChange.id == change_id))


def _to_be_done(change_id: int) -> tuple[BulkChange, Action]:
    """A change that is gone on with or taken back: by whom it might be begun."""
    made = _change(change_id)
    return made, _allowed(made.place, made.action)[1]


def _allowed(place: str, key: str) -> tuple[Listable, Action]:
    listable = of_place(place, current_user) or abort(404)
    action = listable.action(key) or abort(404)
    if listable.is_sensitive:
        must_be_confirmed()
    return listable, action
