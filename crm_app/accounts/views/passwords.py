"""Changing one's password, and setting one by a link."""

from flask import flash, redirect, session, url_for
from flask_login import login_required

from crm_app import audit
from crm_app.accounts import links, mailing, passwords, queries, signing_in
from crm_app.accounts.access import person_here
from crm_app.accounts.forms import ChosenPasswordForm, ForgottenForm, PasswordForm
from crm_app.accounts.jobs import send
from crm_app.accounts.views import bp
from crm_app.accounts.views.access import access_page
from crm_app.accounts.views.signing_in import let_in, password_given, refused_password
from crm_app.extensions import db, limiter
from crm_app.web import mail
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _


@bp.post("/password")
@login_required
@limiter.limit("20 per hour")
def change_password():
    form, stored = PasswordForm(), person_here().password_hash
    status = password_given(form.current) if form.validate_on_submit() else 422
    if status != 200:
        return access_page(password_form=form, status=status)

    # Nobody waits for a lock while it hashes.
    db.session.commit()
    new, user = passwords.hashed(form.password.data), queries.held(person_here().id)
    if user is None or not user.is_active or user.password_hash != stored:
        return access_page(password_form=form, status=refused_password(form.current))
    _set_password(user, new)
    audit.note("password changed")
    told = mailing.tell_of_change(user, "password")
    signing_in.begin_session(user, remember=session.permanent)
    db.session.commit()

    send(told)
    flash(_("Your password was changed. Other devices were signed out."), "ok")
    return redirect(url_for(".access"), 303)


@bp.route("/forgotten", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
def forgotten():
    """Asks for a letter with a link, whoever has that address: the answer is the same for all."""
    form = ForgottenForm()
    can_mail = mail.is_set_up()
    if not can_mail or not form.validate_on_submit():
        return page("accounts/forgotten.html", form=form, can_mail=can_mail, status=422 if form.errors else 200)

    asked = mailing.ask("password reset", form.email.data)
    audit.note("password reset asked", form.email.data)
    db.session.commit()

    send(asked)
    return page("accounts/forgotten_asked.html", email=form.email.data)


@bp.route("/password/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def set_password(token):
    """By a link that somebody was handed: it works once, for a while, and signs them in."""
    user = links.person_behind(token)
    if user is None:
        return _private(page("accounts/link_is_used.html", status=410))
    form = ChosenPasswordForm()
    if not form.validate_on_submit():
        return _private(page("accounts/set_password.html", form=form, user=user, status=422 if form.errors else 200))

    db.session.rollback()
    new = passwords.hashed(form.password.data)
    found = links.person_behind(token)
    user = queries.held(found.id) if found else None
    if user is None or not user.is_active or not links.use_password_link(token):
        return _private(page("accounts/link_is_used.html", status=410))
    _set_password(user, new)
    audit.note("password set by link", actor=user)
    told = mailing.tell_of_change(user, "password")
    answer = let_in(user, remember=False)

    send(told)
    flash(_("Your password was set."), "ok")
    return answer


def _set_password(user, hashed):
    user.password_hash = hashed
    user.end_sessions()
    links.forget_password_link(user)


def _private(response):
    """The address is a key: no cache and no search engine is to keep it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
