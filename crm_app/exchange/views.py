"""Import in the browser: choose a file, match its columns, check its rows, watch it go in."""

from flask import Blueprint

from crm_app.exchange import jobs  # noqa: F401

bp = Blueprint("exchange", __name__, url_prefix="/exchange")
