"""The board: a column for each open stage, and a column's further cards."""

from flask import abort, request
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.pipeline import boards
from crm_app.pipeline.forms.filters import DealFilterForm
from crm_app.pipeline.views import bp
from crm_app.pipeline.views.showing import showing
from crm_app.web.htmx import page


@bp.get("/board")
@seller_required
def board():
    shown = showing(filters=DealFilterForm.of_request().offer(current_user))
    columns = boards.columns(shown.deals, shown.pipeline, shown.sums)
    return page("pipeline/board.html", board=shown, columns=columns)


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
