"""Import in the browser: choose a file, match its columns, check its rows, watch it go in."""

from dataclasses import replace

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import update

from crm_app.accounts.access import editor_required
from crm_app.accounts.models import User
from crm_app.exchange import checked, drafts, jobs, laid_out, preparing, queries, rejects, remembering, showing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.forms import MatchForm, UploadForm, meanings, notations_told
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.models import Import
from crm_app.exchange.planning import MappingError, columns_of
from crm_app.exchange.reading import Sheet
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs as queue
from crm_app.pipeline.queries import pipelines
from crm_app.web.csv import download
from crm_app.web.htmx import page
from crm_app.web.reader import reader
from crm_app.web.tables import listing

# A larger file is checked by the worker: its rows take longer than a page may.
CHECKED_AT_ONCE = 5_000

bp = Blueprint("exchange", __name__, url_prefix="/exchange")


@bp.url_value_preprocessor
def take_large_files(endpoint, _values):
    """Before a form is read; only here, and only of somebody who has signed in."""
    if endpoint == f"{bp.name}.new" and request.method == "POST" and "_user_id" in session:
        request.max_content_length = current_app.config["IMPORT_MEGABYTES"] << 20


@bp.get("/")
@editor_required
def index():
    imports = listing(
        queries.visible_to(current_user), key=Import.id, sorts={"when": Import.created_at}, default="-when"
    )
    return render_template(
        "exchange/index.html",
        kinds=showing.kinds(preparing.may_import(current_user)),
        table=imports,
        names=showing.NAMES,
        mappings=remembering.mappings(current_user),
        meanings=showing.meanings(remembering.meanings(current_user)),
    )


@bp.route("/new/<kind>", methods=["GET", "POST"])
@editor_required
def new(kind):
    _must_be_allowed(kind)
    # A large file takes a while to look through; nobody else has to wait for the database meanwhile.
    db.session.rollback()
    form = UploadForm(kind)
    if form.validate_on_submit():
        import_ = drafts.begun(kind, form.file_name, form.stored_name, form.sheet, current_user)
        db.session.add(import_)
        db.session.commit()
        return redirect(url_for(".show", import_id=import_.id), 303)

    status = 422 if form.errors else 200
    return page(
        "exchange/new.html", form=form, kind=showing.of(kind), fields=KINDS[kind].fields,
        megabytes=current_app.config["IMPORT_MEGABYTES"], status=status,
    )  # fmt: skip


@bp.get("/<int:import_id>")
@editor_required
def show(import_id):
    import_ = _import(import_id)
    is_foreign = bool(import_.preview) and import_.preview.get("language") != reader.language
    if import_.status == "draft" and is_foreign and import_.rows <= CHECKED_AT_ONCE:
        # Titles, stages and reasons are words of a language: what is shown must be what will be written.
        try:
            _check(import_, preparing.stored_sheet(import_))
        except (MappingError, UnreadableError) as error:
            return _shown(import_, problem=str(error))
        import_ = _import(import_id)
    return _shown(import_)


