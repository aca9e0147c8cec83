"""People: the list, one of them, and every way to change what is known of them."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import editor_required
from crm_app.activity import record
from crm_app.activity.asking_again import ask_again
from crm_app.activity.forms import NoteForm
from crm_app.activity.records import Conflict
from crm_app.activity.timeline import history
from crm_app.contacts import lists, queries
from crm_app.contacts.facts import PERSON_WORDS
from crm_app.contacts.forms import PERSON_FACTS, PersonFactForm, PersonForm, change_fact, fill
from crm_app.contacts.models import Person
from crm_app.contacts.views import bp
from crm_app.extensions import db, settle
from crm_app.lists import showing
from crm_app.web.htmx import changed, gone_to, page
from crm_app.web.pickers import found_by_id, suggested
from crm_app.web.tables import number_asked
from crm_app.web.texts import gettext as _


@bp.get("/people")
@login_required
def people():
    return showing.page("contacts/people.html", lists.people(current_user), empty_of="contacts/people/_empty.html")


@bp.route("/people/new", methods=["GET", "POST"])
@editor_required
def new_person():
    form = PersonForm()
    if form.validate_on_submit():
        person = Person()
        fill(person, form, PERSON_FACTS)
        settle()
        flash(_("%(name)s was added to your people.", name=person.name), "ok")
        return gone_to(_page_of(person))

    _begin_with_company(form)
    return page("contacts/new_person.html", form=form, status=422 if form.errors else 200)


@bp.get("/people/suggestions")
@login_required
def person_suggestions():
    found = suggested(queries.people_visible_to(current_user))
    return page("contacts/suggestions.html", part="contacts/_suggestions.html", **found)


@bp.get("/people/<int:person_id>")
@login_required
def person(person_id):
    shown = _person(person_id)
    before = number_asked("before")
    part = "contacts/_older.html" if before else "contacts/person/_facts.html"
    return page(
        "contacts/person.html", part=part, **_around(shown, before=before, changed_fact=request.args.get("fact"))
    )


@bp.route("/people/<int:person_id>/facts/<fact>", methods=["GET", "POST"])
@editor_required
def person_fact(person_id, fact):
    shown = _person(person_id)
    form = PersonFactForm(shown, fact) if fact in PERSON_FACTS else abort(404)
    if request.method == "GET" or not (form.is_sent and form.validate_on_submit()):
        status = 422 if request.method == "POST" else 200
        return page(
            "contacts/person.html", part="contacts/person/_facts.html", status=status, **_around(shown, form=form)
        )
    try:
        shown.expect(form.version.data)
        change_fact(shown, form)
        settle()
    except (Conflict, StaleDataError):
        return _refused(shown, form)

    return changed(
        "contacts/person/_changed.html", otherwise=_page_of(shown), **_around(shown, changed_fact=fact), oob=True
    )


@bp.post("/people/<int:person_id>/notes")
@editor_required
def note_person(person_id):
    shown = _person(person_id)
    form = NoteForm()
    if not form.validate_on_submit():
        around = _around(shown, note_form=form)
        return page("contacts/person.html", part="contacts/_history.html", status=422, **around)

    record(shown, "noted", text=form.text.data)
    settle()

    return changed(
        "contacts/_history.html", otherwise=_page_of(shown), **_around(shown, note_form=NoteForm(formdata=None))
    )


@bp.route("/people/<int:person_id>/deletion", methods=["GET", "POST"])
@editor_required
def delete_person(person_id):
    shown = _person(person_id)
    if request.method == "GET":
        return page("contacts/delete_person.html", **_around(shown))

    shown.delete()
    settle()

    flash(Markup(render_template("contacts/person/_undo.html", person=shown)), "ok")  # noqa: S704 - it escapes.
    return gone_to(url_for(".people"))


@bp.post("/people/<int:person_id>/restoration")
@editor_required
def restore_person(person_id):
    shown = db.one_or_404(queries.people_in_bin_of(current_user).where(Person.id == person_id))

    shown.restore()
    settle()

    flash(_("%(name)s was restored.", name=shown.name), "ok")
    return redirect(_page_of(shown), 303)


def _begin_with_company(form):
    """`?company=7` comes from the company's page."""
    company_id = number_asked("company")
    if request.method == "GET" and company_id:
        form.company.data = found_by_id(queries.companies_visible_to(current_user), company_id)


def _person(person_id):
    found = db.session.scalars(queries.person_told_of(current_user), {"id": person_id}).unique()
    return found.one_or_none() or abort(404)


def _page_of(shown):
    return url_for(".person", person_id=shown.id)


def _around(shown, *, before=None, **more):
    """What the page of a person shows of its surroundings: only what the reader may see."""
    company = {"id": shown.company_id}
    return {
        "person": shown,
        "company": db.session.scalar(queries.company_named_to(current_user), company) if shown.company_id else None,
        "history": history(shown, PERSON_WORDS, before),
        "note_form": NoteForm(formdata=None),
        "form": None,
        "here": _page_of(shown),
        "note_url": url_for(".note_person", person_id=shown.id),
    } | more


def _refused(shown, form):
    db.session.rollback()
    ask_again(form, shown)
    flash(_("Someone changed this person a moment ago. Here is the current version; nothing was saved."), "danger")
    return changed("contacts/person/_facts.html", otherwise=_page_of(shown), status=409, **_around(shown, form=form))
