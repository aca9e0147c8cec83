"""Saving what a list shows under a name, renaming and sharing it, and deleting it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_login import current_user, login_required
from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.saved_views import queries
from crm_app.saved_views.forms import SaveViewForm, ViewForm
from crm_app.saved_views.menus import kept_if_short
from crm_app.saved_views.models import SavedView
from crm_app.web.htmx import page
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _

bp = Blueprint("saved_views", __name__, url_prefix="/views")


@bp.post("/")
@login_required
def new():
    form = SaveViewForm()
    if not form.validate_on_submit():
        is_nonsense = form.place.errors or form.query.errors
        return abort(400) if is_nonsense else page("saved_views/new.html", form=form, status=422)

    name, place = form.name.data, form.place.data
    # Saved twice at once, it is one view all the same: the later one finds what the first one saved.
    db.session.execute(select(User.id).where(User.id == current_user.id).with_for_update(key_share=True))
    replaced = queries.own_named(current_user, place, name)
    view = replaced or SavedView(owner=current_user, place=place, is_pinned=False, is_shared=False)
    view.query = kept_if_short(form.query.data) or abort(400)
    form.fill(view)
    db.session.add(view)
    db.session.commit()

    said = _("The view %(name)s was changed.", name=view.name) if replaced else _("%(name)s was saved.", name=view.name)
    flash(said, "ok")
    return redirect(_back(form.next.data), 303)


@bp.route("/<int:view_id>", methods=["GET", "POST"])
@login_required
def edit(view_id):
    view = _view(view_id)
    form = ViewForm(view)
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return page("saved_views/edit.html", view=view, form=form, next=_back(), status=status)

    form.fill(view)
    db.session.commit()

    flash(_("The view %(name)s was changed.", name=view.name), "ok")
    return redirect(_back(), 303)


@bp.route("/<int:view_id>/deletion", methods=["GET", "POST"])
@login_required
def delete(view_id):
    view = _view(view_id)
    if request.method == "GET":
        return page("saved_views/delete.html", view=view, next=_back())

    db.session.delete(view)
    db.session.commit()

    flash(_("The view %(name)s was deleted.", name=view.name), "ok")
    return redirect(_back(), 303)


def _view(view_id):
    return db.one_or_404(queries.changeable_by(current_user).where(SavedView.id == view_id))


def _back(target=None):
    return local_path(target or request.values.get("next"), url_for("home.index"))
