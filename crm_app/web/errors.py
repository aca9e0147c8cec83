"""Errors in plain words: what happened, what to do. A page for readers, a toast for htmx, never a trace."""

import errno
import sqlite3

from flask import Flask, current_app, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from crm_app.entrance import CROWDED
from crm_app.extensions import db, login_manager
from crm_app.web.htmx import said_in_toast, wants_part
from crm_app.web.reader import of_the_browser, read_as, reader
from crm_app.web.redirects import came_from
from crm_app.web.texts import gettext as _

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
_FULL = ("database or disk is full", "readonly database", "disk I/O error")


def init_app(app: Flask) -> None:
    """Before what protects forms: one that was not read bears no token."""
    app.before_request(_refuse_one_more)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _without_token)
    # Of two who write the same at once, the database takes one.
    for clash in (StaleDataError, IntegrityError):
        app.register_error_handler(clash, lambda error: _say(409, _words(409)))
    app.register_error_handler(DataError, lambda error: _say(400, _words(400)))
    for away in (OperationalError, InterfaceError, NoConnection):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(OSError, _not_written)


def _refuse_one_more():
    return _later(_words(529)) if CROWDED in request.environ else None


def _http_error(error: HTTPException):
    if error.response is not None or error.code is None or error.code < 400:
        return error
    answer = _say(error.code, _words(error.code))
    if isinstance(error, InternalServerError):
        current_app.logger.error("answered 500", exc_info=error.original_exception)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _without_token(_error: CSRFError):
    """Whoever signed out elsewhere meanwhile has to sign in first; before anything is set up, nobody can."""
    # So early in a request, words are what finds out who reads them.
    words = _words(419)
    if current_user.is_authenticated or not reader.organisation or request.blueprint in (None, "accounts"):
        return _say(403, words)
    return login_manager.unauthorized()


def _database_away(error: OperationalError | InterfaceError | NoConnection):
    cause = getattr(error, "orig", None)
    current_app.logger.error("database unavailable: %s", cause or error)
    _ask_it_no_more()
    if _has_no_room(cause):
        return _say(507, _words(507))
    return _later(_words(503))


def _later(words: tuple[str, str]):
    answer = _say(503, words)
    answer.headers["Retry-After"] = "5"
    return answer


def _ask_it_no_more() -> None:
    """Who reads this is found out from the request alone: the database would keep them waiting once more."""
    db.session.rollback()
    g._login_user = login_manager.anonymous_user()
    if "reader" not in g:
        read_as(of_the_browser())


def _has_no_room(error: BaseException | None) -> bool:
    """SQLite only has words for a full or read-only disk, PostgreSQL a code, the system a number."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    if isinstance(error, sqlite3.Error):
        return any(words in str(error) for words in _FULL)
    return getattr(error, "sqlstate", None) == "53100"


def _not_written(error: OSError):
    """Of a file; what else the system refuses is our own fault."""
    if not _has_no_room(error):
        raise error
    current_app.logger.error("no file can be written: %s", error)
    return _say(507, _words(507))


def _say(status: int, words: tuple[str, str]):
    """Rolled back first: the shell reads the person's settings, and a broken transaction would stop it."""
    db.session.rollback()
    title, advice = words
    if wants_part():
        return said_in_toast(f"{title}{reader.space}{advice}", status)
    # Where Peyvand itself failed, its navigation might fail as well; and it repeats the address of the page.
    in_shell = status < 500 and status != 414 and current_user.is_authenticated
    back = came_from() if request.method == "POST" else None
    page = render_template("errors/error.html", title=title, advice=advice, in_shell=in_shell, back=back)
    return current_app.make_response((page, status))


def _words(code: int) -> tuple[str, str]:
    known = {
        400: (_("That request could not be understood."), _("Go back, check what you entered and try again.")),
        403: (_("You are not allowed to do that."), _("If you need access, ask an owner of your organisation.")),
        404: (_("This page was not found."), _("It may have been deleted, or you may not have access to it.")),
        405: (_("That request could not be understood."), _("Go back, check what you entered and try again.")),
        409: (
            _("Someone changed this a moment ago."),
            _("Your changes were not saved. Look at the newer version first."),
        ),
        413: (_("This file is too large."), _("Choose a smaller file, or split it into several.")),
        414: (_("This address is too long."), _("Remove some filters and try again.")),
        419: (_("This page was open for too long."), _("Nothing was changed. Go back and try again.")),
        429: (_("Too many attempts."), _("Wait a few minutes and try again.")),
        507: (
            _("The disk is full or cannot be written to."),
            _("Nothing was saved. Everything can still be read. Tell your server administrator."),
        ),
        529: (_("Peyvand is very busy right now."), _("Nothing was saved. Try again in a moment.")),
        503: (_("Peyvand cannot reach its database right now."), _("Nothing was lost. Try again in a moment.")),
    }
    return known.get(code, (_("Something went wrong on our side."), _("Nothing was saved. Try again in a moment.")))
