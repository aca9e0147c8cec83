"""What holds for the whole organisation."""

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from crm_app.accounts.access import role_required
from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from crm_app.pipeline import valuing
from crm_app.settings import organisation as work
from crm_app.settings.forms.organisation import OrganisationForm
from crm_app.settings.views import bp
from crm_app.web import formats
from crm_app.web.htmx import page
from crm_app.web.seen import held, look_again
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@bp.route("/organisation", methods=["GET", "POST"])
@role_required("owner")
def organisation():
    if request.method == "POST":
        valuing.hold_rates()
    firm = db.session.scalars(held(select(Organisation))).one()
    form = OrganisationForm(firm=firm)
    if form.is_overtaken:
        return look_again(url_for(".organisation"))
    if not form.validate_on_submit():
        return page("settings/organisation.html", form=form, firm=firm, status=422 if form.errors else 200)

    waiting = work.change(firm, **form.values())
    db.session.commit()

    flash(_("The settings of %(name)s were saved.", name=firm.name), "ok")
    if waiting:
        flash(_waiting(waiting), "info")
    return redirect(url_for(".organisation"), 303)


def _waiting(number: int) -> str:
    return ngettext(
        "%(number)s target no longer matches a quarter or year. It is kept in case you change the start of the "
        "year back.",
        "%(number)s targets no longer match a quarter or year. They are kept in case you change the start of "
        "the year back.",
        number,
        number=formats.num(number),
    )
