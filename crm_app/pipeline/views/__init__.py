"""The pages of the pipeline: the board and the forecast, moving deals on them, and the deals themselves."""
# ruff: noqa: E402, F401

from flask import Blueprint

bp = Blueprint("pipeline", __name__, url_prefix="/pipeline")

from crm_app.pipeline.views import (
    adding,
    beside,
    board,
    deal,
    deals,
    forecast,
    moves,
    outcomes,
    snoozing,
    together,
)
