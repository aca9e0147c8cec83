"""Nothing of its own yet: each record's page shows its part of the log."""

from flask import Blueprint

bp = Blueprint("activity", __name__, url_prefix="/activity")
