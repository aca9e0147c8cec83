"""One deal: its page, its facts, its notes, and the way into the bin and back."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.activity import record
from crm_app.activity.forms import NoteForm
from crm_app.activity.records import Conflict
from crm_app.activity.timeline import history
from crm_app.catalog import queries as catalog
from crm_app.contacts import queries as contacts
from crm_app.extensions import db
from crm_app.pipeline import paths, queries, rotting, undoing
from crm_app.pipeline.forms.deals import DealFactForm, facts_of
from crm_app.pipeline.models import Deal, Pipeline, Stay
from crm_app.pipeline.views import bp
from crm_app.web.htmx import changed, page
from crm_app.web.pickers import found_by_id
from crm_app.web.tables import listing

WORDS = {
    "owner": _l("Owner"),
    "title": _l("Title"),
    "value": _l("Value"),
    "currency": _l("Currency"),
    "company": _l("Company"),
    "person": _l("Person"),
    "product": _l("Product"),
    "source": _l("Source"),
    "expected_close": _l("Expected close"),
    "code": _l("Code"),
    "lost_reason": _l("Lost because"),
}


@bp.get("/deals/<int:deal_id>")
@seller_required
def show(deal_id):
    deal, before = _deal(deal_id), request.args.get("before", type=int)
    before = before if before and 0 < before < 2**62 else None
    part = "pipeline/show/_older.html" if before else "pipeline/show/_facts.html"
    return page("pipeline/show.html", part=part, **_around(deal, before=before))


@bp.route("/deals/<int:deal_id>/facts/<fact>", methods=["GET", "POST"])
@selling_editor_required
def fact(deal_id, fact):
    deal = _deal(deal_id)
    form = DealFactForm(deal, fact) if fact in facts_of(deal) else abort(404)
    if request.method == "GET" or not (form.is_sent and form.validate_on_submit()):
        status = 422 if request.method == "POST" else 200
        return page("pipeline/show.html", part="pipeline/show/_facts.html", status=status, **_around(deal, form=form))

    try:
        deal.expect(form.version.data)
    except Conflict:
        return _refused(deal)
    deal.change(**form.changes())
    db.session.commit()

    return changed("pipeline/show/_changed.html", otherwise=_page_of(deal), **_around(deal, changed_fact=fact))


@bp.post("/deals/<int:deal_id>/notes")
@selling_editor_required
def note(deal_id):
    deal, form = _deal(deal_id), NoteForm()
    if not form.validate_on_submit():
        around = _around(deal, note_form=form)
        return page("pipeline/show.html", part="pipeline/show/_history.html", status=422, **around)

    record(deal, "noted", text=form.text.data)
    db.session.commit()

    return changed("pipeline/show/_history.html", otherwise=_page_of(deal), **_around(deal))


@bp.route("/deals/<int:deal_id>/deletion", methods=["GET", "POST"])
@selling_editor_required
def delete(deal_id):
    deal = _deal(deal_id)
    if request.method == "GET":
        return page("pipeline/delete.html", deal=deal)

    deal.delete()
    db.session.commit()
    flash(Markup(render_template("pipeline/show/_undo.html", deal=deal)), "ok")  # noqa: S704 - the part escapes.
    return redirect(url_for(".deals"), 303)


@bp.post("/deals/<int:deal_id>/restoration")
@selling_editor_required
def restore(deal_id):
    deal = db.one_or_404(queries.binned_for(current_user).where(Deal.id == deal_id))
    if queries.is_code_taken(deal.code, deal):
        flash(_("Another deal has the code %(code)s now. Change it there first.", code=deal.code), "danger")
        return redirect(url_for(".deleted"), 303)

    deal.restore()
    db.session.commit()
    flash(_("%(name)s is back.", name=deal.title), "ok")
    return redirect(_page_of(deal), 303)


@bp.get("/bin")
@selling_editor_required
def deleted():
    found = queries.binned_for(current_user).options(joinedload(Deal.company), joinedload(Deal.owner))
    sorts = {"title": Deal.sort_key, "deleted": Deal.deleted_at}
    table = listing(found, key=Deal.id, sorts=sorts, default="-deleted")
    return page("pipeline/deleted.html", part="pipeline/deleted/_rows.html", table=table)


def _deal(deal_id):
    found = queries.visible_to(current_user).where(Deal.id == deal_id)
    return db.one_or_404(
        found.options(
            joinedload(Deal.owner),
            joinedload(Deal.company),
            joinedload(Deal.person),
            joinedload(Deal.product),
            joinedload(Deal.pipeline).selectinload(Pipeline.stages),
            selectinload(Deal.stays).joinedload(Stay.stage),
        )
    )


def _page_of(deal):
    return url_for(".show", deal_id=deal.id)


def _around(deal, *, before=None, **more):
    """What the page of a deal shows; its contacts are links only for whoever may open them."""
    return {
        "deal": deal,
        "steps": paths.steps(deal),
        "clock": rotting.clock(deal),
        "company_is_seen": _is_seen(contacts.companies_visible_to(current_user), deal.company_id),
        "person_is_seen": _is_seen(contacts.people_visible_to(current_user), deal.person_id),
        "product_is_seen": _is_seen(catalog.visible_to(current_user), deal.product_id),
        "history": history(deal, WORDS, before),
        "undo": _undo_of(deal),
        "note_form": NoteForm(formdata=None),
        "form": None,
        "here": _page_of(deal),
    } | more


def _undo_of(deal):
    event = undoing.last_move(deal) if current_user.can_edit else None
    return event and {"event": event.id, "url": url_for(".undo", deal_id=deal.id), "next": _page_of(deal)}


def _is_seen(rows, record_id):
    return record_id is not None and found_by_id(rows, record_id) is not None


def _refused(deal):
    db.session.refresh(deal)
    flash(_("Someone changed this deal a moment ago. Here is how it stands now; nothing was saved."), "danger")
    return changed("pipeline/show/_changed.html", otherwise=_page_of(deal), status=409, **_around(deal))
