"""A deal beside the board, and its title changed on its card."""

from flask import redirect, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.activity.records import Conflict
from crm_app.extensions import settle
from crm_app.pipeline import cards
from crm_app.pipeline.forms.deals import DealFactForm
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.around import around, found, page_of
from crm_app.pipeline.views.moves import find, refused
from crm_app.pipeline.views.showing import kept, showing
from crm_app.web.htmx import changed, page, wants_part


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
    if not form.validate_on_submit():
        action = url_for(".title", deal_id=deal.id, **kept())
        status = 422 if request.method == "POST" else 200
        return page("pipeline/show.html", part="pipeline/_titling.html", status=status, form=form, action=action)

    try:
        deal.expect(form.version.data)
        deal.change(**form.changes())
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id)

    shown = showing(deal.pipeline)
    return changed("pipeline/_titled.html", otherwise=page_of(deal), board=shown, card=cards.card(deal))
