"""How somebody signs in, and where they are signed in, looked after by themselves."""

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user, login_required

from crm_app import audit
from crm_app.accounts import devices, passkeys, second_step, sessions
from crm_app.accounts.forms import NewPasskeyForm, PasswordForm
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

    flash(_("The device was signed out."), "ok")
    return redirect(url_for(".access"), 303)


@bp.post("/sessions/end-others")
@login_required
def end_other_sessions():
    ended = sessions.end_others(current_user)
    audit.note("session ended", count=ended)
    db.session.commit()

    written = formats.num(ended)
    said = ngettext("%(count)s device was signed out.", "%(count)s devices were signed out.", ended, count=written)
    flash(said, "ok")
    return redirect(url_for(".access"), 303)


def access_page(*, part=None, password_form=None, passkey_form=None, passkey_options=None, status=200):
    return page(
        "accounts/access.html",
        part=part,
        password_form=password_form or PasswordForm(formdata=None),
        passkeys=db.session.scalars(passkeys.of(current_user)).all(),
        passkey_place=passkeys.place(),
        passkey_form=passkey_form or new_passkey_form(formdata=None),
        passkey_options=passkey_options,
        devices=devices.of(current_user),
        has_second_step=second_step.is_on(current_user),
        codes_left=second_step.recovery_codes_left(current_user),
        status=status,
    )


def new_passkey_form(**given):
    """A passkey is called like this browser, until its owner says otherwise."""
    return NewPasskeyForm(name=devices.name_of(request.user_agent.string or "")[:100], **given)
