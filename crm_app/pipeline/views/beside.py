"""A deal beside the board, and its title changed on its card."""

from flask import flash, redirect, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.activity.asking_again import ask_again
from crm_app.activity.records import Conflict
from crm_app.extensions import db, settle
from crm_app.pipeline import cards
from crm_app.pipeline.forms.deals import DealFactForm
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.around import around, found, page_of
from crm_app.pipeline.views.moves import find
from crm_app.pipeline.views.showing import kept, showing
from crm_app.web.htmx import changed, page, wants_part
from crm_app.web.texts import gettext as _


@bp.get("/deals/<int:deal_id>/beside")
@seller_required
def beside(deal_id):
    """As a part alone: without a script, the deal has its page."""
    deal = found(deal_id)
    if not wants_part():
        return redirect(page_of(deal))
    return page("pipeline/show.html", part="pipeline/beside/_deal.html", **around(deal))


@bp.route("/deals/<int:deal_id>/title", methods=["GET", "POST"])
@selling_editor_required
def title(deal_id):
    deal = find(deal_id)
    form = DealFactForm(deal, "title")
    form.title.id = f"card-{deal.id}-title-field"
    if not wants_part():
        return redirect(url_for(".fact", deal_id=deal.id, fact="title"), 307)
    action = url_for(".title", deal_id=deal_id, **kept())
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return page("pipeline/show.html", part="pipeline/_titling.html", status=status, form=form, action=action)

    try:
        deal.expect(form.version.data)
        deal.change(**form.changes())
        settle()
    except (Conflict, StaleDataError):
        return _refused(deal_id, form, action)

    shown = showing(deal.pipeline)
    return changed("pipeline/_titled.html", otherwise=page_of(deal), board=shown, card=cards.card(deal))


def _refused(deal_id, form, action):
    db.session.rollback()
    deal = find(deal_id)
    ask_again(form, deal)
    flash(_("Someone changed this deal a moment ago. Here is the current version; nothing was saved."), "danger")
    return changed("pipeline/_titling.html", otherwise=page_of(deal), status=409, form=form, action=action)
