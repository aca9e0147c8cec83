"""The index of questions, and the page and file of each."""

from types import ModuleType

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.accounts.queries import organisation
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.reports import choosing, pipeline, progress, winning, won
from crm_app.reports.choosing import Choice, Options
from crm_app.reports.sheet import Report
from crm_app.reports.views import bp
from crm_app.web.csv import download
from crm_app.web.htmx import page
from crm_app.web.periods import UNITS

QUESTIONS: dict[str, ModuleType] = {"pipeline": pipeline, "goals": progress, "won": won, "win-rate": winning}
_FILTERS = {"goals": ("owner", "team"), "pipeline": ("owner", "team", "product", "pipeline")}
_MEASURED = {"won": "won_value", "win-rate": "win_rate"}


@bp.get("/")
@seller_required
def index():
    """Each question with its answer for the usual period, of all that the reader sees."""
    given = Options((), choosing.all_teams(current_user), (), ())
    reports = []
    for name, question in QUESTIONS.items():
        usual = {**question.USUAL, "comparison": "none", "by": "team"}
        choice = choosing.choose(name, current_user, organisation(), given, **usual)
        reports.append(question.ask(choice, given))
    return page("reports/index.html", part="reports/_questions.html", reports=reports)


@bp.get("/<question>")
@seller_required
def show(question):
    module = QUESTIONS.get(question) or abort(404)
    given = choosing.options(current_user)
    choice = choosing.choose(question, current_user, organisation(), given, **module.USUAL)
    report = module.ask(choice, given)
    if request.args.get("format") == "csv":
        name = f"{question}-{choice.period.start}-{choice.period.last_day}.csv"
        return download(name, report.csv_head(), report.csv_rows())
    return page(
        "reports/show.html",
        part="reports/_report.html",
        report=report,
        choice=choice,
        given=given,
        filters=_FILTERS.get(question, ("owner", "team", "product", "pipeline")),
        latest=_latest(report, choice),
        **_labels(question),
    )


def _labels(question: str) -> dict:
    units = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    dimensions = {"owner": _("Salesperson"), "team": _("Team"), "region": _("Region"), "product": _("Product")}
    return {
        "presets": choosing.preset_labels(),
        "comparisons": {
            "previous": _("the period before"),
            "year": _("the same a year before"),
            "none": _("nothing"),
        },
        "everies": {unit: units[unit] for unit in UNITS} if question in ("won", "goals") else {},
        "dimensions": dimensions | {"industry": _("Industry")} if question in _MEASURED else {},
        "measures": MEASURES if question == "goals" else {},
        "calendars": {"gregorian": _("Gregorian"), "jalali": _("Jalali")},
    }


def _latest(report: Report, choice: Choice):
    """Where the period has nothing: the last year that has."""
    if not report.is_empty or choice.question not in _MEASURED:
        return None
    day = asking.latest(_MEASURED[choice.question], choice.scope)
    return choice.calendar.period("year", day) if day else None
