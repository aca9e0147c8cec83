"""Signing in and out, and one's own preferences."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, logout_user

from crm_app.accounts import passwords, preferences, signing_in
from crm_app.accounts.forms import PasswordForm, PreferencesForm, SignInForm
from crm_app.extensions import db, limiter
from crm_app.web.htmx import page
from crm_app.web.reader import LANGUAGES
from crm_app.web.redirects import local_path

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=["POST"])
def sign_in():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"), 303)
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        email, address = form.email.data, request.remote_addr or ""
        if signing_in.is_paused(email, address):
            form.form_errors.append(_("Too many tries. Wait 15 minutes and try again."))
            status = 429
        elif user := signing_in.authenticated(email, form.password.data):
            _rehash_if_outdated(user, form.password.data)
            signing_in.forget_failures(email)
            db.session.commit()
            signing_in.begin_session(user, remember=form.remember.data)
            return redirect(local_path(request.args.get("next"), url_for("home.index")), 303)
        else:
            signing_in.note_failure(email, address)
            db.session.commit()
            form.form_errors.append(_("E-mail and password do not belong together."))
            status = 422

    return page("accounts/sign_in.html", form=form, status=422 if form.errors and status == 200 else status)


@bp.post("/sign-out")
@login_required
def sign_out():
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("accounts.sign_in"), 303)


@bp.post("/language")
def language():
    """A visitor's choice of language, kept in the session until they sign in."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    return redirect(local_path(request.form.get("next"), url_for("accounts.sign_in")), 303)


@bp.route("/preferences", methods=["GET", "POST"])
@login_required
def edit_preferences():
    reader = preferences.for_user(current_user)
    form = PreferencesForm(obj=reader)
    if form.validate_on_submit():
        _apply_preferences(form)
        db.session.commit()
        return redirect(local_path(request.form.get("next"), url_for(".edit_preferences")), 303)

    status = 422 if form.errors else 200
    return page("accounts/edit_preferences.html", form=form, password_form=PasswordForm(), status=status)


@bp.post("/password")
@login_required
@limiter.limit("20 per hour")
def change_password():
    form = PasswordForm()
    stored = current_user.password_hash
    db.session.rollback()
    if form.validate_on_submit() and not passwords.is_right(stored, form.current.data):
        form.current.errors = [_("That is not your current password.")]
    if form.errors:
        html = render_template(
            "accounts/edit_preferences.html",
            form=PreferencesForm(obj=preferences.for_user(current_user)),
            password_form=form,
        )
        return html, 422

    current_user.password_hash = passwords.hashed(form.password.data)
    current_user.end_sessions()
    db.session.commit()
    signing_in.begin_session(current_user, remember=False)
    flash(_("Your password is changed. Other devices are signed out."), "ok")
    return redirect(url_for(".edit_preferences"), 303)


def _rehash_if_outdated(user, password):
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)


def _apply_preferences(form):
    """Only what was sent changes; a new language brings its own calendar and digits along."""
    if "language" in request.form and form.language.data != current_user.language:
        current_user.language = form.language.data
        current_user.calendar = current_user.digits = ""
    for name in ("calendar", "digits", "theme"):
        if name in request.form and getattr(form, name).data:
            setattr(current_user, name, getattr(form, name).data)
