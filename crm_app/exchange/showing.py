"""What the pages of an import show: the kinds, and what each step needs."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, NamedTuple

from crm_app.exchange import columns_shown, currencies, laid_out, leaving, preparing, remembering, undoing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.forms import EXISTING_LABELS, UNIT_LABELS
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.kinds.stages import kind_of
from crm_app.exchange.models import Import
from crm_app.exchange.origins import origin_of
from crm_app.exchange.reading import Sheet
from crm_app.extensions import db
from crm_app.pipeline.queries import pipelines
from crm_app.web.formats import listed, num
from crm_app.web.text import match_key
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import ngettext


class KindShown(NamedTuple):
    """`list_endpoint` is where the records can be seen afterwards."""

    key: str
    label: Any
    title: Any
    about: Any
    icon: str
    list_endpoint: str
    show: Any


_SHOWN = (
    KindShown(
        "users", _l("Users"), _l("Import users"), _l("Users are imported with their teams, managers and regions."),
        "users", "settings.index", _l("Show the users"),
    ),
    KindShown(
        "companies", _l("Companies"), _l("Import companies"),
        _l("Companies are matched by name. Parent companies can be in the same file."), "building-2",
        "contacts.companies", _l("Show the companies"),
    ),
    KindShown(
        "people", _l("People"), _l("Import people"),
        _l("People are matched by email, or else by name and company."),
        "user-plus", "contacts.people", _l("Show the people"),
    ),
    KindShown(
        "products", _l("Products"), _l("Import products"), _l("Products are matched by code, or else by name."),
        "package", "catalog.index", _l("Show the products"),
    ),
    KindShown(
        "deals", _l("Deals"), _l("Import deals"),
        _l("Deals are imported with their stages, dates and closings as history."),
        "square-kanban", "pipeline.deals", _l("Show the deals"),
    ),
)  # fmt: skip
_MOST_STAGES = 200
_BY_KEY = {shown.key: shown for shown in _SHOWN}
NAMES = {shown.key: shown.label for shown in _SHOWN}
_STATUSES = {
    "check queued": "checking", "checking": "checking",
    "queued": "progress", "running": "progress", "done": "done", "failed": "failed",
    "undo queued": "undoing", "undoing": "undoing", "undone": "undone",
}  # fmt: skip


class Refused(NamedTuple):
    """The refused rows as a preview shows them: the columns that have a fault before all others."""

    columns: list[str]
    rows: list[dict[str, Any]]


def of(kind: str) -> KindShown:
    return _BY_KEY[kind]


def kinds(keys: Iterable[str]) -> list[KindShown]:
    return [_BY_KEY[key] for key in keys]


class Meant(NamedTuple):
    """Texts of a field whose meaning is kept, as the index tells of them."""

    kind: str
    field: str
    of: Any
    label: Any
    texts: int


def meanings(kept: Iterable[remembering.KeptMeanings]) -> list[Meant]:
    labels = {(kind, field.key): field.label for kind, made in KINDS.items() for field in made.fields}
    return [
        Meant(one.kind, one.field, NAMES[one.kind], labels[one.kind, one.field], one.texts)
        for one in kept
        if (one.kind, one.field) in labels
    ]


def step(import_: Import, *, wants_columns: bool) -> str:
    """`columns`, `checking`, `rows`, `progress`, `done`, `failed`, `undoing` or `undone`."""
    if import_.status != "draft":
        return _STATUSES[import_.status]
    return "columns" if wants_columns or not import_.preview else "rows"


def context(import_: Import, step: str) -> dict[str, Any]:
    if step == "columns":
        return _of_columns(import_)
    if step == "rows":
        preview = import_.preview
        return {"preview": preview, "asked": _by_column(preview["questions"]), "refused": _faults_first(preview)}
    if step == "done":
        return {"notes": import_.preview.get("notes", []), "going": going(import_)}
    if step == "undone":
        return {"left": leaving.left(import_)}
    if step == "failed":
        return {"has_file": uploads.is_here(import_.stored_name)}
    return {}


def going(import_: Import) -> list[str]:
    """What undoing the import would do, in sentences."""
    new, updated = import_.created, import_.updated
    said: list[str] = []
    if import_.begun_at is None:
        # It ran before what imports write was kept.
        return said
    if new and (import_.kind == "users" or undoing.goes_for_good(import_)):
        said.append(
            ngettext(
                "One new record will be deleted permanently.",
                "%(count)s new records will be deleted permanently.",
                new,
                count=num(new),
            )
        )
    elif new:
        said.append(
            ngettext(
                "One new record will be moved to the bin.",
                "%(count)s new records will be moved to the bin.",
                new,
                count=num(new),
            )
        )
    if updated:
        said.append(
            ngettext(
                "One updated record will be changed back.",
                "%(count)s updated records will be changed back.",
                updated,
                count=num(updated),
            )
        )
    return said


def _of_columns(import_: Import) -> dict[str, Any]:
    try:
        sheet = preparing.stored_sheet(import_)
    except UnreadableError as error:
        return {"columns": [], "fields": [], "pipelines": [], "unreadable": str(error)}
    fields = KINDS[import_.kind].fields
    currency = import_.options.get("currency") or currencies.usual()
    return {
        "columns": columns_shown.of(sheet, import_.columns, import_.options.get("units", {}), fields),
        "laid_out": laid_out.of(sheet),
        "origin": origin_of(sheet.header),
        "kept": remembering.mapping_of(import_),
        "fields": fields,
        "repeated": listed(str(field.label) for field in fields if field.may_repeat),
        "unit_labels": UNIT_LABELS,
        "existing": EXISTING_LABELS,
        "warnings": sheet.warnings,
        "has_money": any(field.is_money for field in fields),
        "currency": currency,
        "currencies": currencies.choices(currency),
        "pipelines": db.session.scalars(pipelines()).all() if import_.kind == "deals" else [],
    }


def _by_column(questions: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(questions))


def _faults_first(preview: dict[str, Any]) -> Refused:
    bad = {header for row in preview["refused"] for header in row["bad"]}
    order = sorted(range(len(preview["columns"])), key=lambda place: preview["columns"][place] not in bad)
    rows = [row | {"cells": [row["cells"][place] for place in order]} for row in preview["refused"]]
    return Refused([preview["columns"][place] for place in order], rows)


def likely_pipeline(import_: Import, sheet: Sheet) -> dict[str, Any]:
    """The first pipeline that the file names, or that has all its stages; else a new one, called like the file."""
    said = set(map(match_key, _texts_for(import_, sheet, "pipeline")))
    wanted = {match_key(text) for text in _texts_for(import_, sheet, "stage") if kind_of(text) == "open"}
    known = db.session.scalars(pipelines()).all()
    for pipeline in known:
        if match_key(pipeline.name) in said:
            return {"pipeline_id": pipeline.id}
    for pipeline in known:
        if wanted <= {stage.name_key for stage in pipeline.stages}:
            return {"pipeline_id": pipeline.id}
    name = PurePath(import_.file_name).stem.replace("_", " ").strip().capitalize()
    return {"new_pipeline": name[:100] or _("Imported deals")}


def _texts_for(import_: Import, sheet: Sheet, field: str) -> set[str]:
    """What the column of a field holds; all of it where that is little enough to name pipelines or stages."""
    header = next((name for name, key in import_.columns.items() if key == field), None)
    texts: set[str] = set()
    if header is not None:
        position = sheet.header.index(header)
        for line in sheet.lines:
            if not line.problem and line.cells[position].strip():
                texts.add(line.cells[position])
            if len(texts) > _MOST_STAGES:
                # No pipeline has so many: the column holds something else.
                break
    return texts
