"""The page under Settings, and the two addresses for programs that watch."""

from flask import Blueprint

bp = Blueprint("health", __name__, url_prefix="/settings/health")
# For programs: no session, no person, no language, so that an answer costs next to nothing and needs nothing.
probes = Blueprint("probes", __name__)

from crm_app.health.views import page, watching  # noqa: E402, F401
