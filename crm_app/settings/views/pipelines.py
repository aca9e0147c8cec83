"""The pipelines and their stages."""

from flask import abort, flash, redirect, request, url_for

from crm_app.accounts.access import role_required
from crm_app.extensions import db
from crm_app.pipeline import limits, merging, queries, retiring, shaping
from crm_app.pipeline.models import Pipeline
from crm_app.settings.forms.pipelines import PipelineForm, StageDeletionForm, StageForm
from crm_app.settings.views import bp
from crm_app.web import formats
from crm_app.web.htmx import page
from crm_app.web.seen import look_again
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@bp.route("/pipelines", methods=["GET", "POST"])
@role_required("owner")
def pipelines():
    _hold()
    form = PipelineForm()
    if form.validate_on_submit():
        pipeline = shaping.add_pipeline(form.name.data)
        db.session.commit()
        flash(_("The pipeline %(name)s was added. Set up its stages.", name=pipeline.name), "ok")
        return redirect(_page_of(pipeline), 303)

    shown = db.session.scalars(queries.pipelines()).all()
    counts = shaping.deals_by_pipeline()
    status = 422 if form.errors else 200
    return page("settings/pipelines.html", form=form, pipelines=shown, counts=counts, status=status)


@bp.route("/pipelines/<int:pipeline_id>", methods=["GET", "POST"])
@role_required("owner")
def pipeline(pipeline_id):
    pipeline = _pipeline(pipeline_id)
    form = PipelineForm(pipeline)
    if not form.validate_on_submit():
        return _shown(pipeline, form=form, status=422 if form.errors else 200)

    shaping.rename(pipeline, form.name.data)
    db.session.commit()

    flash(_("The pipeline was renamed to %(name)s.", name=pipeline.name), "ok")
    return redirect(_page_of(pipeline), 303)


@bp.route("/pipelines/<int:pipeline_id>/deletion", methods=["GET", "POST"])
@role_required("owner")
def delete_pipeline(pipeline_id):
    pipeline = _pipeline(pipeline_id)
    reason = shaping.why_pipeline_stays(pipeline, shaping.deals_by_pipeline().get(pipeline.id, 0))
    if request.method == "GET" or reason:
        status = 422 if request.method == "POST" else 200
        return page("settings/delete_pipeline.html", pipeline=pipeline, reason=reason, status=status)

    shaping.delete_pipeline(pipeline)
    db.session.commit()

    flash(_("The pipeline %(name)s was deleted.", name=pipeline.name), "ok")
    return redirect(url_for(".pipelines"), 303)


@bp.route("/pipelines/<int:pipeline_id>/stages/new", methods=["GET", "POST"])
@role_required("owner")
def new_stage(pipeline_id):
    pipeline = _pipeline(pipeline_id)
    form = StageForm(pipeline)
    if not form.validate_on_submit():
        return page("settings/new_stage.html", pipeline=pipeline, form=form, status=422 if form.errors else 200)

    stage = shaping.add_stage(pipeline, **form.facts())
    db.session.commit()

    flash(_("The stage %(name)s was added.", name=stage.name), "ok")
    return redirect(_page_of(pipeline), 303)


@bp.route("/pipelines/<int:pipeline_id>/stages/<int:stage_id>", methods=["GET", "POST"])
@role_required("owner")
def stage(pipeline_id, stage_id):
    pipeline, stage, deals = _stage(pipeline_id, stage_id)
    form = StageForm(pipeline, stage, deals=deals)
    if form.is_overtaken:
        return look_again(url_for(".stage", pipeline_id=pipeline_id, stage_id=stage_id))
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return page("settings/stage.html", pipeline=pipeline, stage=stage, form=form, status=status)

    shaping.change_stage(stage, **form.facts())
    db.session.commit()

    flash(_("The stage %(name)s was changed.", name=stage.name), "ok")
    return redirect(_page_of(pipeline), 303)


@bp.post("/pipelines/<int:pipeline_id>/stages/<int:stage_id>/place")
@role_required("owner")
def move_stage(pipeline_id, stage_id):
    pipeline, stage, _deals = _stage(pipeline_id, stage_id)
    way = request.form.get("way")

    shaping.move_stage(stage, is_up=way == "up" if way in ("up", "down") else abort(400))
    db.session.commit()

    return redirect(f"{_page_of(pipeline)}#stage-{stage.id}", 303)


@bp.route("/pipelines/<int:pipeline_id>/stages/<int:stage_id>/deletion", methods=["GET", "POST"])
@role_required("owner")
def delete_stage(pipeline_id, stage_id):
    pipeline, stage, deals = _stage(pipeline_id, stage_id)
    reason = shaping.why_stage_stays(stage)
    if deals and not reason:
        return _replace(pipeline, stage, deals)
    if request.method == "GET" or reason:
        status = 422 if request.method == "POST" else 200
        return page("settings/delete_stage.html", pipeline=pipeline, stage=stage, reason=reason, status=status)

    shaping.delete_stage(stage)
    db.session.commit()

    flash(_("The stage %(name)s was deleted.", name=stage.name), "ok")
    return redirect(_page_of(pipeline), 303)


def _replace(pipeline, stage, deals):
    """Where deals are or were, another stage takes the place of the one that goes."""
    standing, name = shaping.standing_in(stage), stage.name
    form = StageDeletionForm(stage, standing.shown)
    if not form.validate_on_submit():
        facts = {"pipeline": pipeline, "stage": stage, "form": form, "standing": standing}
        facts["earlier"] = deals - standing.shown - standing.binned
        return page("settings/delete_stage.html", status=422 if form.errors else 200, **facts)

    home = form.chosen_home
    try:
        moved = merging.merge(stage, home) if form.is_merger else retiring.retire(stage, home)
        db.session.commit()
    except limits.Gone as gone:
        db.session.rollback()
        flash(str(gone), "danger")
        return redirect(_page_of(pipeline), 303)

    flash(_replaced(name, home, moved, form.is_merger), "ok")
    return redirect(_page_of(pipeline), 303)


def _replaced(name, home, moved, is_merger):
    if is_merger:
        return _("The stage %(name)s was merged into %(home)s.", name=name, home=home.name)
    if not moved:
        return _("The stage %(name)s was deleted.", name=name)
    return ngettext(
        "The stage %(name)s was deleted, and its %(count)s deal moved to %(home)s.",
        "The stage %(name)s was deleted, and its %(count)s deals moved to %(home)s.",
        moved,
        name=name,
        home=home.name,
        count=formats.num(moved),
    )


def _hold():
    """Names that are free, and what is the only one of its kind, are so for one sender at a time."""
    if request.method == "POST":
        shaping.hold_pipelines()


def _pipeline(pipeline_id):
    _hold()
    return db.one_or_404(queries.pipelines().where(Pipeline.id == pipeline_id))


def _stage(pipeline_id, stage_id):
    pipeline = _pipeline(pipeline_id)
    if request.method == "POST":
        shaping.hold_stages(pipeline)
    stage = next((one for one in pipeline.stages if one.id == stage_id), None) or abort(404)
    return pipeline, stage, shaping.deals_by_stage(pipeline).get(stage.id, 0)


def _shown(pipeline, *, form, status=200):
    counts = shaping.deals_by_stage(pipeline)
    return page("settings/pipeline.html", pipeline=pipeline, form=form, counts=counts, status=status)


def _page_of(pipeline):
    return url_for(".pipeline", pipeline_id=pipeline.id)
