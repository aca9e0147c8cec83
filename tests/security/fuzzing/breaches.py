"""What no answer may be, and no statement or opened file may hold: seen by looking on while a request is answered."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urlsplit

from sqlalchemy import event

from crm_app.extensions import db

WORD = "pvd9"
# Whatever stands unescaped, in a text or between quotation marks of either kind, becomes an element or an attribute.
MARK = f"{WORD}'pvdhere=1 \"pvdhere=1 ><pvdhere>"
HEADER = "X-Pvd"
AWAY = ["//pvd9.example/", "https://pvd9.example/", "/\\pvd9.example", "\\\\pvd9.example", "/\t/pvd9.example"]
_HINTS = ('pvdhere=1 "', "<pvdhere", "'pvdhere")
_SCRIPT_LINK = re.compile(r"""(?:href|src|action|formaction)\s*=\s*["']?\s*javascript:""", re.I)
_FILE_EVENTS = {"open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.rmdir"}
_LINKS_AWAY = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh")

# No ContextVar: a request of a test's browser has a context of its own.
_watched: list[list[str]] = []


@contextmanager
def watching() -> Iterator[list[str]]:
    """Sentences about statements that hold somebody's text and about files opened by a name of theirs."""
    _listen()
    seen: list[str] = []
    _watched.append(seen)
    try:
        yield seen
    finally:
        _watched.remove(seen)


def of_answer(response) -> list[str]:
    """What is wrong with an answer, each beginning with one word for its kind."""
    found = []
    if response.status_code >= 500:
        found.append(f"failure: answered {response.status_code}")
    for name in _LINKS_AWAY:
        if name in response.headers and _leads_away(response.headers[name]):
            found.append(f"redirect: {name}: {response.headers[name][:80]}")
    if HEADER in response.headers:
        found.append("header: a header that the request wrote")
    body = response.get_data(as_text=True)
    if "Traceback (most recent" in body:
        found.append("failure: a trace of the program")
    if response.mimetype in ("text/html", "image/svg+xml") and _is_markup(body):
        found.append("markup: somebody's text became markup")
    return found


def _leads_away(address: str) -> bool:
    """As a browser reads it: a backslash is a slash, and what is not seen is not there."""
    read = re.sub(r"[\t\r\n]", "", address).replace("\\", "/").strip()
    try:
        parts = urlsplit(read)
    except ValueError:
        return True
    return parts.scheme not in ("", "http", "https") or parts.hostname not in (None, "localhost", "127.0.0.1")


def _is_markup(body: str) -> bool:
    if "javascript:" in body and _SCRIPT_LINK.search(body):
        return True
    if not any(hint in body for hint in _HINTS):
        return False
    reader = _Elements()
    reader.feed(body)
    return reader.found


class _Elements(HTMLParser):
    found = False

    def handle_starttag(self, tag, attrs):
        if tag.startswith("pvdhere") or any(name.startswith("pvdhere") for name, _value in attrs):
            self.found = True


def _listen() -> None:
    """Once for each engine and process: neither forgets who listens."""
    if not event.contains(db.engine, "before_cursor_execute", _look_at_statement):
        event.listen(db.engine, "before_cursor_execute", _look_at_statement)
    if not _hooks:
        _hooks.append(_look_at_file)
        sys.addaudithook(_look_at_file)


_hooks: list[object] = []


def _look_at_statement(_connection, _cursor, statement, *_rest):
    if _watched and WORD in statement:
        _watched[-1].append(f"statement: somebody's text in {statement[:120]!r}")


def _look_at_file(name, arguments):
    if _watched and name in _FILE_EVENTS and WORD in str(arguments[0]):
        _watched[-1].append(f"file: {name} of {str(arguments[0])[:80]!r}")
