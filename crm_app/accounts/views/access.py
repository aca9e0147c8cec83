"""How somebody signs in, and where they are signed in, looked after by themselves."""

from flask import abort, flash, redirect, url_for
from flask_login import current_user, login_required

from crm_app import audit
from crm_app.accounts import devices, second_step, sessions
from crm_app.accounts.forms import PasswordForm
from crm_app.accounts.views import bp
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@bp.get("/access")
@login_required
def access():
    return access_page()


@bp.post("/sessions/<int:session_id>/end")
@login_required
def end_session(session_id):
    if not sessions.end(current_user, session_id):
        abort(404)
    audit.note("session ended")
    db.session.commit()

    flash(_("That device is signed out."), "ok")
    return redirect(url_for(".access"), 303)


@bp.post("/sessions/end-others")
@login_required
def end_other_sessions():
    ended = sessions.end_others(current_user)
    audit.note("session ended", count=ended)
    db.session.commit()

    written = formats.num(ended)
    said = ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", ended, count=written)
    flash(said, "ok")
    return redirect(url_for(".access"), 303)


def access_page(password_form=None):
    return page(
        "accounts/access.html",
        password_form=password_form or PasswordForm(formdata=None),
        devices=devices.of(current_user),
        has_second_step=second_step.is_on(current_user),
        codes_left=second_step.recovery_codes_left(current_user),
        status=422 if password_form and password_form.errors else 200,
    )
