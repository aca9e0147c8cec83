"""The goals of a period, and the sheet on which targets are set."""

from flask import Blueprint

from crm_app.goals import amounts

bp = Blueprint("goals", __name__, url_prefix="/goals")
bp.add_app_template_filter(amounts.written, "figure")
bp.add_app_template_filter(amounts.difference, "difference")
bp.add_app_template_filter(amounts.typed, "typed")

from crm_app.goals.views import overview, targets  # noqa: E402, F401
