"""Holes made on purpose, for tests alone: whoever looks for holes must find these, else they have looked at nothing.

Nothing of Peyvand imports this. `plant(app)` adds the pages to an application that is made for a test.
"""

from pathlib import Path

from flask import Blueprint, Flask, redirect, request
from flask_login import login_required
from markupsafe import Markup
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from crm_app.extensions import db

_FOLDER = Path(__file__).parent
bp = Blueprint("canaries", __name__, url_prefix="/canaries")
# What each of them does, as the fuzzing calls it.
KINDS = {
    "canaries.echo": "markup",
    "canaries.sort": "statement",
    "canaries.named": "statement",
    "canaries.leave": "redirect",
    "canaries.lines": "failure",
    "canaries.file": "file",
}
# What stands in each address until somebody tries something else.
USUAL = {
    "canaries.echo": {"text": "hello"},
    "canaries.sort": {"sort": "name"},
    "canaries.named": {"name": "Alpha Optics"},
    "canaries.leave": {"to": "/"},
    "canaries.lines": {"text": "hello"},
    "canaries.file": {"name": "canaries.py"},
}


def plant(app: Flask) -> Flask:
    app.register_blueprint(bp)
    return app


def among(findings) -> tuple[set[str], list[str]]:
    """Which holes were found for what they are, and what was found elsewhere."""
    found = set()
    for one in findings:
        endpoint, kind = one.target.partition(" ")[2], one.breach.partition(":")[0]
        if KINDS.get(endpoint) == kind:
            found.add(endpoint)
    return found, [str(one) for one in findings if "canaries." not in one.target]


@bp.get("/")
@login_required
def index():
    links = Markup("").join(
        Markup('<li><a href="{}?{}={}">{}</a></li>').format(f"/canaries/{endpoint.partition('.')[2]}", *pair, endpoint)
        for endpoint, usual in USUAL.items()
        for pair in usual.items()
    )
    return _page(links)


@bp.get("/echo")
@login_required
def echo():
    """Markup of whoever asks."""
    return _page(Markup(request.args.get("text", "")))


@bp.get("/sort")
@login_required
def sort():
    """An order that is put into the statement."""
    return _names(f"SELECT name FROM companies ORDER BY {request.args.get('sort', 'name')}")


@bp.get("/named")
@login_required
def named():
    """A name that is put into the statement."""
    return _names(f"SELECT name FROM companies WHERE name = '{request.args.get('name', '')}'")


@bp.get("/leave")
@login_required
def leave():
    """A way to any other site."""
    return redirect(request.args.get("to", "/").replace("\r", "").replace("\n", ""))


@bp.get("/lines")
@login_required
def lines():
    """A text that must be one line, or it breaks."""
    (only,) = request.args.get("text", "").splitlines() or [""]
    return _page(only)


@bp.get("/file")
@login_required
def file():
    """Any file of the machine."""
    try:
        return _page(Path(f"{_FOLDER}/{request.args.get('name', '')}").read_text())
    except (OSError, ValueError):
        return _page("no such file"), 404


def _names(statement: str):
    try:
        return _page(", ".join(db.session.scalars(text(statement))))
    except DatabaseError:
        return _page("no such list"), 400


def _page(body: str):
    shell = Markup('<!doctype html><html lang="en" dir="ltr"><title>Canaries</title><h1>Canaries</h1>{}</html>')
    return shell.format(body)
