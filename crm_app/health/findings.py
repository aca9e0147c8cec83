"""What a check says: its verdict, what it found in a sentence, and what to do about it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from flask_babel import LazyString

from crm_app.backups.wholeness import Limit
from crm_app.web.texts import gettext as _

OK, WARNING, PROBLEM = "ok", "warning", "problem"
GRAVITY = {OK: 0, WARNING: 1, PROBLEM: 2}


class Finding(NamedTuple):
    verdict: str
    said: str
    advice: str = ""


class Check(NamedTuple):
    """`is_slow`: may take seconds, so a page makes it only when asked. `of_deployment`: how Peyvand is set up.

    One that `needs` the database, or its tables, is left out once those were found missing.
    """

    key: str
    title: LazyString
    findings: Callable[[Limit], Iterator[Finding]]
    is_slow: bool = False
    of_deployment: bool = False
    needs: str = ""


def fine(said: Any, advice: Any = "") -> Finding:
    return Finding(OK, str(said), str(advice))


def warning(said: Any, advice: Any) -> Finding:
    return Finding(WARNING, str(said), str(advice))


def problem(said: Any, advice: Any) -> Finding:
    return Finding(PROBLEM, str(said), str(advice))


def unreadable(error: OSError) -> Finding:
    return problem(
        _("%(name)s cannot be read (%(reason)s).", name=error.filename, reason=error.strerror),
        _("Give the user that runs Peyvand access to it."),
    )


def gravest(findings: list[Finding]) -> str:
    return max((finding.verdict for finding in findings), key=GRAVITY.__getitem__, default=OK)
