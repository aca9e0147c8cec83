"""Letting a deal sleep until a day, for a reason that everyone can read, and waking it."""

from flask import abort, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import selling_editor_required
from crm_app.activity.records import Conflict
from crm_app.extensions import settle
from crm_app.pipeline import cards, moving
from crm_app.pipeline.forms.moves import SnoozeForm, WakingForm
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.moves import back_to, find, refused
from crm_app.pipeline.views.showing import kept, showing
from crm_app.web import formats
from crm_app.web.htmx import changed, gone_to, page
from crm_app.web.texts import gettext as _


@bp.route("/deals/<int:deal_id>/snooze", methods=["GET", "POST"])
@selling_editor_required
def snooze(deal_id):
    deal = find(deal_id)
    if not deal.is_open:
        flash(_("%(name)s is already closed.", name=deal.title), "info")
        return gone_to(back_to(deal))
    form = SnoozeForm(deal)
    if not form.validate_on_submit():
        return _asked(deal, form)

    try:
        moving.claim(deal, form.seen_version)
        if not deal.is_open:
            raise Conflict
        deal.snooze(form.until.data, form.reason.data)
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id)

    day = formats.day(deal.snoozed_until)
    flash(_("%(name)s is snoozed until %(day)s.", name=deal.title, day=day), "ok")
    return _answer(deal)


@bp.post("/deals/<int:deal_id>/waking")
@selling_editor_required
def wake(deal_id):
    deal, form = find(deal_id), WakingForm()
    if not form.validate():
        abort(400)

    try:
        moving.claim(deal, form.version.data)
        deal.wake()
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id)

    flash(_("%(name)s is no longer snoozed.", name=deal.title), "ok")
    return _answer(deal)


def _asked(deal, form):
    """The form on its page, or as a dialog; refused, it comes back in its place."""
    part = "pipeline/snooze/_form.html" if form.errors else "pipeline/snooze/_dialog.html"
    action = url_for(".snooze", deal_id=deal.id, **kept())
    parts = {"deal": deal, "form": form, "action": action, "next": request.values.get("next"), "back": back_to(deal)}
    return page("pipeline/snooze.html", part=part, status=422 if form.errors else 200, **parts)


def _answer(deal):
    if request.form.get("next"):
        return gone_to(back_to(deal))
    shown = showing(deal.pipeline)
    return changed("pipeline/snooze/_changed.html", otherwise=back_to(deal), board=shown, card=cards.card(deal))
