"""The backups under Settings: which there are, one more at any time, and each to take along."""

from flask import Blueprint, abort, redirect, request, url_for

from crm_app import audit
from crm_app.accounts.access import must_be_confirmed, role_required
from crm_app.backups import kept, nightly
from crm_app.extensions import db
from crm_app.jobs import jobs
from crm_app.web.downloads import attached
from crm_app.web.htmx import page

bp = Blueprint("backups", __name__, url_prefix="/settings/backups")


@bp.get("/")
@role_required("owner")
def index():
    must_be_confirmed()
    due = request.args.get("due", "")
    return page(
        "backups/index.html",
        part="backups/_kept.html",
        kept=kept.newest_first(),
        due=due if kept.is_due(due) else "",
        nights=nightly.KEPT,
    )


@bp.post("/")
@role_required("owner")
def make():
    must_be_confirmed()
    name = kept.new_name()
    audit.note("backup made", name)
    db.session.commit()
    jobs.enqueue(nightly.back_up_as, name)
    return redirect(url_for(".index", due=name))


@bp.get("/<name>")
@role_required("owner")
def download(name):
    must_be_confirmed()
    path = kept.path_of(name)
    if path is None:
        abort(404)
    return attached(name, path.open("rb"), "application/zip")
