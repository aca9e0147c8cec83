"""The board: a column for each open stage, and a column's further cards."""

from flask import abort, request, url_for
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.activity import following
from crm_app.pipeline import arrivals, boards
from crm_app.pipeline.forms.filters import DealFilterForm, whole_id
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.showing import showing
from crm_app.saved_views import menus
from crm_app.web.htmx import page

# So many events that do not concern a board may pass before it is told to read on behind them.
_PASSED_IN_SILENCE = 50
# After more, a board is better shown anew.
_TOLD_AT_MOST = 100


@bp.get("/board")
@seller_required
def board():
    place = following.place_now()
    shown = showing(filters=DealFilterForm.of_request().offer(current_user))
    columns = boards.columns(shown.deals, shown.pipeline, shown.sums)
    views = menus.menu("deals", url_for(".board"))
    return page("pipeline/board.html", board=shown, columns=columns, place=place, views=views, beside_url=_beside())


def _beside():
    """Where the deal is found that the address wants beside the board."""
    deal_id = whole_id(request.args.get("deal"))
    return url_for(".beside", deal_id=deal_id, beside=1) if deal_id else None


@bp.get("/board/stages/<int:stage_id>")
@seller_required
def cards(stage_id):
    """A column's next cards; as a page of its own where no script fetches them."""
    shown = showing()
    stage = next((one for pipeline in shown.pipelines for one in pipeline.open_stages if one.id == stage_id), None)
    if stage is None:
        abort(404)
    found, next_key = boards.cards_after(shown.deals, stage, request.args.get("after", ""))
    return page(
        "pipeline/cards.html", part="pipeline/_cards.html", board=shown, stage=stage, cards=found, next_key=next_key
    )


@bp.get("/board/news")
@seller_required
def news():
    """What others did since the board was shown, asked for every few seconds: nothing at all where nothing happened."""
    place = following.Place.read(request.args.get("since", "")) or abort(400)
    happened = following.since(place)
    events = arrivals.touched(happened.events)
    is_reshaped = arrivals.is_reshaped(happened.events)
    is_quiet = not is_reshaped and happened.is_all and len(happened.events) < _PASSED_IN_SILENCE
    if is_quiet and not events:
        return "", 204

    shown = showing()
    is_outdated = is_reshaped or not happened.is_all or len(events) > _TOLD_AT_MOST
    found = None if is_outdated else arrivals.news(events, shown.deals, shown.pipeline, current_user)
    if is_quiet and not any(found):
        return "", 204

    parts = {"board": shown, "place": happened.place, "news": found, "is_outdated": is_outdated}
    parts["is_reshaped"] = is_reshaped
    return page("pipeline/_news.html", heads=shown.heads(*shown.pipeline.open_stages), **parts)
