"""The first run: the organisation, its first owner, its first pipeline. The link works once, then never."""

from flask import abort, flash, redirect, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from crm_app.accounts import queries, setup, signing_in
from crm_app.accounts.forms import SetupForm
from crm_app.extensions import db, limiter
from crm_app.pipeline import starting
from crm_app.settings.views import bp
from crm_app.web.htmx import page


@bp.route("/first-run/<token>", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def first_run(token):
    if queries.organisation() is not None or signing_in.setup_link_for(token) is None:
        abort(404)
    form = SetupForm(data=setup.suggested())
    if form.validate_on_submit():
        owner = setup.found(form)
        with force_locale(owner.language):
            starting.first_pipeline()
        db.session.commit()
        signing_in.begin_session(owner, remember=False)
        flash(_("Welcome to Peyvand. Bring in what you have, or add your first deal."), "ok")
        return redirect(url_for("home.index"), 303)

    return page("settings/first_run.html", form=form, token=token, status=422 if form.errors else 200)
