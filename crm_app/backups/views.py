"""The backups under Settings: which there are, one more at any time, each to take along; and one put back at first."""

from contextlib import closing

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for

from crm_app import audit
from crm_app.accounts import links, queries
from crm_app.accounts.access import must_be_confirmed, role_required
from crm_app.backups import BackupError, asked, kept, nightly, restoring
from crm_app.backups.forms import RestoreForm
from crm_app.extensions import db, limiter
from crm_app.jobs import jobs
from crm_app.web.downloads import attached
from crm_app.web.htmx import page
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

bp = Blueprint("backups", __name__, url_prefix="/settings/backups")


@bp.url_value_preprocessor
def take_large_files(endpoint, values):
    """Before a form is read; only of somebody who has the link that sets Peyvand up."""
    if endpoint != f"{bp.name}.put_back" or request.method != "POST":
        return
    may_put_back = _may_put_back(values["token"])
    # A form may take its sender as long as they like: nobody else is to wait for it.
    db.session.rollback()
    if may_put_back:
        request.max_content_length = current_app.config["IMPORT_MEGABYTES"] << 20


@bp.get("/")
@role_required("owner")
def index():
    must_be_confirmed()
    due = request.args.get("due", "")
    return page(
        "backups/index.html",
        part="backups/_kept.html",
        kept=kept.newest_first(),
        trouble=_trouble(),
        due=due if kept.is_due(due) else "",
        nights=nightly.KEPT,
        are_locked=bool(kept.passphrase()),
    )


@bp.post("/")
@role_required("owner")
def make():
    must_be_confirmed()
    if _trouble():
        return redirect(url_for(".index"), 303)
    name = kept.new_name()
    audit.note("backup made", name)
    db.session.commit()
    asked.note(name)
    jobs.enqueue(nightly.back_up_as, name)
    return redirect(url_for(".index", due=name))


@bp.get("/<name>")
@role_required("owner")
def download(name):
    must_be_confirmed()
    path = kept.path_of(name)
    if path is None:
        abort(404)
    return attached(name, path.open("rb"), "application/zip" if name.endswith(".zip") else "application/octet-stream")


@bp.route("/first-run/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def put_back(token):
    if not _may_put_back(token):
        abort(404)
    form = RestoreForm()
    if not form.validate_on_submit():
        return _asked_for(form, token)

    # The link is taken first: nobody sets up meanwhile what is being replaced.
    if not links.use_setup_link(token):
        abort(404)
    db.session.commit()
    try:
        with closing(form.file.data) as sent:
            about = restoring.restore_from(sent.stream, sent.filename, form.passphrase.data)
    except (BackupError, OSError) as error:
        links.give_back_setup_link(token)
        db.session.commit()
        form.file.errors = [_told(error)]
        return _asked_for(form, token)
    audit.note("backup put back", f"{about.organisation}, {about.made_at:%Y-%m-%d %H:%M} UTC")
    db.session.commit()

    flash(_("%(name)s was restored. Sign in with the account you had there.", name=about.organisation), "ok")
    return redirect(url_for("accounts.sign_in"), 303)


def _trouble():
    """What the page says of a folder that somebody else made."""
    try:
        kept.expect_open()
    except OSError as error:
        said = _("%(name)s cannot be read (%(reason)s).", name=error.filename, reason=error.strerror)
        return reader.space.join((said, _("Give the user that runs Peyvand access to it.")))
    return ""


def _may_put_back(token):
    return queries.organisation() is None and links.setup_link_works(token)


def _asked_for(form, token):
    megabytes = current_app.config["IMPORT_MEGABYTES"]
    status = 422 if form.errors else 200
    return page("backups/put_back.html", form=form, token=token, megabytes=megabytes, status=status)


def _told(error):
    reason = _("A file cannot be read or written.") if isinstance(error, OSError) else str(error)
    return reader.space.join((reason, _("Nothing was restored.")))
