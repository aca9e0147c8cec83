"""The first run: the organisation, its first owner, its first pipeline. The link works once, then never."""

from flask import abort, flash, redirect, url_for
from sqlalchemy.exc import IntegrityError

from crm_app import audit
from crm_app.accounts import links, preferences, queries, setup, signing_in
from crm_app.accounts.forms import SetupForm
from crm_app.extensions import db, limiter
from crm_app.pipeline import starting
from crm_app.settings.views import bp
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _
from crm_app.web.texts import in_language


@bp.route("/first-run/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def first_run(token):
    if queries.organisation() is not None or not links.setup_link_works(token):
        return _over()
    form = SetupForm(data=setup.suggested())
    if not form.validate_on_submit():
        return page("settings/first_run.html", form=form, token=token, status=422 if form.errors else 200)

    owner = _begun(form, token)
    signing_in.begin_session(owner, remember=False)
    audit.note("founded", actor=owner)
    db.session.commit()

    flash(_("Welcome to Peyvand. Import your data, or add your first deal."), "ok")
    return redirect(url_for("home.index"), 303)


def _over():
    """Neither whether the link ever was one is told, nor whose Peyvand this is."""
    db.session.rollback()
    queries.forget_organisation()
    return page("settings/first_run_over.html", is_set_up=queries.organisation() is not None, status=404)


def _begun(form, token):
    """The link is taken first: of two who send the form at once, one finds it gone."""
    if not links.use_setup_link(token):
        abort(_over())
    try:
        owner = setup.found(form)
    except IntegrityError:
        abort(_over())
    with in_language(str(preferences.for_user(owner).locale)):
        starting.first_pipeline()
    return owner
