"""The page and the part that show what was found, and what the palette offers."""

from flask import Blueprint, request
from flask_login import current_user, login_required

from crm_app.accounts.queries import sees_everything
from crm_app.search import finding, opened
from crm_app.search import palette as palettes
from crm_app.web.htmx import page
from crm_app.web.text import clean

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("/")
@login_required
def index():
    text = _text()
    kinds = finding.found(current_user, text)
    return page("search/index.html", part="search/_results.html", text=text, kinds=kinds, is_narrowed=_is_narrowed())


@bp.get("/palette")
@login_required
def palette():
    """The options of the palette that every page carries."""
    text = _text()
    offer = palettes.offer(current_user, text, opened.read(request.args.get("opened", "")))
    return page("search/_options.html", text=text, offer=offer, is_narrowed=_is_narrowed())


def _text():
    return clean(request.args.get("q", "")[: finding.LONGEST])


def _is_narrowed():
    return not sees_everything(current_user)
