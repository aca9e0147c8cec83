"""The pages of the settings; each module is one of them."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/settings")

from crm_app.settings.views import audit, first_run, index, organisation, people, pipelines, rates, teams  # noqa: E402, F401
