"""The forecast: open deals by the month in which they should close, and putting a deal on another month."""

from flask import abort, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.activity import following
from crm_app.activity.records import Conflict
from crm_app.extensions import db, settle
from crm_app.pipeline import limits, moving, undoing
from crm_app.pipeline.forms.moves import MonthForm, UndoForm
from crm_app.pipeline.months import Over
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.board import more_cards, surroundings, whole_board
from crm_app.pipeline.views.moves import ask_for_outcome, back_to, find, refused, say_with_undo, stage_of
from crm_app.pipeline.views.showing import asked_months, kept, showing
from crm_app.web import formats
from crm_app.web.htmx import changed, page, said_alone
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _


@bp.get("/forecast")
@seller_required
def forecast():
    place = following.place_now()
    shown = whole_board(is_forecast=True)
    return page("pipeline/forecast.html", board=shown, columns=shown.columns(), place=place, **surroundings(shown))


@bp.get("/forecast/months/<month>")
@seller_required
def cards_of_month(month):
    """A column's next cards; as a page of its own where no script fetches them."""
    shown = showing(is_forecast=True)
    return more_cards(shown, next((head for head in shown.heads() if head.key == month), None) or abort(404))


@bp.get("/deals/<int:deal_id>/expected-month")
@selling_editor_required
def month(deal_id):
    """On which month to put the deal: the menu of a card, as a page."""
    deal = find(deal_id)
    shown = showing(deal.pipeline, is_forecast=True)
    back = local_path(request.args.get("next"), shown.url())
    return page("pipeline/month.html", deal=deal, board=shown, action=shown.url_of_move(deal), back=back)


@bp.post("/deals/<int:deal_id>/expected-month")
@selling_editor_required
def expect(deal_id):
    """The deal is expected to close in another month, or at no known time; or its way ends, which asks for more."""
    deal, form = find(deal_id), MonthForm()
    if not form.validate():
        abort(400)
    if form.stage.data:
        return _end(deal, form)

    try:
        moving.claim(deal, form.version.data)
        changes = moving.expect(deal, asked_months().day_for(form.month.data or "", deal.expected_close))
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id, form.came_from.data, form.month.data)
    except Over:
        flash(_("That month is over. Choose this month or a later one."), "danger")
        return said_alone(back_to(deal), 422)
    except ValueError:
        abort(400)

    if changes:
        action = url_for(".expect_as_before", deal_id=deal.id, **kept())
        event = undoing.last_dating(deal)
        say_with_undo(_said(deal), [event] if event else [], action)
    return _answered(deal, is_own=True)


@bp.post("/deals/<int:deal_id>/expected-month/undo")
@selling_editor_required
def expect_as_before(deal_id):
    """Put the old day back. Once something newer stands on the deal, it says so and leaves it alone."""
    deal, form = find(deal_id), UndoForm()
    if not form.validate():
        abort(400)

    try:
        undoing.date_back(deal, form.event.data)
        settle()
    except (Conflict, StaleDataError):
        db.session.rollback()
        flash(_("%(name)s has changed since, so that move can no longer be undone.", name=deal.title), "danger")
        return said_alone(back_to(deal), 409)

    flash(_said_again(deal), "ok")
    return _answered(deal, is_own=False)


def _end(deal, form):
    try:
        stage = stage_of(deal, form.stage.data)
        if stage.is_open:
            abort(400)
        moving.claim(deal, form.version.data)
        return ask_for_outcome(deal, stage)
    except Conflict:
        return refused(deal.id, form.came_from.data)
    except limits.Gone as gone:
        return refused(deal.id, form.came_from.data, reason=str(gone))


def _answered(deal, *, is_own):
    shown = showing(deal.pipeline, is_forecast=True)
    parts = {"board": shown, "heads": shown.heads(), "deal": deal, "arrivals": shown.arrivals(deal), "own": is_own}
    return changed("pipeline/_expected.html", otherwise=back_to(deal), **parts)


def _said(deal):
    if deal.expected_close is None:
        return _("%(name)s no longer has an expected close date.", name=deal.title)
    return _("%(name)s is now expected to close on %(day)s.", name=deal.title, day=formats.day(deal.expected_close))


def _said_again(deal):
    if deal.expected_close is None:
        return _("%(name)s has no expected close date, as before.", name=deal.title)
    return _(
        "%(name)s is expected to close on %(day)s, as before.", name=deal.title, day=formats.day(deal.expected_close)
    )
