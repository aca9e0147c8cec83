"""The owner's morning: how each goal of the period stands."""

from flask import render_template
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.accounts.queries import organisation
from crm_app.extensions import db
from crm_app.goals import choosing, drawing, queries, rows, words
from crm_app.goals.models import Goal
from crm_app.goals.overview import Overview, overview
from crm_app.goals.views import bp
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.web.htmx import steady_page
from crm_app.web.periods import CALENDARS, UNITS
from crm_app.web.texts import gettext as _


@bp.get("/")
@seller_required
def index():
    return steady_page("goals/index.html", _drawn)


def _drawn() -> str:
    choice, goals = _chosen()
    view = overview(current_user, organisation(), choice, goals)
    if view is None:
        return render_template("goals/_empty.html", choice=choice, view=None, **_ways(choice), **_else())
    groups = rows.table(view, organisation())
    return render_template(
        "goals/_overview.html",
        choice=choice,
        view=view,
        answer=words.answer(view),
        subject=words.subject_name(view.first),
        chart=drawing.pace_chart(view),
        groups=groups,
        teams_target=rows.teams_target(groups),
        matrix=rows.matrix(view),
        latest=_latest(view),
        **_ways(choice),
    )


def _chosen() -> tuple[choosing.Choice, list[Goal]]:
    """What the address asks for, and the goals of its year; without a unit the first that has goals."""
    firm = organisation()
    goals = queries.visible_to(current_user)
    if choosing.has_unit():
        choice = choosing.from_address(firm, choosing.PREFERRED[0])
        return choice, _with_targets(queries.of_kind(goals, choice.unit, choice.calendar.name), choice)
    year = choosing.from_address(firm, "year")
    found = _with_targets(goals, year)
    choice = choosing.from_address(firm, choosing.usual_unit(found, year.calendar.name))
    kind = (choice.unit, choice.calendar.name)
    return choice, [goal for goal in found if (goal.unit, goal.calendar) == kind]


def _with_targets(goals, choice: choosing.Choice) -> list[Goal]:
    year = choice.year
    return list(db.session.scalars(queries.with_targets(goals, year.start, year.end)).unique())


def _ways(choice: choosing.Choice) -> dict:
    units = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    calendars = {"gregorian": _("Gregorian"), "jalali": _("Jalali")}
    middle = {"period": None}
    return {
        "units": [
            {"label": units[unit], "url": choice.url(unit=unit, **middle), "is_current": unit == choice.unit}
            for unit in UNITS
        ],
        "calendars": [
            {
                "label": calendars[name],
                "url": choice.url(calendar=name, **middle),
                "is_current": name == choice.calendar.name,
            }
            for name in CALENDARS
        ],
        "can_set": current_user.role in ("owner", "manager"),
    }


def _else() -> dict:
    """Where there are goals, if not here."""
    kinds = queries.visible_to(current_user).with_only_columns(Goal.unit, Goal.calendar).distinct()
    return {"kinds": db.session.execute(kinds.order_by(Goal.calendar, Goal.unit)).all()}


def _latest(view: Overview):
    """The last period that has anything, where the chosen one has nothing yet."""
    if view.first.figure.n:
        return None
    team_id, owner_id = view.subject.key
    day = asking.latest(view.first.measure, Scope(current_user, owner_id=owner_id, team_id=team_id))
    return view.choice.calendar.period(view.choice.unit, day) if day else None
