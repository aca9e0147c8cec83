"""Questions about the business, each with its answer, and the deals behind every figure."""

from flask import Blueprint

bp = Blueprint("reports", __name__, url_prefix="/reports")

from crm_app.reports.views import questions, records  # noqa: E402, F401
