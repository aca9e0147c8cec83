"""The board: a column for each open stage, a column's further cards, and what others did meanwhile."""

from typing import Any

from flask import abort, request
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.activity import following
from crm_app.pipeline import arrivals, boards, limits
from crm_app.pipeline.forms.filters import DealFilterForm
from crm_app.pipeline.shapes import all_shapes
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.showing import Showing, open_stage, showing
from crm_app.saved_views import menus
from crm_app.web.addresses import whole_id
from crm_app.web.htmx import page
from crm_app.web.reader import reader

# So many events that do not concern a board may pass before it is told to read on behind them.
_PASSED_IN_SILENCE = 50
# After more, a board is better shown anew.
_TOLD_AT_MOST = 100


@bp.get("/board")
@seller_required
def board():
    place = following.place_now()
    shown = whole_board(is_forecast=False)
    return page("pipeline/board.html", board=shown, columns=shown.columns(), place=place, **surroundings(shown))


def whole_board(*, is_forecast: bool) -> Showing:
    """With its filters offered, and of pipelines their shapes."""
    filters = DealFilterForm.of_request().offer(current_user)
    return showing(filters=filters, is_forecast=is_forecast, pipelines=all_shapes())


def surroundings(shown) -> dict[str, Any]:
    """What stands around a board of either kind: the views saved of it, and the deal that the address wants beside."""
    deal_id = whole_id(request.args.get("deal"))
    beside_url = shown.url("pipeline.beside", deal_id=deal_id, beside=1, pipeline=None) if deal_id else None
    return {"views": menus.menu("deals", request.path), "beside_url": beside_url}


@bp.get("/board/stages/<int:stage_id>")
@seller_required
def cards(stage_id):
    """A column's next cards; as a page of its own where no script fetches them."""
    try:
        stage = open_stage(stage_id)
    except limits.Gone:
        abort(404)
    shown = showing(stage.pipeline, is_forecast=False)
    return more_cards(shown, shown.heads(stage)[0])


def more_cards(shown, head):
    column = boards.cards_after(shown.deals, shown.layout, head, request.args.get("after", ""))
    return page("pipeline/cards.html", part="pipeline/_cards.html", board=shown, column=column)


@bp.get("/board/news")
@seller_required
def news():
    """What others did since the board was shown, asked for every few seconds: nothing at all where nothing happened.

    The address names the day on which it was shown: what closes today is overdue tomorrow, whoever does anything. And
    it names the reader: after another signed in with the same browser, the board in an older tab is not theirs.
    """
    place = following.Place.read(request.args.get("since", "")) or abort(400)
    happened = following.since(place)
    events, renamed = arrivals.touched(happened.events), arrivals.renamed(happened.events)
    is_of_another = request.args.get("reader", type=int) not in (None, current_user.id)
    is_reshaped = arrivals.is_reshaped(happened.events) or is_of_another
    is_of_today = request.args.get("day") in (None, reader.today().isoformat())
    is_redrawn = arrivals.is_redrawn(happened.events) or not is_of_today
    is_beyond_telling = is_reshaped or is_redrawn or not happened.is_all
    is_quiet = not is_beyond_telling and len(happened.events) < _PASSED_IN_SILENCE
    if is_quiet and not events and not renamed:
        return "", 204

    shown = showing()
    is_outdated = is_beyond_telling or len(events) > _TOLD_AT_MOST or shown.has_moved_on
    is_outdated = is_outdated or arrivals.are_named(renamed, shown.deals)
    found = None if is_outdated else arrivals.news(events, shown.deals, shown.layout, current_user)
    if is_quiet and found is not None and not any(found):
        return "", 204

    parts = {"board": shown, "place": happened.place, "news": found, "is_outdated": is_outdated}
    return page("pipeline/_news.html", heads=shown.heads(), is_reshaped=is_reshaped, **parts)
