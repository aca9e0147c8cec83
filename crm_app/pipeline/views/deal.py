"""One deal: its page, its facts, its notes, and the way into the bin and back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.activity import record
from crm_app.activity.asking_again import ask_again
from crm_app.activity.forms import NoteForm
from crm_app.activity.records import Conflict
from crm_app.extensions import db, settle
from crm_app.pipeline import queries
from crm_app.pipeline.forms.deals import DealFactForm, facts_of
from crm_app.pipeline.models import Deal
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.around import around, found, page_of
from crm_app.web.htmx import changed, page
from crm_app.web.tables import listing
from crm_app.web.texts import gettext as _


@bp.get("/deals/<int:deal_id>")
@seller_required
def show(deal_id):
    deal, before = found(deal_id), request.args.get("before", type=int)
    before = before if before and 0 < before < 2**62 else None
    part = "pipeline/show/_older.html" if before else "pipeline/show/_facts.html"
    return page("pipeline/show.html", part=part, **around(deal, before=before, changed_fact=request.args.get("fact")))


@bp.route("/deals/<int:deal_id>/facts/<fact>", methods=["GET", "POST"])
@selling_editor_required
def fact(deal_id, fact):
    deal = found(deal_id)
    form = DealFactForm(deal, fact) if fact in facts_of(deal) else abort(404)
    if request.method == "GET" or not (form.is_sent and form.validate_on_submit()):
        status = 422 if request.method == "POST" else 200
        return page("pipeline/show.html", part="pipeline/show/_facts.html", status=status, **around(deal, form=form))

    try:
        deal.expect(form.version.data)
        deal.change(**form.changes())
        settle()
    except (Conflict, StaleDataError):
        return _refused(deal, form)

    return changed("pipeline/show/_changed.html", otherwise=page_of(deal), **around(deal, changed_fact=fact))


@bp.post("/deals/<int:deal_id>/notes")
@selling_editor_required
def note(deal_id):
    deal, form = found(deal_id), NoteForm()
    if not form.validate_on_submit():
        parts = around(deal, note_form=form)
        return page("pipeline/show.html", part="pipeline/show/_history.html", status=422, **parts)

    record(deal, "noted", text=form.text.data)
    settle()

    return changed("pipeline/show/_history.html", otherwise=page_of(deal), **around(deal))


@bp.route("/deals/<int:deal_id>/deletion", methods=["GET", "POST"])
@selling_editor_required
def delete(deal_id):
    deal = found(deal_id)
    if request.method == "GET":
        return page("pipeline/delete.html", deal=deal)

    deal.delete()
    settle()
    flash(Markup(render_template("pipeline/show/_undo.html", deal=deal)), "ok")  # noqa: S704 - the part escapes.
    return redirect(url_for(".deals"), 303)


@bp.post("/deals/<int:deal_id>/restoration")
@selling_editor_required
def restore(deal_id):
    deal = db.one_or_404(queries.binned_for(current_user).where(Deal.id == deal_id))
    if queries.is_code_taken(deal.code, deal):
        flash(
            _("Another deal now has the code %(code)s. Change its code first, then restore this deal.", code=deal.code),
            "danger",
        )
        return redirect(url_for(".deleted"), 303)

    deal.restore()
    settle()
    flash(_("%(name)s was restored.", name=deal.title), "ok")
    return redirect(page_of(deal), 303)


@bp.get("/bin")
@selling_editor_required
def deleted():
    binned = queries.binned_for(current_user).options(joinedload(Deal.company), joinedload(Deal.owner))
    sorts = {"title": Deal.sort_key, "deleted": Deal.deleted_at}
    table = listing(binned, key=Deal.id, sorts=sorts, default="-deleted")
    return page("pipeline/deleted.html", part="pipeline/deleted/_rows.html", table=table)


def _refused(deal, form):
    db.session.rollback()
    ask_again(form, deal)
    flash(_("Someone changed this deal a moment ago. Here is the current version; nothing was saved."), "danger")
    return changed("pipeline/show/_changed.html", otherwise=page_of(deal), status=409, **around(deal, form=form))
