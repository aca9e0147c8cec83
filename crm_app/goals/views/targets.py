"""The sheet of targets, saved as a whole, and the history of each cell."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select

from crm_app.accounts.access import role_required, seller_required
from crm_app.accounts.models import Organisation
from crm_app.accounts.queries import organisation
from crm_app.extensions import db
from crm_app.goals import amounts, grid, queries
from crm_app.goals.views import bp
from crm_app.measures.catalogue import MEASURES, Measure
from crm_app.pipeline import arrivals
from crm_app.web import formats
from crm_app.web.htmx import page
from crm_app.web.periods import CALENDARS, UNITS, Calendar, Period
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


@bp.route("/targets", methods=["GET", "POST"])
@role_required("owner", "manager")
def targets():
    sheet = _sheet()
    if request.method == "GET":
        return _answer(sheet, 200)
    # Two people who save at once wait for each other here, so neither adds a goal twice.
    db.session.execute(select(Organisation.id).with_for_update())
    table = sheet.grid()
    changes = grid.fill(table, request.form)
    if table.errors or table.clashes:
        return _answer(sheet, 409 if table.clashes else 422, table)

    grid.save(table, changes, current_user)
    if changes:
        arrivals.show_boards_again(changes[0][1].target)
    db.session.commit()

    _say_saved(len(changes))
    return redirect(sheet.url(), 303)


@bp.get("/targets/<int:target_id>/history")
@seller_required
def target_history(target_id):
    goals = queries.visible_to(current_user)
    target = db.one_or_404(queries.target_of(goals, target_id))
    measure = MEASURES[target.goal.measure]
    return page(
        "goals/target_history.html",
        part="goals/_history.html",
        target=target,
        measure=measure,
        period=queries.period_of(target, organisation()),
        changes=list(db.session.scalars(queries.changes_of(target))),
        as_value=lambda amount: amounts.as_value(amount, measure.unit),
    )


@dataclass(frozen=True)
class _Sheet:
    """Which sheet: a measure, a unit, and a year of a calendar."""

    measure: Measure
    unit: str
    calendar: Calendar
    year: Period

    @property
    def periods(self) -> list[Period]:
        return [self.year] if self.unit == "year" else self.calendar.parts(self.year, self.unit)

    def grid(self) -> grid.Grid:
        return grid.build(current_user, self.measure, self.unit, self.calendar.name, self.periods)

    def url(self, **changes) -> str:
        chosen = {"measure": self.measure.key, "unit": self.unit}
        chosen |= {"calendar": self.calendar.name, "year": self.year.key}
        return url_for("goals.targets", **chosen | changes)


def _sheet() -> _Sheet:
    """What the address names; whatever cannot be read counts as not given."""
    name = request.args.get("calendar", "")
    calendar = organisation().calendar(name if name in CALENDARS else None)
    try:
        year = calendar.parse("year", request.args.get("year", ""))
    except ValueError:
        year = calendar.period("year", reader.today())
    unit = request.args.get("unit", "")
    measure = MEASURES.get(request.args.get("measure", ""), MEASURES["won_value"])
    return _Sheet(measure, unit if unit in UNITS else "month", calendar, year)


def _answer(sheet: _Sheet, status: int, table: grid.Grid | None = None):
    units = {"month": _("Months"), "quarter": _("Quarters"), "year": _("Year")}
    calendars = {"gregorian": _("Gregorian"), "jalali": _("Jalali")}
    before, after = sheet.calendar.previous(sheet.year), sheet.calendar.next(sheet.year)
    return page(
        "goals/targets.html",
        part="goals/_grid.html",
        status=status,
        sheet=sheet,
        grid=table or sheet.grid(),
        year_name=formats.period_label(sheet.year),
        years=(sheet.url(year=before.key), sheet.url(year=after.key)),
        measures=list(MEASURES.values()),
        units=[{"label": units[unit], "url": sheet.url(unit=unit), "is_current": unit == sheet.unit} for unit in UNITS],
        calendars=[
            {
                "label": calendars[name],
                "url": sheet.url(calendar=name, year=None),
                "is_current": name == sheet.calendar.name,
            }
            for name in CALENDARS
        ],
        unit_name=amounts.unit_name(sheet.measure.unit),
    )


def _say_saved(number: int) -> None:
    if number:
        text = ngettext("%(number)s target saved.", "%(number)s targets saved.", number, number=formats.num(number))
        flash(text, "ok")
    else:
        flash(_("Nothing was changed."), "info")
