"""Adding a deal on the board: a title and a value at the top of a column, the rest later."""

from flask import flash, redirect, request, url_for
from flask_login import current_user

from crm_app.accounts.access import selling_editor_required
from crm_app.extensions import settle
from crm_app.pipeline import limits, moving
from crm_app.pipeline.forms.deals import QuickDealForm
from crm_app.pipeline.forms.filters import DealFilterForm
from crm_app.pipeline.models import Deal
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.showing import open_stage, showing
from crm_app.web.htmx import changed, page, said_in_toast, wants_part
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


@bp.route("/board/stages/<int:stage_id>/new", methods=["GET", "POST"])
@selling_editor_required
def add(stage_id):
    """The form for the head of a column; where no script put it there, the page for a whole new deal serves."""
    try:
        stage = open_stage(stage_id)
    except limits.Gone as gone:
        return _gone(gone)
    form = QuickDealForm(stage)
    if request.method == "GET" and not wants_part():
        return redirect(url_for(".new", stage=stage.id))
    if not form.validate_on_submit():
        return _asked(stage, form, 422 if form.errors else 200)

    deal = Deal(title=form.title.data, owner=current_user, currency=reader.currency, value=form.value.data)
    try:
        moving.begin(deal, stage, is_on_top=True)
    except limits.Refused as reason:
        form.title.errors = [str(reason)]
        return _asked(stage, form, 422)
    settle()

    shown = showing(stage.pipeline)
    found = shown.arrivals(deal)
    if not found or not wants_part():
        flash(_("%(name)s was added to your deals.", name=deal.title), "ok")
    parts = {"board": shown, "heads": shown.heads(stage), "arrivals": found}
    parts |= {"stage": stage, "form": QuickDealForm(stage, formdata=None), "action": _address(stage)}
    return changed("pipeline/_added.html", otherwise=shown.url(), **parts)


def _asked(stage, form, status):
    parts = {"stage": stage, "form": form, "action": _address(stage)}
    return page("pipeline/add.html", part="pipeline/_adding.html", status=status, **parts)


def _address(stage):
    return url_for(".add", stage_id=stage.id, **DealFilterForm.of_request().in_force)


def _gone(gone):
    """What was typed stays where it is; for a plain form the page for a new deal offers the stages that there are."""
    if wants_part():
        return said_in_toast(str(gone), 409)
    flash(str(gone), "danger")
    return redirect(url_for(".new"), 303)
