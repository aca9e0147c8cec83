"""Proving again who one is, before what is sensitive."""

from flask import redirect, request, url_for
from flask_login import login_required

from crm_app.accounts import sessions
from crm_app.accounts.forms import ConfirmForm
from crm_app.accounts.views import bp
from crm_app.accounts.views.signing_in import password_given
from crm_app.extensions import db
from crm_app.web.htmx import page
from crm_app.web.redirects import local_path


@bp.route("/confirm", methods=["GET", "POST"])
@login_required
def confirm():
    form = ConfirmForm()
    if not form.validate_on_submit():
        return page("accounts/confirm.html", form=form, status=422 if form.errors else 200)

    session = sessions.current()
    status = password_given(form.password)
    if status != 200:
        return page("accounts/confirm.html", form=form, status=status)

    sessions.confirm(session)
    db.session.commit()
    return redirect(local_path(request.args.get("next"), url_for("settings.index")), 303)
