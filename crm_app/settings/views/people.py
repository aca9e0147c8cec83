"""The people who work here: the list, adding one, changing one, letting one in or out."""

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from crm_app.accounts import passkeys, queries, second_step
from crm_app.accounts.access import must_be_confirmed, role_required
from crm_app.accounts.jobs import send
from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.lists import showing
from crm_app.settings import lists
from crm_app.settings import people as work
from crm_app.settings.forms.people import NewPersonForm, PersonForm
from crm_app.settings.views import bp
from crm_app.web import mail
from crm_app.web.htmx import gone_to, page
from crm_app.web.seen import held, look_again
from crm_app.web.texts import gettext as _


@bp.get("/people")
@role_required("owner")
def people():
    listed = lists.users(current_user) or abort(403)
    return showing.page("settings/people.html", listed, empty_of="settings/people/_empty.html")


@bp.route("/people/new", methods=["GET", "POST"])
@role_required("owner")
def new_person():
    must_be_confirmed()
    form = NewPersonForm()
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return page("settings/new_person.html", form=form, can_mail=mail.is_set_up(), status=status)

    password = form.password.data
    person = work.add(**form.values(), language=form.language.data, password=password)
    invited = None if password or not mail.is_set_up() else work.invite(person)
    link = None if password or invited else work.password_link(person)
    db.session.commit()

    send(invited)
    if invited:
        return _invited(person)
    if link:
        return _link_page(person, link, is_new=True)
    flash(_("%(name)s can sign in now.", name=person.name), "ok")
    return redirect(url_for(".people"), 303)


@bp.route("/people/<int:user_id>", methods=["GET", "POST"])
@role_required("owner")
def person(user_id):
    must_be_confirmed()
    person = db.one_or_404(held(queries.visible_to(current_user).where(User.id == user_id)))
    form = PersonForm(person=person)
    if form.is_overtaken:
        return look_again(url_for(".person", user_id=user_id))
    if not form.validate_on_submit():
        return _person_page(form, person, 422 if form.errors else 200)

    try:
        told = work.change(person, current_user, **form.values())
    except work.RefusedError as refusal:
        form.form_errors.append(str(refusal))
        return _person_page(form, person, 422)
    db.session.commit()

    send(told)
    flash(_("%(name)s was changed.", name=person.name), "ok")
    return redirect(url_for(".people"), 303)


@bp.post("/people/<int:user_id>/standing")
@role_required("owner")
def set_standing(user_id):
    """Disabled or enabled, as the form's `state` says."""
    must_be_confirmed()
    person = _person(user_id)
    state = request.form.get("state")
    try:
        if state == "disabled":
            work.disable(person, current_user)
            said = _("%(name)s was signed out everywhere and can no longer sign in.", name=person.name)
        elif state == "active":
            work.enable(person)
            said = _("%(name)s can sign in again.", name=person.name)
        else:
            abort(400)
    except work.RefusedError as refusal:
        return _refused(person, refusal)
    db.session.commit()

    flash(said, "ok")
    return redirect(url_for(".person", user_id=person.id), 303)


@bp.post("/people/<int:user_id>/password-link")
@role_required("owner")
def reset_password(user_id):
    must_be_confirmed()
    person = _somebody_else(user_id)
    try:
        link = work.password_link(person)
    except work.RefusedError as refusal:
        return _refused(person, refusal)
    db.session.commit()

    return _link_page(person, link)


@bp.post("/people/<int:user_id>/invitation")
@role_required("owner")
def invite(user_id):
    """By mail; where none can be sent, the way is the link."""
    must_be_confirmed()
    person = _person(user_id)
    if not mail.is_set_up():
        abort(404)
    try:
        invited = work.invite(person)
    except work.RefusedError as refusal:
        return _refused(person, refusal)
    db.session.commit()

    send(invited)
    return _invited(person)


def _invited(person):
    flash(_("An email with a link is on its way to %(email)s.", email=person.email), "ok")
    return redirect(url_for(".people"), 303)


@bp.post("/people/<int:user_id>/second-step/end")
@role_required("owner")
def end_second_step(user_id):
    """For somebody who lost their phone and their recovery codes."""
    must_be_confirmed()
    person = _somebody_else(user_id)
    told = work.end_second_step(person)
    db.session.commit()

    send(told)
    flash(_("%(name)s now signs in with a password only.", name=person.name), "ok")
    return redirect(url_for(".person", user_id=user_id), 303)


@bp.post("/people/<int:user_id>/passkeys/removal")
@role_required("owner")
def remove_passkeys(user_id):
    """For somebody whose device was lost or stolen."""
    must_be_confirmed()
    person = _somebody_else(user_id)
    _removed, told = work.remove_passkeys(person)
    db.session.commit()

    send(told)
    flash(_("The passkeys of %(name)s were removed.", name=person.name), "ok")
    return redirect(url_for(".person", user_id=user_id), 303)


def _person(user_id: int) -> User:
    return db.one_or_404(queries.visible_to(current_user).where(User.id == user_id))


def _somebody_else(user_id: int) -> User:
    """For oneself that is done where password and code are asked for: a browser left open is not enough."""
    if user_id == current_user.id:
        abort(gone_to(url_for("accounts.access")))
    return _person(user_id)


def _person_page(form, person, status=200):
    return page(
        "settings/person.html",
        form=form,
        person=person,
        can_mail=mail.is_set_up(),
        has_second_step=second_step.is_on(person),
        has_passkeys=passkeys.count(person) > 0,
        status=status,
    )


def _refused(person, refusal):
    db.session.rollback()
    form = PersonForm(formdata=None, person=person)
    form.form_errors.append(str(refusal))
    return _person_page(form, person, 422)


def _link_page(person, link, is_new=False):
    """Shown here and nowhere else, so it is answered at once instead of after a redirect."""
    response = page("settings/reset_password.html", person=person, link=link, is_new=is_new)
    response.headers["Cache-Control"] = "no-store"
    return response
