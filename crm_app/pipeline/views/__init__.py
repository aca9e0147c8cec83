"""The pages of the pipeline: the board, moving deals on it, and the deals themselves."""

from flask import Blueprint

bp = Blueprint("pipeline", __name__, url_prefix="/pipeline")

from crm_app.pipeline.views import adding, beside, board, deal, deals, moves, outcomes, snoozing, together  # noqa: E402, F401
