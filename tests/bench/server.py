"""Servers as they run in earnest, and what they spend: CPU and memory of all their processes, out of /proc."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

from crm_app import optimized
from crm_app.entrance import THREADS

_PROCESSES = 2
_ENCODINGS = "gzip, deflate, br, zstd"
_WARMING, _ROUNDS, _REQUESTS = 40, 9, 40


class Asking(NamedTuple):
    """A request: `form`, where one is sent, says what is in it the nth time, and where it goes if that changes."""

    path: str
    cookie: str = ""
    form: Callable[[int], tuple[str, dict[str, str]]] | None = None


_BARE = Asking("/")


class Waited(NamedTuple):
    """Milliseconds until half, and until 95 of 100 requests were answered."""

    half: float
    most: float


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int, others: Callable[[], list[int]] = list):
        self._process, self.port, self._others = process, port, others

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int:
        """The exit status, waited for."""
        return self._process.wait(60)

    def cost(self, asking: Asking, before_each: Callable[[], None] = lambda: None) -> tuple[float, bytes]:
        """CPU milliseconds of one request, of the quietest round, and the answer as it went over the wire."""
        body = self._warmed(asking, before_each)
        return min(self._round(asking, before_each) for _time in range(_ROUNDS)), body

    def cost_beside(
        self, bare: "Server", asking: Asking, before_each: Callable[[], None] = lambda: None
    ) -> tuple[float, float, bytes]:
        """The same, with its ratio to what `bare` takes in rounds in between: machines, too, have their moods."""
        body, floors = self._warmed(asking, before_each), [bare._round(_BARE)]
        rounds: list[float] = []
        for _time in range(_ROUNDS):
            rounds.append(self._round(asking, before_each))
            floors.append(bare._round(_BARE))
        ratios = [2 * each / (floors[number] + floors[number + 1]) for number, each in enumerate(rounds)]
        return min(rounds), median(ratios), body

    def _warmed(self, asking: Asking, before_each: Callable[[], None]) -> bytes:
        """Each connection is served by one of the processes; all of them are warmed."""
        for number in range(_WARMING):
            before_each()
            body = self._asked(self._connection(), asking, number)
        return body

    def _round(self, asking: Asking, before_each: Callable[[], None] = lambda: None) -> float:
        """Asked again if a process came or went meanwhile: what it spent is not known."""
        connection, clocks, spent = self._connection(), self._clocks(), 0
        for number in range(_REQUESTS):
            before_each()
            before = _read(clocks)
            self._asked(connection, asking, number)
            spent += _read(clocks) - before
        return spent / 1e6 / _REQUESTS if clocks == self._clocks() else self._round(asking, before_each)

    def waited(self, asking: Asking, clients: int) -> Waited:
        """As so many clients feel it, each asking again as soon as it was answered."""

        def one(_client: int) -> list[float]:
            connection, found = self._connection(), []
            for number in range(_REQUESTS):
                begun = time.perf_counter()
                self._asked(connection, asking, number)
                found.append((time.perf_counter() - begun) * 1000)
            return found

        with ThreadPoolExecutor(clients) as pool:
            times = sorted(each for found in pool.map(one, range(clients)) for each in found)
        return Waited(times[len(times) // 2], times[len(times) * 95 // 100])

    def pss(self) -> float:
        """Megabytes of memory, what processes share counted once."""
        return sum(_pss(pid) for pid in descendants(self._process.pid)) / 1024

    def get(self, path: str, cookie: str = "", encodings: str = _ENCODINGS) -> bytes:
        return self._asked(self._connection(), Asking(path, cookie), 0, encodings)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def _asked(
        self, connection: http.client.HTTPConnection, asking: Asking, number: int, encodings: str = _ENCODINGS
    ) -> bytes:
        headers = {"Cookie": asking.cookie, "Accept-Encoding": encodings}
        if asking.form:
            path, fields = asking.form(number)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
            headers |= {"HX-Request-Type": "partial", "Sec-Fetch-Site": "same-origin"}
            connection.request("POST", path or asking.path, urlencode(fields), headers)
        else:
            connection.request("GET", asking.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 204, 303), f"{asking.path}: {answer.status} {body[:300]!r}"
        return body

    def _clocks(self) -> list[int]:
        """Of all its processes, and of the database's own that work for it. Asked for around a round, not each request:

        that would be work for the database in between, and what it has near at hand would be what this asks for.
        """
        return sorted(_clock_of(pid) for pid in [*descendants(self._process.pid), *self._others()])


def _read(clocks: list[int]) -> int:
    """Nanoseconds, threads that ended included; of a process that ended, none."""
    spent = 0
    for clock in clocks:
        with suppress(OSError):
            spent += time.clock_gettime_ns(clock)
    return spent


def _clock_of(pid: int) -> int:
    """The number of the clock of a process, as `clock_getcpuclockid` of the C library makes it."""
    return (~pid << 3) | 2


@contextmanager
def serving(target: str, others: Callable[[], list[int]] = list) -> Iterator[Server]:
    """A WSGI application on granian, as `crm web` runs Peyvand: two processes, each with threads to spare."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(_PROCESSES), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error", target,
    ]  # fmt: skip
    with running(command, port, **optimized.ENVIRON) as process:
        yield Server(process, port, others)


@contextmanager
def running(command: list[str], port: int, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """Once it answers; ended afterwards. If it dies of a fault, it says where it stood."""
    environ = {**os.environ, **environ, "PYTHONFAULTHANDLER": "1"}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(3000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("the server does not answer")


def _pss(pid: int) -> int:
    """Kilobytes; of a process that ended meanwhile, none."""
    with suppress(FileNotFoundError, ProcessLookupError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0


def name_of(pid: int | str) -> str:
    """As `ps` shows it; of a process that ended meanwhile, none."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def descendants(pid: int) -> list[int]:
    found = [pid]
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread may end while it is looked at.
        with suppress(OSError):
            for number in child.read_text().split():
                found += descendants(int(number))
    return found
