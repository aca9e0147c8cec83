"""What is read from the database alone, rendered once for each state of it: right at once after any change.

A state is that of everything, not of what a page happens to read: a change of anything makes pages render anew, in
every process, whoever made it and by whatever way. So nobody has to think of what a change may alter.
"""

from collections.abc import Callable, Hashable
from secrets import token_hex

from flask import current_app, g, request
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm_app.extensions import SAFE_METHODS, db
from crm_app.web import replica
from crm_app.web.templating import Keeping


class Snapshot(FunctionElement[str]):
    """Which transactions PostgreSQL lets this one see, of all that ever changed anything; NULL where it is not known.

    A standby leaves those who are at work out of what it tells, so equal words may stand for different rows there.
    """

    type = String()
    inherit_cache = True


@compiles(Snapshot)
def _unknown(_element, _compiler, **_options) -> str:
    return "NULL"


@compiles(Snapshot, "postgresql")
def _snapshot(_element, _compiler, **_options) -> str:
    # Since when the server runs: one that was taken back to an earlier day begins to number its transactions anew.
    return "CASE WHEN NOT pg_is_in_recovery() THEN concat(pg_postmaster_start_time(), ' ', pg_current_snapshot()) END"


def state() -> Hashable | None:
    """What a request that only reads finds in the database: where two are equal, so is every row. None: not known.

    SQLite tells each connection of the commits of others, and counts the rows that it changed itself: states are those
    of a connection. What PostgreSQL tells was read along with the organisation, to spare a statement.
    """
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        return g.get("snapshot")
    name = connection.info.setdefault("name", token_hex(8))
    own = connection.connection.dbapi_connection.total_changes  # type: ignore[union-attr]
    return name, own, connection.exec_driver_sql("PRAGMA data_version").scalar_one()


def drawn(place: str, draw: Callable[[], str]) -> Markup:
    """What `draw` renders for this user and address; kept until something changes, or the reader's day is over.

    It must read nothing but the database, the address, the reader and the day: no hour, no session, no flashed word.
    """
    now = state() if request.method in SAFE_METHODS else None
    if now is None:
        return Markup(draw())  # noqa: S704 - a template made it
    keeping: Keeping = current_app.jinja_env.extensions[Keeping.identifier]  # type: ignore[assignment]
    try:
        return keeping.kept(place, (now, current_user.get_id(), request.full_path), lambda: _whole(draw))
    except _BehindError as behind:
        return Markup(behind.html)  # noqa: S704 - a template made it


class _BehindError(Exception):
    """It is drawn, and not to be kept: the replica did not have all yet that this state of the primary has."""

    def __init__(self, html: str):
        super().__init__()
        self.html = html


def _whole(draw: Callable[[], str]) -> str:
    html, has_all = replica.answered(draw)
    if not has_all:
        raise _BehindError(html)
    return html
