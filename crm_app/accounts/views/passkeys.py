"""Signing in with a passkey, adding one and removing it."""

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user, login_required

from crm_app import audit
from crm_app.accounts import mailing, passkeys, sessions, signing_in
from crm_app.accounts.access import must_be_confirmed, person_here
from crm_app.accounts.forms import PasskeyForm, SignInForm
from crm_app.accounts.jobs import send
from crm_app.accounts.models import Passkey
from crm_app.accounts.views import bp
from crm_app.accounts.views.access import access_page, new_passkey_form
from crm_app.accounts.views.signing_in import may_guess, open_session, sign_in_page, too_many_tries
from crm_app.extensions import db, limiter
from crm_app.web.htmx import gone_to, page
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


@bp.post("/sign-in/passkey/challenge")
@limiter.limit("100 per 15 minutes")
def ask_for_passkey():
    """The page again, with what its script is to ask the browser."""
    if current_user.is_authenticated:
        return gone_to(url_for("home.index"))
    options = passkeys.asked_of_visitor(_place())
    db.session.commit()
    return sign_in_page(SignInForm(), part="accounts/_passkey.html", passkey_options=options)


@bp.post("/sign-in/passkey")
def sign_in_with_passkey():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"), 303)
    form, here = PasskeyForm(), _place()
    guarded = signing_in.passkey_of(passkeys.credential_of(form.answer.data or ""))
    if not may_guess(guarded):
        return _refused(429, too_many_tries())
    try:
        if not form.validate():
            raise passkeys.RefusedError
        user, passkey = passkeys.signed_in(here, form.answer.data)
    except passkeys.RefusedError as refusal:
        _note_refused(refusal.passkey)
        db.session.commit()
        return _refused(422, _("That passkey was not accepted. Try again, or sign in with your password."))

    signing_in.forget_guesses(guarded)
    return open_session(user, remember=form.remember.data, particulars={"passkey": passkey.name})


@bp.post("/passkeys/challenge")
@login_required
def ask_to_add_passkey():
    """The page again, with what its script is to ask the browser."""
    must_be_confirmed()
    form, options = new_passkey_form(), None
    if form.validate() and _may_have_another(form):
        options = passkeys.asked_of(current_user, _place(), reader.organisation)
        db.session.commit()
    status = 422 if form.errors else 200
    return access_page(part="accounts/_new_passkey.html", passkey_form=form, passkey_options=options, status=status)


@bp.post("/passkeys")
@login_required
def add_passkey():
    must_be_confirmed()
    form, here, user = new_passkey_form(), _place(), person_here()
    if not form.validate() or not _may_have_another(form):
        return access_page(passkey_form=form, status=422)
    try:
        added = passkeys.add(user, here, form.name.data or _("Passkey"), form.answer.data)
    except passkeys.RefusedError:
        db.session.commit()
        form.form_errors.append(_("Your browser’s answer was not accepted. Try again."))
        return access_page(passkey_form=form, status=422)
    audit.note("passkey added", added.name)
    told = mailing.tell_of_change(user, "passkey added")
    db.session.commit()

    send(told)
    flash(_("The passkey was added. You can now sign in with it."), "ok")
    return redirect(url_for(".access"), 303)


@bp.route("/passkeys/<int:passkey_id>/removal", methods=["GET", "POST"])
@login_required
def remove_passkey(passkey_id):
    passkey = db.one_or_404(passkeys.of(current_user).where(Passkey.id == passkey_id))
    must_be_confirmed()
    if request.method == "GET":
        return page("accounts/remove_passkey.html", passkey=passkey)

    db.session.delete(passkey)
    audit.note("passkey removed", passkey.name)
    told = mailing.tell_of_change(current_user, "passkey removed")
    sessions.end_others(current_user)
    db.session.commit()

    send(told)
    flash(_("The passkey was removed. Other devices were signed out."), "ok")
    return redirect(url_for(".access"), 303)


def _place():
    return passkeys.place() or abort(404)


def _may_have_another(form):
    if passkeys.count(current_user) < passkeys.MOST:
        return True
    form.form_errors.append(_("You have reached the maximum number of passkeys. Remove one first."))
    return False


def _note_refused(passkey):
    if passkey is None:
        audit.note("passkey refused")
        return
    audit.note("passkey refused", passkey.name, actor=passkey.user)


def _refused(status, words):
    form = SignInForm(formdata=None)
    form.form_errors.append(words)
    return sign_in_page(form, status=status)
