"""Setting up a second step for signing in, and taking it away again."""

from flask import flash, redirect, request, url_for
from flask_login import current_user, login_required
from markupsafe import Markup

from crm_app import audit
from crm_app.accounts import mailing, passwords, second_step, sessions, signing_in
from crm_app.accounts.access import must_be_confirmed, person_here
from crm_app.accounts.forms import CodeForm, EndSecondStepForm
from crm_app.accounts.jobs import send
from crm_app.accounts.views import bp
from crm_app.accounts.views.signing_in import may_guess, too_many_tries
from crm_app.extensions import db
from crm_app.web.htmx import page
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


@bp.post("/second-step/secret")
@login_required
def begin_second_step():
    must_be_confirmed()
    second_step.begin(current_user)
    db.session.commit()
    return redirect(url_for(".set_up_second_step"), 303)


@bp.route("/second-step", methods=["GET", "POST"])
@login_required
def set_up_second_step():
    must_be_confirmed()
    form, secret = CodeForm(), second_step.secret_to_confirm(current_user)
    if secret is None:
        return redirect(url_for(".access"), 303)
    codes = second_step.confirm(current_user, form.code.data) if form.validate_on_submit() else []
    if not codes:
        if form.is_submitted() and not form.errors:
            form.code.errors = [
                _(
                    "The code is incorrect. Check that the clock of your phone is correct, then enter the code the app "
                    "shows now."
                )
            ]
        return _secret_page(form, secret)

    audit.note("second step on")
    told = mailing.tell_of_change(current_user, "second step on")
    sessions.end_others(current_user)
    db.session.commit()

    send(told)
    return _codes_page(codes)


@bp.route("/second-step/end", methods=["GET", "POST"])
@login_required
def end_second_step():
    """Off, or with new recovery codes, as the form's `wish` says: either takes the password and a code."""
    form = EndSecondStepForm()
    if not second_step.is_on(current_user):
        return redirect(url_for(".access"), 303)
    if not form.validate_on_submit() or not _is_proven(form):
        return page("accounts/end_second_step.html", form=form, status=422 if form.errors else 200)

    user = person_here()
    return _renewed(user) if request.form.get("wish") == "codes" else _turned_off(user)


def _renewed(user):
    codes = second_step.renew_recovery_codes(user)
    audit.note("recovery codes renewed")
    db.session.commit()
    return _codes_page(codes)


def _turned_off(user):
    second_step.turn_off(user)
    audit.note("second step off")
    told = mailing.tell_of_change(user, "second step off")
    sessions.end_others(user)
    db.session.commit()

    send(told)
    flash(_("Two-step sign-in is off. Other devices were signed out."), "ok")
    return redirect(url_for(".access"), 303)


def _is_proven(form):
    user, stored = person_here(), current_user.password_hash
    guarded = signing_in.code_of(user)
    if not may_guess(guarded):
        form.form_errors.append(too_many_tries())
        return False
    db.session.rollback()
    if not passwords.is_right(stored, form.password.data) or not second_step.takes(user, form.code.data):
        form.form_errors.append(_("The password or code is incorrect, or the code has already been used."))
        return False
    signing_in.forget_guesses(guarded)
    return True


def _secret_page(form, secret):
    address = second_step.address_of(current_user, secret, reader.organisation)
    import segno

    picture = segno.make(address, error="m").svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
    return page(
        "accounts/set_up_second_step.html",
        form=form,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=Markup(picture),  # noqa: S704 - drawn by segno, with no text in it
        status=422 if form.errors else 200,
    )


def _codes_page(codes):
    """Shown here and nowhere else, so it is answered at once instead of after a redirect."""
    return page("accounts/recovery_codes.html", codes=codes)
