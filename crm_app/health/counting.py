"""Requests counted by endpoint and status, and how long they took, for all processes of a web server together.

Each process counts in a file of its own, at places that follow from the table of routes; whoever is asked adds all
up. So a count costs a microsecond, nobody waits for anybody, and what a process counted outlives it.
"""

import mmap
import os
import tempfile
import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, current_app, request

LIMITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATUSES = (
    200, 201, 204, 206, 302, 303, 304, 308, 400, 401, 403, 404, 405, 409, 410, 413, 414, 422, 429, 500, 503,
)  # fmt: skip
_OTHER = len(STATUSES)
_TOOK = _OTHER + 1
_SECONDS = _TOOK + len(LIMITS) + 1
_WIDTH = _SECONDS + 1
_PLACE_OF_STATUS = {status: place for place, status in enumerate(STATUSES)}
# Not a setting: a web server tells its own processes.
_FOLDER = "PEYVAND_COUNTS"


class Count(NamedTuple):
    """Of one endpoint: requests by status (0 is any other), how many took up to each of LIMITS or longer, seconds."""

    endpoint: str
    by_status: dict[int, int]
    by_limit: list[int]
    seconds: float


@contextmanager
def shared() -> Iterator[None]:
    """The processes that are started inside count together: in a folder that outlives them."""
    with tempfile.TemporaryDirectory(prefix="peyvand-") as folder:
        os.environ[_FOLDER] = folder
        yield


def init_app(app: Flask) -> None:
    """First of all that is done for a request, and last, so that the time is that of all the rest."""
    if app.config["METRICS_TOKEN"]:
        app.extensions["counts"] = Counts(app)
        app.before_request(_begin)
        app.after_request(_note)


def counted() -> list[Count]:
    return current_app.extensions["counts"].all()


class Counts:
    """Made before all routes are known, and before the server is: the rest is found out at the first request."""

    def __init__(self, app: Flask):
        self._app, self._lock = app, threading.Lock()
        self._folder = ""
        self._places: dict[str | None, int] = {}
        self._mine: memoryview = memoryview(b"")

    def note(self, endpoint: str | None, status: int, seconds: float) -> None:
        with self._lock:
            if not self._places:
                self._begin()
            place = self._places[endpoint]
            mine = self._mine
            mine[place + _PLACE_OF_STATUS.get(status, _OTHER)] += 1
            mine[place + _TOOK + bisect_left(LIMITS, seconds)] += 1
            mine[place + _SECONDS] += seconds

    def all(self) -> list[Count]:
        with self._lock:
            if not self._places:
                self._begin()
            sums = self._sums()
        return [_count(endpoint, sums[place : place + _WIDTH]) for endpoint, place in self._places.items()]

    def _begin(self) -> None:
        self._folder = os.environ.get(_FOLDER, "")
        names = [None, *sorted(self._app.view_functions)]
        size = len(names) * _WIDTH * 8
        if self._folder:
            descriptor, _name = tempfile.mkstemp(suffix=".counts", dir=self._folder)
            os.truncate(descriptor, size)
            self._mine = memoryview(mmap.mmap(descriptor, size)).cast("d")
            os.close(descriptor)
        else:
            self._mine = memoryview(mmap.mmap(-1, size)).cast("d")
        self._places = {name: number * _WIDTH for number, name in enumerate(names)}

    def _sums(self) -> list[float]:
        if not self._folder:
            return list(self._mine)
        files = []
        for path in Path(self._folder).glob("*.counts"):
            content = path.read_bytes()
            # One that was made this instant has no size yet.
            if len(content) == len(self._mine) * 8:
                files.append(array("d", content))
        return [sum(values) for values in zip(*files, strict=True)]


def _count(endpoint: str | None, values: list[float]) -> Count:
    by_status = {status: int(values[place]) for status, place in ((*_PLACE_OF_STATUS.items(), (0, _OTHER)))}
    by_limit = [int(value) for value in values[_TOOK:_SECONDS]]
    return Count(endpoint or "none", {k: v for k, v in by_status.items() if v}, by_limit, values[_SECONDS])


def _begin() -> None:
    request.environ["peyvand.began"] = time.perf_counter()


def _note(response: Response) -> Response:
    began = request.environ.get("peyvand.began")
    if began is not None:
        seconds = time.perf_counter() - began
        current_app.extensions["counts"].note(request.endpoint, response.status_code, seconds)
    return response
