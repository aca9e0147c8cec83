"""The demo company under Settings: filling an empty installation with it, and taking it away again."""

from flask import Blueprint, flash, redirect, url_for
from flask_login import current_user
from sqlalchemy import update

from crm_app.accounts.access import role_required
from crm_app.demo import building, jobs, removing, telling
from crm_app.demo.models import Demo
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _

bp = Blueprint("demo", __name__, url_prefix="/settings/demo")


@bp.get("/")
@role_required("owner")
def index():
    demo = db.session.get(Demo, 1)
    going, staying = "", ""
    if demo is not None and demo.status == "built":
        ours = removing.made()
        kept = removing.staying(ours)
        going = telling.counted({name: ids - kept[name] for name, ids in ours.items()})
        staying = telling.counted(kept)
    return page(
        "demo/index.html",
        part="demo/_standing.html",
        demo=demo,
        is_empty=building.is_empty(),
        size=building.SIZE,
        going=going,
        staying=staying,
    )


@bp.post("/")
@role_required("owner")
def fill():
    if jobs.begin(current_user.language, building.SEED, current_user) is None:
        flash(_("There is already data here. The demo company can only be created in an empty installation."), "danger")
        return redirect(url_for(".index"), 303)
    db.session.commit()

    queue.enqueue(jobs.fill)
    return redirect(url_for(".index"), 303)


@bp.post("/removal")
@role_required("owner")
def remove():
    now = utc_now()
    standing = update(Demo).where(Demo.status.in_(("queued", "building", "built", "failed")))
    asked = db.session.execute(standing.values(status="removal queued", touched_at=now))
    db.session.commit()

    if asked.rowcount:
        queue.enqueue(jobs.take_away)
    return redirect(url_for(".index"), 303)
