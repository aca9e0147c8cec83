"""Moving a deal to another stage or another place in its column. A refused move shows where the card truly is."""

from collections.abc import Sequence

from flask import abort, flash, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import person_here, selling_editor_required
from crm_app.activity.models import Event
from crm_app.activity.records import Conflict
from crm_app.contacts.models import Company
from crm_app.extensions import db, settle
from crm_app.pipeline import boards, cards, limits, moving, queries, undoing
from crm_app.pipeline.boards import Key
from crm_app.pipeline.carrying import Carried, Carrying, Unusual, carry
from crm_app.pipeline.forms.filters import filters_in_force
from crm_app.pipeline.forms.moves import ReopeningForm, UndoForm, carrying_sent, outcome_form
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.shapes import PipelineShape, all_shapes
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.showing import board_of, is_of_forecast, kept, showing, showing_cards, stage_in_use
from crm_app.web.htmx import changed, gone_to, page, said_alone, say
from crm_app.web.money import Rates
from crm_app.web.reader import reader
from crm_app.web.redirects import local_path
from crm_app.web.templating import rendered_alone
from crm_app.web.texts import gettext as _


@bp.get("/deals/<int:deal_id>/stage")
@selling_editor_required
def stage(deal_id):
    """Where to move the deal: the menu of a card, as a page."""
    deal = find(deal_id)
    action = url_for(".move", deal_id=deal.id, **kept())
    return page("pipeline/stage.html", deal=deal, action=action, back=back_to(deal))


@bp.post("/deals/<int:deal_id>/stage")
@selling_editor_required
def move(deal_id):
    user, wanted, pipelines = person_here(), carrying_sent(), all_shapes()
    if wanted is None:
        find(deal_id)
        abort(400)
    stages = {stage.id: stage for pipeline in pipelines for stage in pipeline.stages}

    try:
        carried = carry(user, deal_id, wanted, stages) or abort(404)
        pipeline = next(one for one in pipelines if one.id == carried.pipeline_id)
        # Before the change is committed: to read it afterwards would take a transaction of its own.
        shown, heads = _around(carried, wanted, pipeline, pipelines)
        settle()
    except Unusual:
        return _move_unusually(deal_id, wanted)
    except Conflict:
        return refused(deal_id, wanted.stage, wanted.came_from)
    except limits.Refused as reason:
        return refused(deal_id, wanted.stage, wanted.came_from, reason=str(reason))

    _say_carried(carried)
    return changed("pipeline/_moved.html", otherwise=back_to(carried), board=shown, heads=heads, card=carried.card)


@bp.post("/deals/<int:deal_id>/undo")
@selling_editor_required
def undo(deal_id):
    """Take the last move back. Once something newer stands on the deal, it says so and leaves it alone."""
    deal, form = find(deal_id), UndoForm()
    if not form.validate():
        abort(400)

    try:
        left = undoing.take_back(deal, form.event.data)
        settle()
    except (Conflict, limits.Gone, StaleDataError):
        db.session.rollback()
        flash(_("%(name)s has changed since, so that move can no longer be undone.", name=deal.title), "danger")
        return said_alone(back_to(deal), 409)

    flash(_back_again(deal, left), "ok")
    shown = showing(deal.pipeline)
    parts = {"board": shown, "heads": shown.heads(left, deal.stage), "arrivals": shown.arrivals(deal)}
    return changed("pipeline/_taken_back.html", otherwise=back_to(deal), **parts)


@bp.post("/deals/<int:deal_id>/reopening")
@selling_editor_required
def reopen(deal_id):
    deal, form = find(deal_id), ReopeningForm()
    if not form.validate():
        abort(400)

    try:
        wanted = stage_of(deal, form.stage.data) if form.stage.data else deal.last_open_stage
        moving.reopen(deal, form.version.data, wanted)
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id)
    except limits.Refused as reason:
        return refused(deal_id, reason=str(reason))

    flash(_("%(name)s was reopened in %(stage)s.", name=deal.title, stage=wanted.name), "ok")
    return gone_to(local_path(request.form.get("next"), url_for(".show", deal_id=deal.id)))


def _around(carried: Carried, wanted: Carrying, pipeline: PipelineShape, pipelines: Sequence[PipelineShape]):
    """The board, and the heads of columns that have other deals now: none where the card stays in its column."""
    if carried.is_placed and wanted.came_from in (None, wanted.stage) and not is_of_forecast():
        return showing_cards(pipeline, filters_in_force(), pipelines), []
    shown = showing(pipeline, filters=filters_in_force(), pipelines=pipelines)
    touched = {carried.came_from, wanted.stage}
    return shown, shown.heads(*(stage for stage in pipeline.stages if stage.id in touched))


