"""Signing in and out, one's own password and preferences."""

from flask import Blueprint, abort, flash, redirect, request, session, url_for
from flask_login import current_user, login_required, logout_user

from crm_app.accounts import links, passwords, preferences, signing_in
from crm_app.accounts.forms import ChosenPasswordForm, PasswordForm, PreferencesForm, SignInForm
from crm_app.extensions import db, limiter, login_manager
from crm_app.web.htmx import gone_to, page, wants_part
from crm_app.web.reader import LANGUAGES
from crm_app.web.redirects import local_path, path_of
from crm_app.web.texts import gettext as _

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


@login_manager.unauthorized_handler
def ask_to_sign_in():
    """A part that htmx asked for is no place for the sign-in form: the whole page goes there."""
    if wants_part():
        here = path_of(request.htmx.current_url, url_for("home.index"))
        answer = gone_to(url_for("accounts.sign_in", next=here))
        answer.status_code = 401
        return answer
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=back))


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return page("accounts/sign_in.html", form=form, status=422 if form.errors else 200)

    user, status = _let_in(form.email.data, form.password.data)
    if user is None:
        form.form_errors.append(_refusal(status))
        return page("accounts/sign_in.html", form=form, status=status)

    signing_in.begin_session(user, remember=form.remember.data)
    return redirect(local_path(request.args.get("next"), url_for("home.index")), 303)


@bp.post("/sign-out")
@login_required
def sign_out():
    language, theme = current_user.language, current_user.theme
    logout_user()
    session.clear()
    session.update(language=language, theme=theme)
    return redirect(url_for(".sign_in"), 303)


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
        return _preferences_page(form=form)

    _apply_preferences(form)
    db.session.commit()

    preferences.apply(current_user)
    if "next" not in request.form:
        flash(_("Your preferences are saved."), "ok")
    return redirect(local_path(request.form.get("next"), url_for(".edit_preferences")), 303)


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
        return _preferences_page(password_form=form)

    new = passwords.hashed(form.password.data)
    _set_password(current_user, new)
    db.session.commit()

    signing_in.begin_session(current_user._get_current_object(), remember=session.permanent)
    flash(_("Your password is changed. Other devices are signed out."), "ok")
    return redirect(url_for(".edit_preferences"), 303)


@bp.route("/password/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def set_password(token):
    """By a link that somebody was handed: it works once, for a day, and signs them in."""
    user = links.person_behind(token)
    if user is None:
        return _private(page("accounts/link_is_used.html", status=410))
    form = ChosenPasswordForm()
    if not form.validate_on_submit():
        return _private(page("accounts/set_password.html", form=form, user=user, status=422 if form.errors else 200))

    db.session.rollback()
    new = passwords.hashed(form.password.data)
    user = links.person_behind(token)
    if user is None or not links.use_password_link(token):
        return _private(page("accounts/link_is_used.html", status=410))
    _set_password(user, new)
    db.session.commit()

    signing_in.begin_session(user, remember=False)
    flash(_("Your password is set and you are signed in."), "ok")
    return redirect(url_for("home.index"), 303)


def _let_in(email, password):
    """The user, or None with the status to answer. Guesses are counted first, whether the account exists or not."""
    address = request.remote_addr or ""
    if signing_in.is_paused(email, address):
        return None, 429
    guess = signing_in.note_guess(email, address)
    db.session.commit()
    if signing_in.is_paused(email, address, besides=1):
        db.session.delete(guess)
        db.session.commit()
        return None, 429
    user = signing_in.authenticated(email, password)
    if user is None:
        return None, 422
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    signing_in.forget_guesses(email)
    db.session.commit()
    return user, 200


def _refusal(status):
    if status == 429:
        return _("Too many tries. Wait 15 minutes and try again.")
    return _("E-mail and password do not belong together.")


def _set_password(user, hashed):
    user.password_hash = hashed
    user.end_sessions()
    links.forget_password_link(user)


def _preferences_page(form=None, password_form=None):
    chosen = form or PreferencesForm(formdata=None, obj=current_user)
    status = 422 if chosen.errors or (password_form and password_form.errors) else 200
    return page(
        "accounts/edit_preferences.html",
        form=chosen,
        password_form=password_form or PasswordForm(formdata=None),
        status=status,
    )


def _apply_preferences(form):
    """Only what was sent changes; an empty calendar or digits follow the language."""
    for name in ("language", "calendar", "digits", "theme"):
        if name in request.form and (form[name].data or name in ("calendar", "digits")):
            setattr(current_user, name, form[name].data or "")


def _private(response):
    """The address is a key: no cache and no search engine is to keep it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
