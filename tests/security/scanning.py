"""wapiti, signed in as the owner of a small business, against a server that runs in earnest and has holes in it.

It looks for pages first. Those that differ in a number or in the values of what they take are attacked once. Attacks of
several kinds run beside each other, for it spends much of its time reading answers.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
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
_LOOKS = "csp,http_headers,cookieflags"
# The longest first. What was written by `xss` is what `permanentxss` looks for.
_ATTACKS = ("xss,permanentxss", "file", "exec", "sql", "redirect,crlf")
_UNFINISHED = re.compile(r"Max attack time was reached for module (\w+)|(?<=Max )scan time(?= was reached)")
_NUMBER = re.compile(r"/\d+(?=/|$)")
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
    began = time.monotonic()
    looking = ["-m", _LOOKS, "--flush-session", "-d", "1", "--max-links-per-page", "12"]
    # What is given first is attacked first: a scan that runs out of time has met the holes at least.
    for page in sorted(pages, key=lambda page: "/canaries/" not in page):
        looking += ["-s", f"{address}{page}"]
    for page in _LEFT_OUT:
        looking += ["-x", f"{address}{page}"]
    looks = place / "looks"
    scans = [_run(looks, address, cookie, minutes * 60 / 4, *looking)]
    if scans[0].trouble:
        return scans[0]
    for session in (looks / "session").glob("*.db"):
        _leave_out_alike(session)

    def attack(kinds: str) -> Scan:
        apart = place / kinds
        shutil.copytree(looks / "session", apart / "session")
        left = minutes * 60 - (time.monotonic() - began)
        return _run(apart, address, cookie, left, "-m", kinds, "--skip-crawl")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scans += pool.map(attack, _ATTACKS)
    return Scan(
        set().union(*(one.found for one in scans)),
        max(one.pages for one in scans),
        time.monotonic() - began,
        "\n".join(one.trouble for one in scans if one.trouble),
        tuple(kind for one in scans for kind in one.unfinished),
    )


def _run(place: Path, address: str, cookie: str, seconds: float, *more: str) -> Scan:
    """Where nothing is left of its seconds it is given one, and says what it did not finish."""
    place.mkdir(exist_ok=True)
    report, most, began = place / "report.json", str(max(int(seconds), 1)), time.monotonic()
    asked = [
        str(WAPITI.absolute()), "-u", f"{address}/canaries/", "--scope", "domain", "-H", f"Cookie: {cookie}",
        "--skip", "csrf_token", "--max-scan-time", most, "--max-attack-time", most,
        "--store-session", str(place / "session"), "--store-config", str(place / "config"),
        "-f", "json", "-o", str(report), "--no-bugreport", "-v", "1", "-t", "20", *more,
    ]  # fmt: skip
    with (place / "told").open("w+") as told:
        subprocess.run(asked, cwd=place, stdout=told, stderr=subprocess.STDOUT, check=False)
        told.seek(0)
        said = told.read()
    seconds = time.monotonic() - began
    if not report.exists():
        return Scan(set(), 0, seconds, said[-1000:] or "it wrote no report")
    unfinished = [one[1] or "looking for pages" for one in _UNFINISHED.finditer(said)]
    return _read(json.loads(report.read_text()), seconds, tuple(unfinished))


def _leave_out_alike(session: Path) -> None:
    """Of pages and forms that are alike, all but the first; what was found by asking is evidence, and stays."""
    with closing(sqlite3.connect(session)) as found, found:
        taken: dict[int, list[tuple[str, str]]] = {}
        for number, kind, name in found.execute("SELECT path_id, type, name FROM params ORDER BY type, name"):
            taken.setdefault(number, []).append((kind, name))
        known = set()
        for number, path, method in found.execute(
            "SELECT path_id, path, method FROM paths WHERE NOT evil ORDER BY path_id"
        ).fetchall():
            alike = method, _NUMBER.sub("/0", path), tuple(taken.get(number, ()))
            if alike in known:
                found.execute("DELETE FROM params WHERE path_id = ?", (number,))
                found.execute("DELETE FROM paths WHERE path_id = ?", (number,))
            known.add(alike)


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
