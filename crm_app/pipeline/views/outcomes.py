"""Closing a deal: won asks for the amount and the day, lost for the reason."""

from flask import flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import selling_editor_required
from crm_app.activity.records import Conflict
from crm_app.extensions import settle
from crm_app.pipeline import limits, moving, valuing
from crm_app.pipeline.forms.moves import outcome_form
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.moves import find, offer_undo, refused
from crm_app.pipeline.views.showing import kept, showing
from crm_app.web.htmx import changed, gone_to, page
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _

_PAGES = {"won": "pipeline/won.html", "lost": "pipeline/lost.html"}


@bp.route("/deals/<int:deal_id>/won", methods=["GET", "POST"])
@selling_editor_required
def won(deal_id):
    return _closing(deal_id, "won")


@bp.route("/deals/<int:deal_id>/lost", methods=["GET", "POST"])
@selling_editor_required
def lost(deal_id):
    return _closing(deal_id, "lost")


def _closing(deal_id, kind):
    if request.method == "POST":
        valuing.keep_rates()
    deal, rates = find(deal_id), valuing.rates_now()
    if request.method == "GET" and not deal.is_open:
        flash(_("%(name)s is already closed.", name=deal.title), "info")
        return gone_to(url_for(".show", deal_id=deal.id))
    form = outcome_form(deal, kind, rates, stage=request.args.get("stage"))
    if not form.validate_on_submit():
        return _asked(deal, kind, form)

    try:
        moving.claim(deal, form.seen_version, form.chosen_stage)
        if not deal.is_open:
            raise Conflict
        stage = deal.stage
        form.close(rates)
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id, form.seen_in)
    except limits.Gone as gone:
        return refused(deal_id, form.seen_in, reason=str(gone))

    offer_undo(_said(kind, deal), deal)
    if request.form.get("next"):
        return gone_to(local_path(request.form["next"], url_for(".show", deal_id=deal.id)))
    shown = showing(deal.pipeline)
    otherwise = url_for(".show", deal_id=deal.id)
    return changed("pipeline/_closed.html", otherwise=otherwise, board=shown, heads=shown.heads(stage), deal=deal)


def _asked(deal, kind, form):
    """The form on its page, or for the board as a dialog; refused, it comes back in its place."""
    part = "pipeline/_outcome.html" if form.errors else "pipeline/_dialog.html"
    action = url_for(f".{kind}", deal_id=deal.id, **kept())
    status = 422 if form.errors else 200
    return page(
        _PAGES[kind],
        part=part,
        status=status,
        deal=deal,
        kind=kind,
        form=form,
        action=action,
        next=request.values.get("next"),
    )


def _said(kind, deal):
    sentences = {
        "won": _("%(name)s was marked as won.", name=deal.title),
        "lost": _("%(name)s was marked as lost.", name=deal.title),
    }
    return sentences[kind]
