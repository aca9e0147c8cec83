"""What is told when something breaks: nothing of how it is made."""

import errno
import sqlite3
from collections.abc import Callable
from itertools import product
from unittest.mock import patch

from flask import render_template
from jinja2 import TemplateNotFound
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import InternalServerError

from crm_app.extensions import db
from tests.security import world
from tests.security.attacks.scene import PART, Scene

_SECRET = "SELECT pvd9 FROM /srv/peyvand/secret.db"
_TELLING = (
    "pvd9", "/srv", "SELECT", "Traceback", "traceback", "File &#34;", 'File "', ".py", "sqlalchemy", "sqlite",
    "psycopg", "Werkzeug", "werkzeug", "jinja2", "python/", "SECRET_KEY", "Errno",
)  # fmt: skip
_EXPECTED = (400, 409, 500, 503, 507)


def _raising(error: BaseException) -> Callable[..., str]:
    def breaks(**_arguments):
        raise error

    return breaks


def _of_the_database(kind: type) -> BaseException:
    return kind(_SECRET, {"password": "pvd9"}, sqlite3.OperationalError(_SECRET))


def _without_template(**_arguments) -> str:
    return render_template("pvd9/no-such-template.html")


def _asking_for_no_table(**_arguments) -> str:
    db.session.connection().exec_driver_sql("SELECT pvd9 FROM pvd9")
    return ""


_FAILURES: dict[str, Callable[..., str]] = {
    "a fault of ours": _raising(ZeroDivisionError(_SECRET)),
    "a key that is not there": _raising(KeyError(_SECRET)),
    "letters that cannot be": _raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, _SECRET)),
    "no end": _raising(RecursionError(_SECRET)),
    "no memory": _raising(MemoryError(_SECRET)),
    "a database that is away": _raising(_of_the_database(OperationalError)),
    "a connection that broke": _raising(_of_the_database(InterfaceError)),
    "no connection": _raising(NoConnection(_SECRET)),
    "a statement that is wrong": _raising(_of_the_database(ProgrammingError)),
    "a table that is not there": _asking_for_no_table,
    "a value that cannot be": _raising(_of_the_database(DataError)),
    "two at once": _raising(_of_the_database(IntegrityError)),
    "a row that went": _raising(StaleDataError(_SECRET)),
    "a disk that is full": _raising(OSError(errno.ENOSPC, _SECRET, "/srv/peyvand/pvd9")),
    "a file that is not ours": _raising(PermissionError(errno.EACCES, _SECRET, "/srv/peyvand/pvd9")),
    "a template that is not there": _without_template,
    "a template that is named": _raising(TemplateNotFound(_SECRET)),
    "an answer with a cause": _raising(InternalServerError(_SECRET)),
}
# One for whoever is signed in, one for all, one for owners.
_PLACES = ("home.index", "accounts.sign_in", "settings.people")


def told_by_errors(scene: Scene) -> list[str]:
    """T61: whatever breaks, for whomever, on a page or in a part of one: plain words, and all is as it was."""
    found, before = [], scene.fingerprint()
    places = [one for one in scene.pages() if one.endpoint in _PLACES]
    clients = [scene.browser(user) for user in (None, scene.vera, scene.alice, scene.olivia)]
    for name, breaks in _FAILURES.items():
        with (
            patch.dict(scene.app.config, {"PROPAGATE_EXCEPTIONS": False}),
            patch.dict(scene.app.view_functions, dict.fromkeys(_PLACES, breaks)),
        ):
            for client, place, headers in product(clients, places, ({}, PART)):
                response = client.get(place.url, headers=headers)
                found += [f"{name} at {place}: {one}" for one in _wrong_with(response)]
    return found + ["something was changed"] * (scene.fingerprint() != before)


def _wrong_with(response) -> list[str]:
    # Tokens are of any letters: now and then of those that are looked for.
    headers = {name: said for name, said in response.headers.items() if name != "Set-Cookie"}
    told = world.without_tokens(response.get_data(as_text=True)) + str(headers)
    found = [f"tells {word!r}" for word in _TELLING if word in told]
    found += [f"{response.status_code}"] * (response.status_code not in _EXPECTED)
    return found + ["no headers that protect"] * ("Content-Security-Policy" not in response.headers)
