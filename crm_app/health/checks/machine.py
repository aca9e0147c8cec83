"""Checks of what Peyvand runs on: the clock, the rules of time zones, and the versions of what is underneath."""

import platform
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, text

from crm_app.accounts.queries import organisation
from crm_app.activity.models import Event
from crm_app.backups.wholeness import Limit
from crm_app.extensions import db, utc_now
from crm_app.health.checks.database import is_sqlite
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.web.formats import listed, num
from crm_app.web.texts import gettext as _

# When this version was written; a clock that tells an earlier day was never set.
_EARLIEST, _LATEST = datetime(2026, 11, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_APART = timedelta(seconds=5)
_ZONES = ("Asia/Tehran", "Asia/Shanghai", "Europe/Berlin", "America/New_York")
# A race of two checkpoints, very rare, that can damage a database in WAL mode.
_RACE = ((3, 7, 0), (3, 51, 2))
_OLDEST_POSTGRESQL = 15


def clock(_limit: Limit) -> Iterator[Finding]:
    now = utc_now()
    if not _EARLIEST < now < _LATEST:
        yield problem(
            _("The clock of this machine says %(moment)s UTC.", moment=f"{now:%Y-%m-%d %H:%M}"),
            _("Set the clock and keep it synchronised: timedatectl set-ntp true."),
        )
        return
    yield from _against_the_database()
    yield from _zones()


def _against_the_database() -> Iterator[Finding]:
    """SQLite has the clock of this machine; there the last event tells whether it was ever set back."""
    if is_sqlite():
        theirs = db.session.scalar(select(Event.at).order_by(Event.id.desc()).limit(1))
        apart = theirs - utc_now() if theirs else timedelta()
        said = _("The last change was recorded %(seconds)s seconds in the future.", seconds=num(apart.total_seconds()))
    else:
        theirs = db.session.scalar(text("SELECT clock_timestamp()"))
        apart = abs(theirs - utc_now())
        said = _("The clocks of this machine and of the database are %(seconds)s seconds apart.",
                 seconds=num(apart.total_seconds()))  # fmt: skip
    if apart > _APART:
        yield warning(said, _("Set the clock and keep it synchronised: timedatectl set-ntp true."))
    else:
        yield fine(_("The clock appears to be correct."))


def _zones() -> Iterator[Finding]:
    firm = organisation()
    missing = []
    for name in {*_ZONES, *([firm.time_zone] if firm else ())}:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            missing.append(name)
    if missing:
        yield problem(
            _("Data for these time zones is missing: %(names)s.", names=listed(sorted(missing))),
            _("Install the package tzdata again: make setup."),
        )


def versions(_limit: Limit) -> Iterator[Finding]:
    yield fine(
        _("Peyvand %(version)s, Python %(python)s.", version=version("peyvand"), python=platform.python_version())
    )
    if is_sqlite():
        yield _sqlite(sqlite3.sqlite_version_info)
    else:
        number = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10_000
        yield _postgresql(number)


def _sqlite(found: tuple[int, int, int]) -> Finding:
    said = f"SQLite {'.'.join(map(str, found))}."
    if not _RACE[0] <= found <= _RACE[1]:
        return fine(said)
    return fine(
        said,
        _(
            "SQLite 3.7.0 to 3.51.2 can, very rarely, damage a database that several processes write to. The "
            "nightly check would detect it and a backup would repair it. A busy team is better off with "
            "PostgreSQL."
        ),
    )


def _postgresql(number: int) -> Finding:
    said = _("PostgreSQL %(number)s.", number=number)
    if number < _OLDEST_POSTGRESQL:
        return problem(said, _("Upgrade it: Peyvand needs PostgreSQL 15 or newer."))
    return fine(said)
