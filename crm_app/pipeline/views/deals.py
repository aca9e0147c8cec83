"""The list of deals, what of it can be taken along, and adding a deal."""

from flask import flash, has_request_context, redirect, url_for
from flask_login import current_user

from crm_app.accounts.access import seller_required, selling_editor_required
from crm_app.accounts.models import User
from crm_app.extensions import db, settle
from crm_app.lists import showing
from crm_app.lists.listables import Editing, Listable, Narrowing
from crm_app.pipeline import bulk, limits, lists, moving, queries
from crm_app.pipeline.forms.deals import DealFactForm, NewDealForm, facts_of, prefilled
from crm_app.pipeline.forms.listing import DealListForm
from crm_app.pipeline.models import KINDS, Deal
from crm_app.pipeline.shapes import all_shapes
from crm_app.pipeline.views import bp
from crm_app.web.htmx import page, wants_part
from crm_app.web.money import Rates
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

_SHOWN_BESIDE = 6
_EDITING = Editing(DealFactForm, lambda deal, form: deal.change(**form.changes()), facts_of)


@bp.get("/deals")
@seller_required
def deals():
    """The list; as a part of another page, the newest few that its filters leave."""
    filters, listable = _asked()
    list_ = showing.shown(listable)
    part = "lists/_rows.html" if list_.table.is_continued else "pipeline/deals/_panel.html"
    parts = {"list": list_, "filters": filters, "kinds": KINDS, "shown_beside": _SHOWN_BESIDE}
    return page("pipeline/deals.html", part=part, is_part=wants_part(), empty_of="pipeline/deals/_empty.html", **parts)


def listed(user: User) -> Listable | None:
    """The list as other pages about it take it: with the filters of the address; the worker has none."""
    if not user.sells:
        return None
    return _asked()[1] if has_request_context() else _listable(user, Rates.load(reader.currency))


@bp.get("/sources")
@seller_required
def sources():
    """Where deals come from: fetched once somebody stands in a field that asks for it."""
    found = db.session.scalars(queries.sources(queries.visible_to(current_user))).all()
    return page("pipeline/sources.html", part="pipeline/_sources.html", sources=found)


@bp.route("/deals/new", methods=["GET", "POST"])
@selling_editor_required
def new():
    pipelines = list(db.session.scalars(queries.pipelines()))
    form = NewDealForm(pipelines, **prefilled())
    if form.validate_on_submit():
        deal = Deal()
        form.fill(deal)
        try:
            moving.begin(deal, form.chosen_stage)
        except limits.Refused as reason:
            form.stage.errors = [str(reason)]
            return page("pipeline/new.html", form=form, status=422)
        settle()
        flash(_("%(name)s was added to your deals.", name=deal.title), "ok")
        return redirect(url_for(".show", deal_id=deal.id), 303)

    return page("pipeline/new.html", form=form, status=422 if form.errors else 200)


def _asked() -> tuple[DealListForm, Listable]:
    rates, pipelines = Rates.load(reader.currency), all_shapes()
    filters = DealListForm.of_request().offer_all(current_user, pipelines)
    stages = [stage for pipeline in pipelines for stage in pipeline.stages]
    return filters, _listable(current_user, rates, lambda rows: filters.narrow(rows, rates, stages))


def _listable(user: User, rates: Rates, narrow: Narrowing | None = None) -> Listable:
    return lists.listable(user, rates, narrow, _EDITING, bulk.actions())
