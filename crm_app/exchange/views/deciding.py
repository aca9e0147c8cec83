"""The decisions of an import, until it starts or is discarded."""

from flask import flash, redirect, request, url_for
from flask_login import current_user

from crm_app.accounts.access import editor_required
from crm_app.exchange import (
    checked,
    drafts,
    jobs,
    laid_out,
    preparing,
    remembering,
    uploads,
)
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.forms import MatchForm, meanings, notations_told
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.planning import MappingError
from crm_app.exchange.views import bp
from crm_app.exchange.views.steps import (
    CHECKED_AT_ONCE,
    as_read,
    check,
    draft_of,
    must_be_allowed,
    shown,
    tell_of_another_window,
    the_import,
)
from crm_app.extensions import db, utc_now, writing
from crm_app.jobs import jobs as queue
from crm_app.pipeline.queries import pipelines
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


@bp.get("/<int:import_id>")
@editor_required
def show(import_id):
    import_ = the_import(import_id)
    is_foreign = bool(import_.preview) and import_.preview.get("language") != reader.language
    if import_.status == "draft" and is_foreign and import_.rows <= CHECKED_AT_ONCE:
        # Titles, stages and reasons are words of a language: what is shown must be what will be written.
        try:
            with writing():
                import_ = the_import(import_id)
                check(import_, preparing.stored_sheet(import_))
        except (MappingError, UnreadableError) as error:
            return shown(import_, problem=str(error))
        import_ = the_import(import_id)
    return shown(import_)


@bp.post("/<int:import_id>/layout")
@editor_required
def lay_out(import_id):
    """Read the file in another way than it was; what was decided about its columns goes."""
    import_ = draft_of(import_id)
    kind, stored_name, read_at = import_.kind, import_.stored_name, import_.touched_at
    chosen = laid_out.chosen(request.form, import_.layout)
    db.session.rollback()
    try:
        sheet = preparing.sheet_of(kind, preparing.path_of(stored_name), chosen)
    except UnreadableError as error:
        return shown(draft_of(import_id), problem=str(error), status=422)

    import_ = draft_of(import_id)
    if import_.touched_at != read_at:
        tell_of_another_window()
        return redirect(url_for(".show", import_id=import_id), 303)

    drafts.lay_out(import_, sheet)
    remembering.recall(import_, sheet.header)
    db.session.commit()

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/forget")
@editor_required
def forget(import_id):
    """Match the columns by their names, as though no file with these headers had come before."""
    import_ = draft_of(import_id)
    kept = remembering.mapping_of(import_)
    try:
        if kept is not None and kept.user_id == current_user.id:
            remembering.forget_mapping(current_user, kept.id)
            drafts.lay_out(import_, preparing.stored_sheet(import_))
            db.session.commit()
    except UnreadableError as error:
        return shown(import_, problem=str(error), status=422)

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/columns")
@editor_required
def match(import_id):
    import_ = draft_of(import_id)
    try:
        sheet = preparing.stored_sheet(import_)
        form = MatchForm(request.form, sheet.header, {field.key for field in KINDS[import_.kind].fields})
        import_.columns = form.columns
        notations = {name: import_.options[name] for name in ("notations", "recalled") if name in import_.options}
        import_.options = form.options([pipeline.id for pipeline in db.session.scalars(pipelines())]) | notations
        _decide(import_, sheet)
    except (MappingError, UnreadableError) as error:
        return shown(import_, problem=str(error), status=422)

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/values")
@editor_required
def mean(import_id):
    import_ = draft_of(import_id)
    if not _is_as_seen(import_):
        return redirect(url_for(".show", import_id=import_id), 303)

    try:
        import_.values = meanings(request.form, import_.preview["questions"])
        _decide(import_, preparing.stored_sheet(import_))
    except (MappingError, UnreadableError) as error:
        flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/notations")
@editor_required
def notate(import_id):
    """Say how columns write their days and amounts."""
    import_ = draft_of(import_id)
    if not _is_as_seen(import_):
        return redirect(url_for(".show", import_id=import_id), 303)

    try:
        told = notations_told(request.form, import_.preview.get("notations", []))
        recalled = [header for header in import_.options.get("recalled", ()) if header not in told]
        notations = import_.options.get("notations", {}) | told
        import_.options = import_.options | {"notations": notations, "recalled": recalled}
        _decide(import_, preparing.stored_sheet(import_))
    except (MappingError, UnreadableError) as error:
        flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/start")
@editor_required
def start(import_id):
    import_ = draft_of(import_id)
    if not _is_as_seen(import_) or not import_.preview["fine"]:
        return redirect(url_for(".show", import_id=import_id), 303)

    options = import_.options | {name: import_.preview.get(name) for name in ("digest", "language")}
    fresh = {"touched_at": utc_now(), "message": "", "worker": "", "begun_at": None, "rows_done": 0}
    begun = db.session.execute(as_read(import_).values(status="queued", options=options, **fresh))
    if begun.rowcount:
        remembering.keep(import_)
    db.session.commit()

    if begun.rowcount:
        queue.enqueue(jobs.run_import, import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/again")
@editor_required
def again(import_id):
    """After a failure: check the rows once more, against the records as they are now."""
    import_ = the_import(import_id)
    must_be_allowed(import_.kind)
    if import_.status == "failed":
        import_.status = "draft"
        try:
            _decide(import_, preparing.stored_sheet(import_))
        except (MappingError, UnreadableError) as error:
            flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/discard")
@editor_required
def discard(import_id):
    import_ = draft_of(import_id)
    stored_name, name = import_.stored_name, import_.checked.get("name", "")
    db.session.delete(import_)
    db.session.commit()
    uploads.remove(stored_name)
    checked.remove(name)

    flash(_("The import was discarded. Nothing was imported."), "ok")
    return redirect(url_for(".index"), 303)


def _is_as_seen(import_):
    """Whether the rows still stand as the form was shown with them; if not, that is said."""
    is_same = bool(import_.preview) and request.form.get("digest") == import_.preview["digest"]
    if not is_same:
        tell_of_another_window()
    return is_same


def _decide(import_, sheet):
    if not check(import_, sheet):
        tell_of_another_window()
