"""Between the server and the application: requests come in whole and a few at a time, however slowly they are sent.

The server gives each request a thread as soon as its headers are there, and a form that trickles in keeps it. So there
are many threads to wait for forms in, and few places in the application, taken only with the form at hand.
"""

from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Semaphore
from typing import Any

from flask import Flask

# As many threads as one process may have; those that idle end by themselves.
THREADS = 512
_PLACES = 3
# Asks the database from a thread of its own, and has to be answered just when all places wait for that.
_BESIDE_THE_PLACES = "/healthz"
# Whoever sends a file is let in while it comes, but only so many at once, and in nobody else's place. Inside it is read
# only of those who may send one: a stranger is refused at once.
_PLACES_FOR_FILES = 2
# What comes in whole is held in memory meanwhile, and anybody may send it. Hardly a form that people fill in is large.
_LARGE_BYTES = 64 * 1024
_LARGE_AT_ONCE = 32
# Stands in the environment of a request whose form was not read: more large ones came at once than are held.
CROWDED = "peyvand.crowded"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def put_before(app: Flask) -> Flask:
    app.wsgi_app = Entrance(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    return app


class Entrance:
    """`form_bytes` is how much a form may have; what is larger is a file."""

    def __init__(self, inside: Application, form_bytes: int) -> None:
        self._inside, self._form_bytes = inside, form_bytes
        self._places, self._places_for_files = Semaphore(_PLACES), Semaphore(_PLACES_FOR_FILES)
        self._large = Semaphore(_LARGE_AT_ONCE)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = _length(environ)
        if length == 0 and environ.get("PATH_INFO") == _BESIDE_THE_PLACES:
            return self._inside(environ, start_response)
        if length is None:
            return _refused(start_response, "411 Length Required")
        if length > self._form_bytes:
            with self._places_for_files:
                return self._inside(environ, start_response)
        if length <= _LARGE_BYTES:
            return self._with_form(environ, start_response, length)
        if not self._large.acquire(blocking=False):
            return self._with_form(_without_its_form(environ), start_response, 0)
        try:
            return self._with_form(environ, start_response, length)
        finally:
            self._large.release()

    def _with_form(self, environ: dict[str, Any], start_response: Any, length: int) -> Iterable[bytes]:
        if not _brought_in(environ, length):
            return _refused(start_response, "400 Bad Request")
        with self._places:
            return self._inside(environ, start_response)


def _refused(start_response: Any, status: str) -> Iterable[bytes]:
    """Without words: no browser sends what is refused here."""
    start_response(status, [("Content-Length", "0")])
    return [b""]


def _without_its_form(environ: dict[str, Any]) -> dict[str, Any]:
    """Inside it is refused in words that its sender reads."""
    return environ | {"CONTENT_LENGTH": "0", "wsgi.input": BytesIO(), CROWDED: True}


def _length(environ: dict[str, Any]) -> int | None:
    """None of what does not say how long it is, and may be as long as it likes."""
    said = environ.get("CONTENT_LENGTH") or "0"
    return None if "HTTP_TRANSFER_ENCODING" in environ or not said.isdecimal() else int(said)


def _brought_in(environ: dict[str, Any], length: int) -> bool:
    """Whether all came that was announced: half a form is none, for who hung up cannot be asked for the rest."""
    if not length:
        return True
    form = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(form)
    return len(form) == length
