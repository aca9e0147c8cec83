"""Settings, Health: the checks of `crm doctor` for owners, and the jobs that were given up."""

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from crm_app.accounts.access import role_required
from crm_app.extensions import db
from crm_app.health import examining
from crm_app.health.models import ParkedJob
from crm_app.health.views import bp
from crm_app.jobs import jobs
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _

_SECONDS = 5
_SHOWN = 50


@bp.get("/")
@role_required("owner")
def index():
    is_thorough = request.args.get("all") == "1"
    checks = examining.all_checks() if is_thorough else examining.quick_checks()
    examined = examining.examine(checks, _SECONDS)
    return page(
        "health/index.html",
        part="health/_examined.html",
        groups=[
            (_("System status"), [one for one in examined if not one.check.of_deployment]),
            (_("Configuration"), [one for one in examined if one.check.of_deployment]),
        ],
        found=examining.summary(examined),
        is_thorough=is_thorough,
        parked=list(db.session.scalars(select(ParkedJob).order_by(ParkedJob.id.desc()).limit(_SHOWN))),
    )


@bp.post("/parked/<int:parked_id>/retry")
@role_required("owner")
def retry(parked_id):
    job = db.get_or_404(ParkedJob, parked_id)

    # Asked for before it is forgotten: jobs may be done twice, but none is to be lost.
    is_taken = jobs.enqueue_named(job.task, *job.arguments)
    if is_taken:
        db.session.delete(job)
        db.session.commit()

    flash(_("The job will be tried again.") if is_taken else _("The queue did not accept the job."))
    return redirect(url_for(".index"), 303)


@bp.post("/parked/<int:parked_id>/forget")
@role_required("owner")
def forget(parked_id):
    job = db.get_or_404(ParkedJob, parked_id)

    db.session.delete(job)
    db.session.commit()

    flash(_("The job was dismissed."))
    return redirect(url_for(".index"), 303)
