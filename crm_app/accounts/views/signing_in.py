"""Signing in and out."""

from flask import redirect, request, session, url_for
from flask_login import current_user, login_required, logout_user

from crm_app import audit
from crm_app.accounts import passkeys, passwords, queries, second_step, sessions, signing_in
from crm_app.accounts.forms import CodeForm, SignInForm
from crm_app.accounts.views import bp
from crm_app.extensions import db, login_manager
from crm_app.web.htmx import gone_to, page, wants_part
from crm_app.web.redirects import came_from, local_path, path_of
from crm_app.web.texts import gettext as _


@login_manager.unauthorized_handler
def ask_to_sign_in():
    """A part that htmx asked for is no place for the sign-in form: the whole page goes there.

    A change that was sent leads back to its form, which is filled in again (`refilling.js`).
    """
    if wants_part():
        here = path_of(request.htmx.current_url, url_for("home.index"))
        answer = gone_to(url_for("accounts.sign_in", next=here))
        answer.status_code = 401
        return answer
    back = request.full_path.rstrip("?") if request.method == "GET" else came_from()
    return redirect(url_for("accounts.sign_in", next=back))


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"), 303)
    if queries.organisation() is None:
        return page("accounts/not_set_up.html")
    form = SignInForm()
    if not form.validate_on_submit():
        return sign_in_page(form, status=422 if form.errors else 200)

    user, status = _let_in(form.email.data, form.password.data)
    if user is None:
        form.form_errors.append(_refusal(status))
        return sign_in_page(form, status=status)

    return let_in(user, remember=form.remember.data)


@bp.route("/sign-in/code", methods=["GET", "POST"])
def enter_code():
    """The second step, for those who have one: a code of their app, or a recovery code."""
    asked = signing_in.asked_for_code()
    if asked is None:
        return redirect(url_for(".sign_in", next=request.args.get("next")), 303)
    (user, remember), form = asked, CodeForm()
    if not form.validate_on_submit():
        return page("accounts/enter_code.html", form=form, status=422 if form.errors else 200)

    status = _taken(user, form.code.data)
    if status == 410:
        return redirect(url_for(".sign_in", next=request.args.get("next")), 303)
    if status != 200:
        form.code.errors = [_refused_code(status)]
        return page("accounts/enter_code.html", form=form, status=status)

    return open_session(user, remember=remember, particulars={"second_step": True})


def let_in(user, *, remember):
    """Whoever gave the right password, or came by a link: signed in, or asked for their second step."""
    if second_step.is_on(user):
        signing_in.ask_for_code(user, remember=remember)
        db.session.commit()
        return redirect(url_for("accounts.enter_code", next=request.args.get("next")), 303)
    return open_session(user, remember=remember, particulars={})


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


def open_session(user, *, remember, particulars):
    """Who they are is settled."""
    signing_in.begin_session(user, remember=remember)
    audit.note("signed in", actor=user, **particulars)
    db.session.commit()
    return redirect(local_path(request.args.get("next"), url_for("home.index")), 303)


def sign_in_page(form, *, status=200, part=None, passkey_options=None):
    return page(
        "accounts/sign_in.html",
        part=part,
        status=status,
        form=form,
        passkey_place=passkeys.place(),
        passkey_options=passkey_options,
    )


def may_guess(guarded):
    """Whether one more try is free. Guesses are counted first, whether the account exists or not."""
    address = request.remote_addr or ""
    if signing_in.is_paused(guarded, address):
        return False
    guess = signing_in.note_guess(guarded, address)
    db.session.commit()
    if signing_in.is_paused(guarded, address, besides=1):
        db.session.delete(guess)
        db.session.commit()
        return False
    return True


def password_given(field):
    """The status to answer to somebody signed in who gives their password once more; 200 if it is right."""
    email, stored = current_user.email or "", current_user.password_hash
    guarded = signing_in.password_of(email)
    if not may_guess(guarded):
        field.errors = [too_many_tries()]
        return 429
    db.session.rollback()
    if not passwords.is_right(stored, field.data):
        return refused_password(field)
    signing_in.forget_guesses(guarded)
    return 200


def refused_password(field):
    """The status to answer to somebody signed in who gave a password that is not theirs, or not theirs any more."""
    audit.note("sign-in failed", current_user.email or "")
    db.session.commit()
    field.errors = [_("That is not your current password.")]
    return 422


def too_many_tries():
    return _("Too many attempts. Wait 15 minutes and try again.")


def _taken(user, code):
    """The status to answer; 200 if the code is right, 410 if the password that was given is theirs no more."""
    guarded = signing_in.code_of(user)
    if not may_guess(guarded):
        return 429
    if signing_in.asked_for_code(is_held=True) is None:
        return 410
    if not second_step.takes(user, code):
        audit.note("code refused", actor=user)
        db.session.commit()
        return 422
    signing_in.forget_guesses(guarded)
    return 200


def _let_in(email, password):
    """The user, held until the transaction ends, or None with the status to answer."""
    guarded = signing_in.password_of(email)
    if not may_guess(guarded):
        return None, 429
    user = signing_in.authenticated(email, password)
    if user is None:
        # Who is in a hurry types the password there: what is no address is not written down.
        audit.note("sign-in failed", email if "@" in email else "")
        db.session.commit()
        return None, 422
    signing_in.forget_guesses(guarded)
    return user, 200


def _refused_code(status):
    if status == 429:
        return too_many_tries()
    return _("The code is incorrect or has already been used. Wait for the next one.")


def _refusal(status):
    if status == 429:
        return too_many_tries()
    return _("The email or password is incorrect.")
