"""The index of questions, and the page and file of each."""

from dataclasses import replace
from datetime import date
from functools import partial
from types import ModuleType

from flask import Response, abort, render_template, request
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.accounts.queries import organisation
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.reports import choosing, pipeline, progress, winning, won
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Report
from crm_app.reports.views import bp
from crm_app.web import replica
from crm_app.web.csv import download
from crm_app.web.htmx import steady_page
from crm_app.web.periods import UNITS, Period
from crm_app.web.texts import gettext as _

QUESTIONS: dict[str, ModuleType] = {"pipeline": pipeline, "goals": progress, "won": won, "win-rate": winning}
_FILTERS = {"goals": ("owner", "team"), "pipeline": ("owner", "team", "product", "pipeline")}
_MEASURED = {"won": "won_value", "win-rate": "win_rate"}


@bp.get("/")
@seller_required
def index():
    """Each question with its answer for the usual period, of all that the reader sees."""
    return steady_page("reports/index.html", _questions)


def _questions() -> str:
    teams = choosing.all_teams(current_user)
    given = Options(() if teams else (current_user,), teams, (), (), own_team=current_user.team if teams else None)
    last = asking.latest("win_rate", Scope(current_user))
    answers = [_usual(name, given, last) for name in QUESTIONS]
    return render_template("reports/_questions.html", answers=answers)


@bp.get("/<question>")
@seller_required
def show(question):
    module = QUESTIONS.get(question) or abort(404)
    if request.args.get("format") == "csv":
        return replica.answered(partial(_file, question, module))[0]
    return steady_page("reports/show.html", partial(_report, question, module), title=module.title())


def _file(question: str, module: ModuleType) -> Response:
    report, choice, _given = _asked(question, module)
    name = f"{question}-{choice.period.start}-{choice.period.last_day}.csv"
    return download(name, report.csv_head(), report.csv_rows())


def _asked(question: str, module: ModuleType) -> tuple[Report, Choice, Options]:
    given = choosing.options(current_user)
    choice = choosing.choose(question, current_user, organisation(), given, **module.USUAL)
    return module.ask(choice, given), choice, given


def _report(question: str, module: ModuleType) -> str:
    report, choice, given = _asked(question, module)
    return render_template(
        "reports/_report.html",
        report=report,
        choice=choice,
        given=given,
        filters=_FILTERS.get(question, ("owner", "team", "product", "pipeline")),
        latest=_latest(report, choice),
        number_set=choosing.number_set(choice, organisation(), **module.USUAL),
        **_labels(question),
    )


def _usual(name: str, given: Options, last: date | None) -> tuple[Report, str]:
    """The answer and its address; of the last year in which a deal was closed, if none was in the usual period."""
    question = QUESTIONS[name]
    usual = {**question.USUAL, "comparison": "none", "by": "team" if given.teams else "owner"}
    choice = choosing.choose(name, current_user, organisation(), given, **usual)
    is_empty = last is not None and last < choice.period.start and name != "pipeline"
    if last is None or not is_empty or (name == "goals" and progress.is_aimed(choice, given)):
        return question.ask(choice, given), choice.url()
    year = choice.calendar.period("year", last)
    days = {"since": year.start.isoformat(), "until": year.last_day.isoformat()}
    return question.ask(replace(choice, period=year, preset=""), given), choice.url(period=None, **days)


def _labels(question: str) -> dict:
    units = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    dimensions = {"owner": _("Owner"), "team": _("Team"), "region": _("Region"), "product": _("Product")}
    return {
        "presets": choosing.preset_labels(),
        "comparisons": {
            "previous": _("Previous period"),
            "year": _("Same period last year"),
            "none": _("Nothing"),
        },
        "everies": {unit: units[unit] for unit in UNITS} if question in ("won", "goals") else {},
        "dimensions": dimensions | {"industry": _("Industry")} if question in _MEASURED else {},
        "measures": MEASURES if question == "goals" else {},
        "calendars": {"gregorian": _("Gregorian"), "jalali": _("Jalali")},
    }


def _latest(report: Report, choice: Choice) -> Period | None:
    """Where the period has nothing: the last year that has."""
    measure = choice.measure if choice.question == "goals" else _MEASURED.get(choice.question)
    if not report.is_empty or measure not in MEASURES:
        return None
    day = asking.latest(measure, choice.scope)
    return choice.calendar.period("year", day) if day else None
