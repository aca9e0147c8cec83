"""What became of an import: its refused rows, and taking it back."""

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import update

from crm_app.accounts.access import editor_required
from crm_app.exchange import (
    jobs,
    preparing,
    rejects,
    showing,
)
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.models import Import
from crm_app.exchange.views import bp
from crm_app.exchange.views.steps import must_be_allowed, the_import
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.web.csv import download


@bp.route("/<int:import_id>/undo", methods=["GET", "POST"])
@editor_required
def undo(import_id):
    import_ = the_import(import_id)
    must_be_allowed(import_.kind)
    if request.method == "GET":
        if import_.status != "done" or import_.begun_at is None:
            return redirect(url_for(".show", import_id=import_id), 303)
        return render_template("exchange/undo.html", import_=import_, going=showing.going(import_))

    begun = update(Import).where(Import.id == import_id, Import.status == "done", Import.begun_at.is_not(None))
    facts = {"undone": 0, "kept": 0, "undone_by_id": current_user.id, "touched_at": utc_now(), "worker": ""}
    begun = db.session.execute(begun.values(status="undo queued", **facts))
    db.session.commit()

    if begun.rowcount:
        queue.enqueue(jobs.undo_import, import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.get("/<int:import_id>/refused.csv")
@editor_required
def refused(import_id):
    import_ = the_import(import_id)
    try:
        sheet, reasons = preparing.stored_sheet(import_), rejects.of(import_)
    except (UnreadableError, FileNotFoundError):
        abort(404)
    body = rejects.body(sheet, reasons)
    return download(f"refused-{import_id}.csv", rejects.head(sheet), body)
