"""The page and the part that show what was found."""

from flask import Blueprint, request
from flask_login import current_user, login_required

from crm_app.accounts.queries import sees_everything
from crm_app.search import finding
from crm_app.web.htmx import page
from crm_app.web.text import clean

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("/")
@login_required
def index():
    text = clean(request.args.get("q", "")[: finding.LONGEST])
    kinds = finding.found(current_user, text)
    is_narrowed = not sees_everything(current_user)
    return page("search/index.html", part="search/_results.html", text=text, kinds=kinds, is_narrowed=is_narrowed)
