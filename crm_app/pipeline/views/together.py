"""Moving the cards that were picked on the board, all at once, and taking that back."""

from flask import abort, flash, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import selling_editor_required
from crm_app.extensions import db, settle
from crm_app.pipeline import limits, queries, together
from crm_app.pipeline.forms.moves import MoveTogetherForm, UndoTogetherForm
from crm_app.pipeline.models import Deal
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.moves import say_with_undo
from crm_app.pipeline.views.showing import kept, open_stage, showing
from crm_app.web import formats
from crm_app.web.htmx import changed, said_alone
from crm_app.web.reader import reader
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@bp.post("/board/moves")
@selling_editor_required
def move_together():
    form = MoveTogetherForm()
    if not form.validate():
        return _said(form.deal.errors[0], 422) if form.deal.errors else abort(400)

    try:
        stage = open_stage(form.stage.data)
        deals = queries.having(queries.visible_to(current_user), pipeline=stage.pipeline_id)
        after = db.session.scalar(deals.where(Deal.id == form.after.data)) if form.after.data else None
        moved = together.move(deals, form.seen, stage, after)
        settle()
    except limits.Refused as refused:
        db.session.rollback()
        return _said(str(refused), 409)
    except StaleDataError:
        db.session.rollback()
        return _said(_("Someone moved this deal a moment ago. It is now shown in its current place."), 409)

    if not moved.deals:
        return _said(_unchanged(moved.left), 409)
    _tell(moved, stage)
    return _answer(moved, stage.pipeline)


@bp.post("/board/moves/undo")
@selling_editor_required
def undo_together():
    form = UndoTogetherForm()
    if not form.validate():
        abort(400)
    moved = together.take_back(queries.visible_to(current_user), set(form.event.data))
    settle()
    if not moved.deals:
        return _said(_unchanged(moved.left), 409)

    count = len(moved.deals)
    words = ngettext(
        "%(count)s deal was moved back.", "%(count)s deals were moved back.", count, count=formats.num(count)
    )
    flash(_with_left(words, moved.left), "danger" if moved.left else "ok")
    return _answer(moved, moved.deals[0].pipeline)


def _tell(moved, stage):
    count = len(moved.deals)
    words = ngettext(
        "%(count)s deal moved to %(stage)s.",
        "%(count)s deals moved to %(stage)s.",
        count,
        count=formats.num(count),
        stage=stage.name,
    )
    action = url_for(".undo_together", **kept())
    say_with_undo(_with_left(words, moved.left), moved.events, action)


def _with_left(words, left):
    return f"{words}{reader.space}{_unchanged(left)}" if left else words


def _unchanged(left):
    return ngettext(
        "%(count)s deal was changed by someone else in the meantime and was left unchanged.",
        "%(count)s deals were changed by someone else in the meantime and were left unchanged.",
        left,
        count=formats.num(left),
    )


def _answer(moved, pipeline):
    shown = showing(pipeline)
    heads = shown.heads(*moved.touched)
    parts = {"board": shown, "heads": heads, "arrivals": shown.arrivals(*moved.deals)}
    return changed("pipeline/_taken_back.html", otherwise=_back(), **parts)


def _said(reason, status):
    flash(reason, "danger")
    return said_alone(_back(), status)


def _back():
    return local_path(request.form.get("next"), url_for(".board", **kept()))
