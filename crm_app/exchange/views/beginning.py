"""Choosing what to import and a file, and what was imported so far."""

from flask import current_app, flash, redirect, request, url_for
from flask_login import current_user

from crm_app.accounts.access import editor_required
from crm_app.exchange import (
    drafts,
    lists,
    preparing,
    remembering,
    showing,
    uploads,
)
from crm_app.exchange.forms import UploadForm
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.views import bp
from crm_app.exchange.views.steps import must_be_allowed
from crm_app.extensions import db
from crm_app.lists.showing import page as list_page
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _


@bp.get("/")
@editor_required
def index():
    return list_page(
        "exchange/index.html",
        lists.imports(current_user),
        empty_of="exchange/_empty.html",
        kinds=showing.kinds(preparing.may_import(current_user)),
        names=showing.NAMES,
        mappings=remembering.mappings(current_user),
        meanings=showing.meanings(remembering.meanings(current_user)),
    )


@bp.route("/new/<kind>", methods=["GET", "POST"])
@editor_required
def new(kind):
    must_be_allowed(kind)
    # A large file takes a while to look through; nobody else has to wait for the database meanwhile.
    db.session.rollback()
    form = UploadForm(kind)
    if form.validate_on_submit():
        try:
            import_ = drafts.begun(kind, form.file_name, form.stored_name, form.sheet, current_user)
            db.session.add(import_)
            db.session.commit()
        except BaseException:
            uploads.remove(form.stored_name)
            raise
        uploads.claim(form.stored_name)
        return redirect(url_for(".show", import_id=import_.id), 303)

    status = 422 if form.errors else 200
    return page(
        "exchange/new.html", form=form, kind=showing.of(kind), fields=KINDS[kind].fields,
        megabytes=current_app.config["IMPORT_MEGABYTES"], status=status,
    )  # fmt: skip


@bp.post("/forget")
@editor_required
def forget_kept():
    """A mapping, or what the texts of a field mean; one's own."""
    remembering.forget_mapping(current_user, request.form.get("mapping", 0, type=int))
    remembering.forget_meanings(current_user, request.form.get("kind", ""), request.form.get("field", ""))
    db.session.commit()

    flash(_("Forgotten."), "ok")
    return redirect(url_for(".index"), 303)