@bp.post("/<int:import_id>/layout")
@editor_required
def lay_out(import_id):
    """Read the file in another way than it was; what was decided about its columns goes."""
    import_ = _draft_of(import_id)
    kind, stored_name, chosen = import_.kind, import_.stored_name, laid_out.chosen(request.form, import_.layout)
    db.session.rollback()
    try:
        sheet = preparing.sheet_of(kind, preparing.path_of(stored_name), chosen)
    except UnreadableError as error:
        return _shown(_draft_of(import_id), problem=str(error), status=422)

    import_ = _draft_of(import_id)
    drafts.lay_out(import_, sheet)
    remembering.recall(import_, sheet.header)
    db.session.commit()

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/forget")
@editor_required
def forget(import_id):
    """Match the columns by their names, as though no file with these headers had come before."""
    import_ = _draft_of(import_id)
    kept = remembering.mapping_of(import_)
    try:
        if kept is not None and kept.user_id == current_user.id:
            remembering.forget_mapping(current_user, kept.id)
            drafts.lay_out(import_, preparing.stored_sheet(import_))
            db.session.commit()
    except UnreadableError as error:
        return _shown(import_, problem=str(error), status=422)

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/forget")
@editor_required
def forget_kept():
    """A mapping, or what the texts of a field mean; one's own."""
    remembering.forget_mapping(current_user, request.form.get("mapping", 0, type=int))
    remembering.forget_meanings(current_user, request.form.get("kind", ""), request.form.get("field", ""))
    db.session.commit()

    flash(_("It is forgotten."), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<int:import_id>/columns")
@editor_required
def match(import_id):
    import_ = _draft_of(import_id)
    try:
        sheet = preparing.stored_sheet(import_)
        form = MatchForm(request.form, sheet.header, {field.key for field in KINDS[import_.kind].fields})
        import_.columns = form.columns
        notations = {"notations": import_.options.get("notations", {})}
        import_.options = form.options([pipeline.id for pipeline in db.session.scalars(pipelines())]) | notations
        _check(import_, sheet)
    except (MappingError, UnreadableError) as error:
        return _shown(import_, problem=str(error), status=422)

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/values")
@editor_required
def mean(import_id):
    import_ = _draft_of(import_id)
    if not import_.preview or request.form.get("digest") != import_.preview["digest"]:
        flash(_("The rows were checked again meanwhile; here is how they stand."), "info")
        return redirect(url_for(".show", import_id=import_id), 303)

    try:
        import_.values = meanings(request.form, import_.preview["questions"])
        _check(import_, preparing.stored_sheet(import_))
    except (MappingError, UnreadableError) as error:
        flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/notations")
@editor_required
def notate(import_id):
    """Say how columns write their days and amounts."""
    import_ = _draft_of(import_id)
    if not import_.preview or request.form.get("digest") != import_.preview["digest"]:
        flash(_("The rows were checked again meanwhile; here is how they stand."), "info")
        return redirect(url_for(".show", import_id=import_id), 303)

    try:
        told = notations_told(request.form, import_.preview.get("notations", []))
        import_.options = import_.options | {"notations": import_.options.get("notations", {}) | told}
        _check(import_, preparing.stored_sheet(import_))
    except (MappingError, UnreadableError) as error:
        flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/start")
@editor_required
def start(import_id):
    import_ = _draft_of(import_id)
    if not import_.preview.get("fine") or request.form.get("digest") != import_.preview["digest"]:
        flash(_("The rows were checked again meanwhile; here is how they stand."), "info")
        return redirect(url_for(".show", import_id=import_id), 303)

    options = import_.options | {name: import_.preview.get(name) for name in ("digest", "language")}
    remembering.keep(import_)
    begun = update(Import).where(Import.id == import_id, Import.status == "draft")
    fresh = {"touched_at": utc_now(), "message": "", "worker": "", "begun_at": None, "rows_done": 0}
    begun = db.session.execute(begun.values(status="queued", options=options, **fresh))
    db.session.commit()

    if begun.rowcount:
        queue.enqueue(jobs.run_import, import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/again")
@editor_required
def again(import_id):
    """After a failure: check the rows once more, against the records as they are now."""
    import_ = _import(import_id)
    _must_be_allowed(import_.kind)
    if import_.status == "failed":
        import_.status = "draft"
        try:
            _check(import_, preparing.stored_sheet(import_))
        except (MappingError, UnreadableError) as error:
            flash(str(error), "danger")

    return redirect(url_for(".show", import_id=import_id), 303)


@bp.post("/<int:import_id>/discard")
@editor_required
def discard(import_id):
    import_ = _draft_of(import_id)
    stored_name, name = import_.stored_name, import_.checked.get("name", "")
    db.session.delete(import_)
    db.session.commit()
    uploads.remove(stored_name)
    checked.remove(name)

    flash(_("The import is discarded; nothing was written."), "ok")
    return redirect(url_for(".index"), 303)


@bp.route("/<int:import_id>/undo", methods=["GET", "POST"])
@editor_required
def undo(import_id):
    import_ = _import(import_id)
    _must_be_allowed(import_.kind)
    if request.method == "GET":
        if import_.status != "done" or import_.begun_at is None:
            return redirect(url_for(".show", import_id=import_id), 303)
        return render_template("exchange/undo.html", import_=import_, going=showing.going(import_))

    begun = update(Import).where(Import.id == import_id, Import.status == "done", Import.begun_at.is_not(None))
    facts = {"undone": 0, "kept": 0, "undone_by_id": current_user.id, "touched_at": utc_now(), "worker": ""}
    begun = db.session.execute(begun.values(status="undo queued", **facts))
    db.session.commit()

    if begun.rowcount:
        queue.enqueue(jobs.undo_import, import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@bp.get("/<int:import_id>/refused.csv")
@editor_required
def refused(import_id):
    import_ = _import(import_id)
    try:
        sheet, reasons = preparing.stored_sheet(import_), rejects.of(import_)
    except (UnreadableError, FileNotFoundError):
        abort(404)
    body = rejects.body(sheet, reasons)
    return download(f"refused-{import_id}.csv", rejects.head(sheet), body)


def _import(import_id: int) -> Import:
    return db.one_or_404(queries.visible_to(current_user).where(Import.id == import_id))


def _draft_of(import_id: int) -> Import:
    """An import that waits for decisions; once it has begun there is nothing left to decide."""
    import_ = _import(import_id)
    _must_be_allowed(import_.kind)
    if import_.status != "draft":
        abort(409)
    return import_


def _must_be_allowed(kind: str) -> None:
    if kind not in KINDS:
        abort(404)
    if kind not in preparing.may_import(current_user):
        abort(403)


def _check(import_: Import, sheet: Sheet) -> None:
    """Plan the import and keep what the person is to be shown. Raises MappingError before anything is let go of."""
    import_id = import_.id
    columns_of(KINDS[import_.kind].fields, sheet, preparing.matches_of(import_))
    decided = {
        "status": import_.status,
        "columns": dict(import_.columns),
        "values": dict(import_.values),
        "options": dict(import_.options),
    }
    # Meanwhile somebody may have started it, in another window.
    waiting = update(Import).where(Import.id == import_id, Import.status.in_(("draft", "failed")))
    if len(sheet.lines) > CHECKED_AT_ONCE:
        fresh = {"status": "check queued", "touched_at": utc_now(), "worker": "", "message": "", "rows_done": 0}
        queued = db.session.execute(waiting.values(**decided | fresh)).rowcount
        db.session.commit()
        if queued:
            queue.enqueue(jobs.check_import, import_id)
        return
    user, old = db.session.get_one(User, import_.user_id), import_.checked.get("name", "")
    notations, asked = preparing.notations_of(import_, sheet)
    decided["options"] |= {"notations": notations}
    matches = replace(preparing.matches_of(import_), notations=notations)
    prepared = preparing.prepare(import_.kind, sheet, matches, user, import_.options)
    kept = {"preview": preparing.preview(prepared.plan, matches, asked), "checked": prepared.kept, "message": ""}
    replaced = db.session.execute(waiting.values(**decided, **kept)).rowcount
    db.session.commit()
    checked.remove(old if replaced else prepared.name)


def _shown(import_: Import, problem: str = "", status: int = 200):
    """The step at which an import stands, as a page or as the part that watches its progress."""
    step = showing.step(import_, wants_columns=request.args.get("step") == "columns" or bool(problem))
    context = showing.context(import_, step)
    return page(
        "exchange/show.html", part="exchange/_import.html", status=status,
        import_=import_, step=step, problem=problem, kind=showing.of(import_.kind), **context,
    )  # fmt: skip
