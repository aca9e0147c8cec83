"""The dated rates of currencies. Whatever changes them values the closed deals of that currency anew."""

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from crm_app.accounts.access import role_required
from crm_app.extensions import db
from crm_app.pipeline import arrivals, valuing
from crm_app.settings.forms.rates import RateForm
from crm_app.settings.views import bp
from crm_app.web import formats
from crm_app.web.htmx import page
from crm_app.web.money import Rate
from crm_app.web.reader import reader
from crm_app.web.seen import held, look_again
from crm_app.web.tables import listing
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

SORTS = {"day": Rate.day, "currency": Rate.currency}


@bp.route("/rates", methods=["GET", "POST"])
@role_required("owner")
def rates():
    _hold_rates()
    form = RateForm()
    if form.validate_on_submit():
        added = Rate(**form.facts())
        db.session.add(added)
        return _valued(added, {form.currency.data}, _("The rate was added."))

    table = listing(select(Rate), key=Rate.id, sorts=SORTS, default="-day")
    status = 422 if form.errors else 200
    part = "settings/rates/_rows.html" if table.is_continued else None
    return page("settings/rates.html", part=part, status=status, form=form, table=table, unvalued=valuing.unvalued())


@bp.route("/rates/<int:rate_id>", methods=["GET", "POST"])
@role_required("owner")
def rate(rate_id):
    _hold_rates()
    kept = db.one_or_404(held(select(Rate).where(Rate.id == rate_id)))
    form, before = RateForm(kept), kept.currency
    if form.is_overtaken:
        return look_again(url_for(".rate", rate_id=rate_id))
    if not form.validate_on_submit():
        return page("settings/rate.html", form=form, rate=kept, status=422 if form.errors else 200)

    for name, value in form.facts().items():
        setattr(kept, name, value)

    return _valued(kept, {before, kept.currency}, _("The rate was changed."))


@bp.route("/rates/<int:rate_id>/deletion", methods=["GET", "POST"])
@role_required("owner")
def delete_rate(rate_id):
    _hold_rates()
    kept = db.get_or_404(Rate, rate_id)
    if request.method == "GET":
        return page("settings/delete_rate.html", rate=kept)

    db.session.delete(kept)

    return _valued(kept, {kept.currency}, _("The rate was deleted."))


def _hold_rates():
    if request.method == "POST":
        valuing.hold_rates()


def _valued(changed, currencies, said):
    """Value closed deals anew, commit it with the rate, and say how many have another value now."""
    is_other = bool(db.session.new or db.session.deleted or db.session.is_modified(changed))
    db.session.flush()
    if is_other:
        arrivals.show_boards_again(changed)
    number = valuing.revalue(currencies)
    db.session.commit()
    count = formats.num(number)
    more = ngettext("%(count)s closed deal was revalued.", "%(count)s closed deals were revalued.", number, count=count)
    flash(f"{said}{reader.space}{more}" if number else said, "ok")
    return redirect(url_for(".rates"), 303)
