"""Companies: the list, one of them, and every way to change it."""

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
from crm_app.contacts.facts import COMPANY_WORDS
from crm_app.contacts.forms import COMPANY_FACTS, CompanyFactForm, CompanyForm, change_fact, fill
from crm_app.contacts.models import Company
from crm_app.contacts.views import bp
from crm_app.extensions import db, settle
from crm_app.lists import showing
from crm_app.web.htmx import changed, gone_to, page
from crm_app.web.pickers import suggested
from crm_app.web.tables import number_asked
from crm_app.web.texts import gettext as _


@bp.get("/companies")
@login_required
def companies():
    return showing.page(
        "contacts/companies.html", lists.companies(current_user), empty_of="contacts/companies/_empty.html"
    )


@bp.route("/companies/new", methods=["GET", "POST"])
@editor_required
def new_company():
    form = CompanyForm()
    if form.validate_on_submit():
        company = Company()
        fill(company, form, COMPANY_FACTS)
        settle()
        flash(_("%(name)s was added to your companies.", name=company.name), "ok")
        return gone_to(_page_of(company))

    return page("contacts/new_company.html", form=form, status=422 if form.errors else 200)


@bp.get("/companies/suggestions")
@login_required
def company_suggestions():
    found = suggested(queries.companies_visible_to(current_user))
    return page("contacts/suggestions.html", part="contacts/_suggestions.html", **found)


@bp.get("/companies/<int:company_id>")
@login_required
def company(company_id):
    shown = _company(company_id)
    before = number_asked("before")
    part = "contacts/_older.html" if before else "contacts/company/_facts.html"
    return page(
        "contacts/company.html", part=part, **_around(shown, before=before, changed_fact=request.args.get("fact"))
    )


@bp.route("/companies/<int:company_id>/facts/<fact>", methods=["GET", "POST"])
@editor_required
def company_fact(company_id, fact):
    shown = _company(company_id)
    form = CompanyFactForm(shown, fact) if fact in COMPANY_FACTS else abort(404)
    if request.method == "GET" or not (form.is_sent and form.validate_on_submit()):
        status = 422 if request.method == "POST" else 200
        return page(
            "contacts/company.html", part="contacts/company/_facts.html", status=status, **_around(shown, form=form)
        )
    try:
        shown.expect(form.version.data)
        change_fact(shown, form)
        settle()
    except (Conflict, StaleDataError):
        return _refused(shown, form)

    return changed(
        "contacts/company/_changed.html", otherwise=_page_of(shown), **_around(shown, changed_fact=fact), oob=True
    )


@bp.post("/companies/<int:company_id>/notes")
@editor_required
def note_company(company_id):
    shown = _company(company_id)
    form = NoteForm()
    if not form.validate_on_submit():
        around = _around(shown, note_form=form)
        return page("contacts/company.html", part="contacts/_history.html", status=422, **around)

    record(shown, "noted", text=form.text.data)
    settle()

    return changed(
        "contacts/_history.html", otherwise=_page_of(shown), **_around(shown, note_form=NoteForm(formdata=None))
    )


@bp.route("/companies/<int:company_id>/deletion", methods=["GET", "POST"])
@editor_required
def delete_company(company_id):
    shown = _company(company_id)
    if request.method == "GET":
        return page("contacts/delete_company.html", **_around(shown))

    shown.delete()
    settle()

    flash(Markup(render_template("contacts/company/_undo.html", company=shown)), "ok")  # noqa: S704 - it escapes.
    return gone_to(url_for(".companies"))


@bp.post("/companies/<int:company_id>/restoration")
@editor_required
def restore_company(company_id):
    shown = db.one_or_404(queries.companies_in_bin_of(current_user).where(Company.id == company_id))

    shown.restore()
    settle()

    flash(_("%(name)s was restored.", name=shown.name), "ok")
    return redirect(_page_of(shown), 303)


def _company(company_id):
    found = db.session.scalars(queries.company_told_of(current_user), {"id": company_id}).unique()
    return found.one_or_none() or abort(404)


def _page_of(shown):
    return url_for(".company", company_id=shown.id)


def _around(shown, *, before=None, **more):
    """What the page of a company shows of its surroundings: only what the reader may see."""
    parent, here = {"id": shown.parent_id}, {"id": shown.id}
    return {
        "company": shown,
        "parent": db.session.scalar(queries.company_named_to(current_user), parent) if shown.parent_id else None,
        "children": db.session.scalars(queries.children_beside(current_user), here).all(),
        "people": db.session.scalars(queries.people_beside(current_user), here).all(),
        "history": history(shown, COMPANY_WORDS, before),
        "note_form": NoteForm(formdata=None),
        "form": None,
        "here": _page_of(shown),
        "note_url": url_for(".note_company", company_id=shown.id),
    } | more


def _refused(shown, form):
    db.session.rollback()
    ask_again(form, shown)
    flash(_("Someone changed this company a moment ago. Here is the current version; nothing was saved."), "danger")
    return changed("contacts/company/_facts.html", otherwise=_page_of(shown), status=409, **_around(shown, form=form))
