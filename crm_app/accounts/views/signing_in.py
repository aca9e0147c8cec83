"""Signing in and out."""

from flask import redirect, request, session, url_for
from flask_login import current_user, login_required, logout_user

from crm_app import audit
from crm_app.accounts import passwords, sessions, signing_in
from crm_app.accounts.forms import SignInForm
from crm_app.accounts.views import bp
from crm_app.extensions import db, login_manager
from crm_app.web.htmx import gone_to, page, wants_part
from crm_app.web.redirects import local_path, path_of
from crm_app.web.texts import gettext as _


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
    audit.note("signed in", actor=user)
    db.session.commit()
    return redirect(local_path(request.args.get("next"), url_for("home.index")), 303)


@bp.post("/sign-out")
@login_required
def sign_out():
    language, theme = current_user.language, current_user.theme
    audit.note("signed out")
    sessions.end(current_user, sessions.current().id)
    db.session.commit()

    logout_user()
    session.clear()
    session.update(language=language, theme=theme)
    return redirect(url_for(".sign_in"), 303)


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
        audit.note("sign-in failed", email)
        db.session.commit()
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
