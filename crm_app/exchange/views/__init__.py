"""Import in the browser: choose a file, match its columns, check its rows, watch it go in, take it back."""

from flask import Blueprint, current_app, request, session

bp = Blueprint("exchange", __name__, url_prefix="/exchange")


@bp.url_value_preprocessor
def take_large_files(endpoint, _values):
    """Before a form is read; only here, and only of somebody who has signed in."""
    if endpoint == f"{bp.name}.new" and request.method == "POST" and "_user_id" in session:
        request.max_content_length = current_app.config["IMPORT_MEGABYTES"] << 20


from crm_app.exchange.views import beginning, deciding, outcome  # noqa: E402, F401