def _move_unusually(deal_id, wanted):
    """Into won or lost, which ask for more, or out of them; or into what is a stage no longer."""
    deal = find(deal_id)
    after, before = _neighbour(wanted.after), _neighbour(wanted.before)

    try:
        target = stage_of(deal, wanted.stage)
        touched = {deal.stage, target}
        moving.claim(deal, wanted.version, target)
        if not target.is_open:
            return ask_for_outcome(deal, target)
        event = moving.move(deal, target, after=after, before=before)
        settle()
    except (Conflict, StaleDataError):
        return refused(deal_id, wanted.stage, wanted.came_from)
    except limits.Refused as reason:
        return refused(deal_id, wanted.stage, wanted.came_from, reason=str(reason))

    offer_undo(_in_now(deal.title, deal.stage.name), deal, event)
    shown = showing(deal.pipeline)
    parts = {"board": shown, "heads": shown.heads(*touched), "card": cards.card(deal)}
    return changed("pipeline/_moved.html", otherwise=back_to(deal), **parts)


def _say_carried(carried: Carried) -> None:
    card, action = carried.card, url_for("pipeline.undo", deal_id=carried.card.id, **kept())
    say(_with_undo(_in_now(card.title, card.stage.name), [carried.event], action), "ok")


def _in_now(title: str, stage: str) -> str:
    return _("%(name)s moved to %(stage)s.", name=title, stage=stage)


def _back_again(deal: Deal, left: Stage) -> str:
    if left is deal.stage:
        return _("%(name)s is back in its previous place.", name=deal.title)
    return _("%(name)s is back in %(stage)s.", name=deal.title, stage=deal.stage.name)


def find(deal_id: int) -> Deal:
    return db.one_or_404(_found(queries.visible_to(current_user), deal_id))


def back_to(deal: Deal | Carried) -> str:
    """The page the mover came from if it said so, else the deal's board under what the address keeps."""
    return local_path(request.values.get("next"), board_of(deal.pipeline_id))


def _found(deals: Select[tuple[Deal]], deal_id: int) -> Select[tuple[Deal]]:
    """With what its card shows and its stays repeat."""
    shown = joinedload(Deal.owner), joinedload(Deal.company).load_only(Company.name)
    return deals.where(Deal.id == deal_id).options(*shown)


def offer_undo(sentence: str, deal: Deal, event: Event | None = None) -> None:
    """Say that the deal was moved, with a button that takes it back. `event` is that of the move, if at hand."""
    event = event or undoing.last_move(deal)
    say_with_undo(sentence, [event] if event else [], url_for("pipeline.undo", deal_id=deal.id, **kept()))


def say_with_undo(sentence: str, events: Sequence[Event], action: str) -> None:
    flash(_with_undo(sentence, [event.id for event in events], action), "ok")


def _with_undo(sentence: str, events: list[int], action: str) -> Markup:
    """What is taken back on the board is so at once, elsewhere by way of the page."""
    offer = {"sentence": sentence, "events": events, "action": action, "next": request.form.get("next")}
    return Markup(rendered_alone("pipeline/_undo.html", **offer))  # noqa: S704 - the part escapes.


def refused(deal_id: int, *keys: Key | None, reason: str = ""):
    """Answer with the truth: the columns concerned as they stand or that are gone, the card where it is, and why."""
    db.session.rollback()
    flash(reason or _("Someone moved this deal a moment ago. It is now shown in its current place."), "danger")
    deal = db.session.scalar(queries.visible_to(current_user).where(Deal.id == deal_id))
    if deal is None:
        abort(404)
    shown = showing(deal.pipeline)
    concerned = shown.columns(*keys, shown.key_of(deal))
    columns = [boards.reaching(deal, column, shown.deals, shown.layout) for column in concerned]
    parts = {"board": shown, "columns": columns, "gone": shown.gone(keys)}
    return changed("pipeline/_truth.html", otherwise=back_to(deal), status=409, **parts)


def ask_for_outcome(deal, stage):
    """Won and lost want to know more first: a dialog for the board, a page without a script."""
    if not deal.is_open:
        raise Conflict
    kind = stage.kind
    address = url_for(f".{kind}", deal_id=deal.id, **kept())
    onward = url_for(f".{kind}", deal_id=deal.id, stage=stage.id, next=request.form.get("next"), **kept())
    form = outcome_form(deal, kind, Rates.load(reader.currency), formdata=None, stage=stage.id)
    return changed("pipeline/_asked.html", otherwise=onward, deal=deal, kind=kind, form=form, action=address)


def stage_of(deal, stage_id):
    """Stages of the deal's own pipeline only. Raises Gone for one that is a stage no longer."""
    stage = stage_in_use(stage_id)
    return stage if stage.pipeline_id == deal.pipeline_id else abort(404)


def _neighbour(deal_id):
    """A card that the mover does not see counts as not given, so that nothing of it shows."""
    if deal_id is None:
        return None
    return db.session.scalar(queries.visible_to(current_user).where(Deal.id == deal_id))
