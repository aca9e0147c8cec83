"""How Peyvand is written and shown to somebody, chosen by themselves."""

from flask import abort, flash, redirect, request, session, url_for
from flask_login import current_user, login_required

from crm_app.accounts import preferences
from crm_app.accounts.forms import PreferencesForm
from crm_app.accounts.views import bp
from crm_app.extensions import db
from crm_app.web.htmx import page
from crm_app.web.reader import LANGUAGES
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _


@bp.post("/language")
def language():
    """A visitor's choice of language, kept in the session until they sign in."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    return redirect(local_path(request.form.get("next"), url_for(".sign_in")), 303)


@bp.route("/preferences", methods=["GET", "POST"])
@login_required
def edit_preferences():
    form = PreferencesForm(obj=current_user)
    if not form.validate_on_submit():
        return page("accounts/edit_preferences.html", form=form, status=422 if form.errors else 200)

    _apply(form)
    db.session.commit()

    preferences.apply(current_user)
    session["language"], session["theme"] = current_user.language, current_user.theme
    if "next" not in request.form:
        flash(_("Your preferences were saved."), "ok")
    return redirect(local_path(request.form.get("next"), url_for(".edit_preferences")), 303)


def _apply(form):
    """Only what was sent changes; an empty calendar or digits follow the language."""
    for name in ("language", "calendar", "digits", "theme"):
        if name in request.form and (form[name].data or name in ("calendar", "digits")):
            setattr(current_user, name, form[name].data or "")
