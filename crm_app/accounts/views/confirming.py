"""Proving again who one is, before what is sensitive."""

from flask import redirect, request, url_for
from flask_login import current_user, login_required

from crm_app import audit
from crm_app.accounts import passwords, sessions, signing_in
from crm_app.accounts.forms import ConfirmForm
from crm_app.accounts.views import bp
from crm_app.accounts.views.signing_in import may_guess, too_many_tries
from crm_app.extensions import db
from crm_app.web.htmx import page
from crm_app.web.redirects import local_path
from crm_app.web.texts import gettext as _


@bp.route("/confirm", methods=["GET", "POST"])
@login_required
def confirm():
    form = ConfirmForm()
    if not form.validate_on_submit():
        return page("accounts/confirm.html", form=form, status=422 if form.errors else 200)

    email, stored, session = current_user.email or "", current_user.password_hash, sessions.current()
    guarded = signing_in.password_of(email)
    if not may_guess(guarded):
        form.password.errors = [too_many_tries()]
        return page("accounts/confirm.html", form=form, status=429)
    db.session.rollback()
    if not passwords.is_right(stored, form.password.data):
        audit.note("sign-in failed", email)
        db.session.commit()
        form.password.errors = [_("That is not your current password.")]
        return page("accounts/confirm.html", form=form, status=422)

    signing_in.forget_guesses(guarded)
    sessions.confirm(session)
    db.session.commit()
    return redirect(local_path(request.args.get("next"), url_for("settings.index")), 303)
