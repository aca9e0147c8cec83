"""wapiti, signed in as the owner of a small business, against a server that runs in earnest and has holes in it."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import NamedTuple
from urllib.parse import urlencode

from tests.security import business, canaries, world

WAPITI = Path(".venv-security/scanner/bin/wapiti")
# Those it can find. It does not see an order that is put into a statement: the fuzzing does.
CANARIES = {
    "/canaries/echo": "Reflected Cross Site Scripting",
    "/canaries/named": "SQL Injection",
    "/canaries/leave": "Open Redirect",
    "/canaries/file": "Path Traversal",
    "/canaries/lines": "Internal Server Error",
}
_MODULES = "xss,sql,redirect,file,crlf,csp,http_headers,cookieflags,permanentxss,exec"
_UNFINISHED = re.compile(r"Max attack time was reached for module (\w+)|(?<=Max )scan time(?= was reached)")
# What would end the session that the scan is signed in by, and files without any input.
_LEFT_OUT = ("/accounts/sign-out", "/accounts/sessions/*", "/static/*")


class Scan(NamedTuple):
    """`found` are pairs of a path and what it is said to be, canaries among them; `unfinished` ran out of time."""

    found: set[tuple[str, str]]
    pages: int
    seconds: float
    trouble: str
    unfinished: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        return sorted(f"{path}: {name}" for path, name in CANARIES.items() if (path, name) not in self.found)

    @property
    def findings(self) -> list[str]:
        return sorted(f"{path}: {name}" for path, name in self.found if not path.startswith("/canaries"))


def scan(kind: str, minutes: float) -> Scan:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with business.environment(place, kind) as settings, business.opened() as app:
            owner, arguments = business.begin()
            cookie = business.cookie_of(app, owner)
            usual = world.USUAL | canaries.USUAL
            pages = [
                f"{one.url}?{urlencode(usual[one.endpoint])}" if one.endpoint in usual else one.url
                for one in world.routes(canaries.plant(app), arguments)
                if one.method == "GET"
            ]
            with _server(place, settings) as address:
                return _scan(place, address, cookie, pages, minutes)


def _scan(place: Path, address: str, cookie: str, pages: list[str], minutes: float) -> Scan:
    report = place / "report.json"
    began = time.monotonic()
    asked = [
        str(WAPITI.absolute()), "-u", f"{address}/canaries/", "--scope", "domain", "-H", f"Cookie: {cookie}",
        "-m", _MODULES, "--skip", "csrf_token", "-d", "1", "--max-links-per-page", "12",
        "--max-scan-time", str(int(minutes * 60 / 4)), "--max-attack-time", str(int(minutes * 60 / 4)),
        "--store-session", str(place / "session"), "--store-config", str(place / "config"), "--flush-session",
        "-f", "json", "-o", str(report), "--no-bugreport", "-v", "1", "-t", "20",
    ]  # fmt: skip
    # What is given first is attacked first: a scan that runs out of time has met the holes at least.
    for page in sorted(pages, key=lambda page: "/canaries/" not in page):
        asked += ["-s", f"{address}{page}"]
    for page in _LEFT_OUT:
        asked += ["-x", f"{address}{page}"]
    ended = subprocess.run(asked, cwd=place, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if not report.exists():
        return Scan(set(), 0, seconds, (ended.stderr or ended.stdout)[-1000:] or "it wrote no report")
    unfinished = [one[1] or "looking for pages" for one in _UNFINISHED.finditer(ended.stdout + ended.stderr)]
    return _read(json.loads(report.read_text()), seconds, tuple(unfinished))


def _read(report: dict, seconds: float, unfinished: tuple[str, ...]) -> Scan:
    found = {
        (one["path"].partition("?")[0], name)
        for kind in ("vulnerabilities", "anomalies")
        for name, ones in report[kind].items()
        for one in ones
    }
    return Scan(found, int(report["infos"].get("crawled_pages_nbr") or 0), seconds, "", unfinished)


@contextmanager
def _server(place: Path, settings: dict[str, str]):
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    asked = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "3", "--log-level", "warning", "tests.security.planted:app",
    ]  # fmt: skip
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(asked, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process, place / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    for _try in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}")
