"""From a stored import to its plan."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.accounts.queries import organisation
from crm_app.exchange import checked, currencies, previewing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.fields import UNITS
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.kinds.kind import EXISTING, Kind, Row, Setting
from crm_app.exchange.matching import known_headers
from crm_app.exchange.models import Import
from crm_app.exchange.notations import columns as notated
from crm_app.exchange.notations.columns import Asked
from crm_app.exchange.pen import last_event
from crm_app.exchange.planning import MappingError, Plan, plan
from crm_app.exchange.reading import Sheet, read, reopened
from crm_app.exchange.rows import Matches
from crm_app.extensions import db, reading, utc_now
from crm_app.pipeline.models import Pipeline
from crm_app.web.text import match_key
from crm_app.web.texts import gettext as _


def may_import(user: User) -> list[str]:
    """The kinds that a user may bring in: users are an owner's to add, deals those of people who sell."""
    if not user.can_edit:
        return []
    return [kind for kind in KINDS if (kind != "users" or user.is_owner) and (kind != "deals" or user.sells)]


def begun(import_id: int) -> tuple[Import, User]:
    """An import and whoever began it. Raises MappingError where they may not do it any more."""
    import_ = db.session.get_one(Import, import_id)
    user = db.session.get(User, import_.user_id) if import_.user_id else None
    if user is None or not user.is_active or import_.kind not in may_import(user):
        raise MappingError(_("The user who started this import is no longer allowed to do it."))
    return import_, user


def sheet_of(kind: str, path: Path, chosen: Mapping[str, Any] | None = None) -> Sheet:
    """The whole file is looked through; `chosen` is what a person decided about its layout. Raises UnreadableError."""
    return read(path, known_headers(KINDS[kind].fields), chosen)


def path_of(stored_name: str) -> Path:
    """Raises UnreadableError once the file has gone."""
    try:
        return uploads.path_of(stored_name)
    except FileNotFoundError as error:
        raise UnreadableError(_("The file is no longer available. Choose it again.")) from error


def stored_sheet(import_: Import) -> Sheet:
    """The sheet as it was laid out when the file came. Raises UnreadableError."""
    path = path_of(import_.stored_name)
    # Imports from before files were looked through once know less of their layout.
    return reopened(path, import_.layout) if "rows" in import_.layout else sheet_of(import_.kind, path)


def matches_of(import_: Import) -> Matches:
    units = {header: unit for header, unit in import_.options.get("units", {}).items() if unit in UNITS}
    return Matches(import_.columns, units, import_.values, import_.options.get("notations", {}))


def notations_of(
    import_: Import, sheet: Sheet, alive: Callable[[], None] = lambda: None
) -> tuple[dict[str, str], list[Asked]]:
    """How the columns write days and amounts, as told or as all their cells prove it; and what a person is asked."""
    told, recalled = import_.options.get("notations", {}), import_.options.get("recalled", ())
    asked = notated.asked_of(KINDS[import_.kind].fields, sheet, import_.columns, told, alive, recalled)
    return told | notated.settled(asked), asked


class Prepared(NamedTuple):
    """A plan; `name` is where its rows lie, `as_of` where the event log stood when the database was read."""

    plan: Plan
    name: str
    as_of: int

    @property
    def kept(self) -> dict[str, Any]:
        """What the import keeps of it, as plain JSON."""
        plan = self.plan
        return {
            "name": self.name, "as_of": self.as_of, "digest": plan.digest, "rows": plan.rows, "late": sorted(plan.late),
            "scheme": checked.SCHEME, "state": plan.kind.state(), "counts": dict(plan.counts), "notes": plan.kind.notes,
        }  # fmt: skip


def prepare(
    kind: str,
    sheet: Sheet,
    matches: Matches,
    user: User,
    options: Mapping[str, Any],
    progress: Callable[[int], None] = lambda rows: None,
    also: Callable[[list[Row]], None] = lambda rows: None,
) -> Prepared:
    """Plan all rows and keep them on disk; `also` sees them as well. Raises MappingError.

    Everything in the session is detached, so that nothing holds a lock while rows are read.
    """
    with reading():
        as_of = last_event()
        loaded = kind_for(kind, user, options)
        db.session.expunge_all()
        db.session.rollback()
    keeping = checked.Keeping(loaded.kept_values)

    def keep(rows: list[Row]) -> None:
        for row in rows:
            if row.problems:
                keeping.refuse(row.number, previewing.reason(row))
        if not loaded.is_whole:
            keeping.keep(rows)
        also(rows)

    try:
        planned = plan(loaded, sheet, matches, keep, progress)
    except BaseException:
        keeping.close()
        checked.remove(keeping.name)
        raise
    keeping.close({number: previewing.told([problem]) for number, problem in planned.late.items()})
    return Prepared(planned, keeping.name, as_of)


def is_ready(import_: Import) -> bool:
    """Whether the rows lie ready as they were agreed to. What has happened since, writing looks at batch by batch."""
    kept = import_.checked
    is_agreed = kept.get("digest") == import_.options.get("digest", kept.get("digest"))
    return is_agreed and kept.get("scheme") == checked.SCHEME and checked.is_here(kept.get("name", ""))


def kind_for(kind: str, user: User, options: Mapping[str, Any], *, is_begun: bool = False) -> Kind:
    """`is_begun` says that a part of the import is written. Raises MappingError."""
    setting = _setting(user, options)
    if not is_begun and match_key(setting.new_pipeline) in map(match_key, db.session.scalars(select(Pipeline.name))):
        raise MappingError(_("There is already a pipeline with this name."))
    return KINDS[kind](setting)


def _setting(user: User, options: Mapping[str, Any]) -> Setting:
    firm = organisation()
    assert firm is not None
    # As in the settings: pipelines are an owner's to make, and each has a name of its own.
    new_pipeline = (options.get("new_pipeline") or "") if user.is_owner else ""
    unit = options.get("currency") or currencies.typed_in(firm.currency, shows_toman=firm.shows_toman)
    return Setting(
        user=user,
        base=firm.currency,
        currency=currencies.kept_in(unit),
        unit=unit,
        zone=firm.zone,
        today=utc_now().astimezone(firm.zone).date(),
        pipeline_id=options.get("pipeline_id"),
        new_pipeline=new_pipeline,
        existing=options.get("existing") if options.get("existing") in EXISTING else "overwrite",
    )
