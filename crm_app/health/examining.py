"""Making the checks, each for itself: what breaks one of them is a finding, and the rest goes on."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from crm_app.backups.wholeness import Limit
from crm_app.extensions import db
from crm_app.health.checks import ALL
from crm_app.health.findings import PROBLEM, WARNING, Check, Finding, gravest, problem, unreadable
from crm_app.refusals import of_psycopg
from crm_app.web.texts import gettext as _

# What cannot be asked for where a check found a problem.
_BUILT_ON = {"database": {"database", "tables"}, "tables": {"tables"}}


class Examined(NamedTuple):
    check: Check
    findings: list[Finding]

    @property
    def verdict(self) -> str:
        return gravest(self.findings)


class Verdicts(NamedTuple):
    """How many findings there are of each kind."""

    fine: int
    warnings: int
    problems: int


def all_checks() -> list[Check]:
    return list(ALL)


def quick_checks() -> list[Check]:
    return [check for check in ALL if not check.is_slow]


def deployment_checks() -> list[Check]:
    return [check for check in ALL if check.of_deployment]


def examine(checks: Iterable[Check], seconds: float | None = None) -> list[Examined]:
    """With `seconds`, each check leaves off after that time and says so."""
    examined: list[Examined] = []
    missing: set[str] = set()
    for check in checks:
        if check.needs in missing:
            continue
        try:
            found = Examined(check, list(check.findings(Limit(seconds))))
        except (SQLAlchemyError, *of_psycopg("Error")) as error:
            db.session.rollback()
            found = Examined(check, [_database_refused(error)])
        except OSError as error:
            found = Examined(check, [unreadable(error)])
        if found.verdict == PROBLEM:
            missing |= _BUILT_ON.get(check.key, set())
        examined.append(found)
    return examined


def summary(examined: Iterable[Examined]) -> Verdicts:
    verdicts = [finding.verdict for one in examined for finding in one.findings]
    warnings, problems = verdicts.count(WARNING), verdicts.count(PROBLEM)
    return Verdicts(len(verdicts) - warnings - problems, warnings, problems)


def _database_refused(error: Exception) -> Finding:
    reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return problem(
        _("The database is not responding: %(reason)s.", reason=reason.rstrip(".")),
        _("Check that it is running at DATABASE_URL. If tables are missing, run: crm database upgrade."),
    )
