"""Peyvand killed while people write, started again, and asked for all that it had said was written."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from tests.bench.server import descendants, name_of

WRITERS = 4
_KEY = "a key for torture only, long enough to be taken"


class Round(NamedTuple):
    """`lost` are names that were acknowledged and are gone; `torn` says what does not fit together."""

    acknowledged: int
    lost: list[str]
    torn: list[str]
    seconds_to_ready: float


class Victim:
    """A whole installation, web and worker, as `crm serve` runs it."""

    def __init__(self, folder: Path, database_url: str):
        self.database_url = database_url
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._environ = os.environ | {
            "INSTANCE_PATH": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": _KEY, "PORT": str(self.port),
            "WEB_PROCESSES": "2", "REDIS_URL": "", "BASE_URL": "", "SMTP_URL": "",
        }  # fmt: skip
        self._log = folder / "log"
        self.cookie, self.token = "", ""

    def start(self) -> float:
        """The seconds until it answers."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crm_app", "serve"], env=self._environ, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        while time.monotonic() - began < 60:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/accounts/sign-in")[0] in (200, 303):
                    return time.monotonic() - began
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"it did not start again:\n{self.said()[-3000:]}")

    def pids(self) -> list[int]:
        return descendants(self._process.pid)

    def web_pids(self) -> set[int]:
        """Of the processes that answer, without the worker and the one that watches them."""
        return {pid for pid in self.pids() if name_of(pid) == "crm web"}

    def said(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        """All of it, at once, with no chance to tidy up."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)

    def terminate(self) -> None:
        """As whoever looks after the server stops it."""
        self._process.send_signal(signal.SIGTERM)

    def ended(self, seconds: float) -> int:
        """The status with which it ended, within so many seconds."""
        return self._process.wait(seconds)

    def run(self, script: str) -> str:
        """What a script says in a process of its own: an application holds settings and connections for good."""
        root = Path(__file__).parents[2]
        program = [sys.executable, "-c", script]
        ended = subprocess.run(program, env=self._environ, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
        return ended.stdout

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **fields: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie} | (headers or {})
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            answer = connection.getresponse()
            self._received = answer.getheader("Set-Cookie") or ""
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self, email: str, password: str) -> None:
        """From here on it is asked as this person, whose session outlives every crash."""
        for path, fields in (("/accounts/sign-in", {"email": email, "password": password}), ("/", {})):
            self._take_token("/accounts/sign-in" if fields else "/contacts/companies/new")
            if fields:
                status, _page = self.ask("POST", path, csrf_token=self.token, **fields)
                assert status == 303, status
                self._keep_cookie()

    def _take_token(self, path: str) -> None:
        status, page = self.ask("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert status == 200 and found, f"{path}: {status}"
        self.token = found[1]
        self._keep_cookie()

    def _keep_cookie(self) -> None:
        session = re.search(r"\bpeyvand=[^;]+", self._received)
        self.cookie = session[0] if session else self.cookie


@contextmanager
def victim(folder: Path, database_url: str) -> Iterator[Victim]:
    """Founded, with an owner who is signed in; running."""
    one = Victim(folder, database_url)
    _found(one)
    one.start()
    try:
        one.sign_in("olivia@halden.example", "correct horse battery staple")
        yield one
    finally:
        one.kill()


def round_of(one: Victim, number: int, dice: random.Random) -> Round:
    """Let four people write, kill it in the middle, start it again, and compare."""
    acknowledged: list[str] = []
    threads = [threading.Thread(target=_write, args=(one, f"{number}x{n}", acknowledged)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    time.sleep(dice.uniform(0.15, 0.9))
    one.kill()
    for thread in threads:
        thread.join()
    seconds = one.start()
    return Round(len(acknowledged), _lost(one, acknowledged), torn(one), seconds)


def _write(one: Victim, prefix: str, acknowledged: list[str]) -> None:
    """Until the connection breaks: whoever got no answer does not know what became of the last one."""
    number = 0
    with suppress(OSError, http.client.HTTPException):
        while True:
            number += 1
            name = f"Firm {prefix}x{number}"
            status, page = one.ask(
                "POST", "/contacts/companies/new", csrf_token=one.token, name=name, revenue_currency="EUR"
            )
            assert status == 303, f"{status}: {page[:500]}"
            acknowledged.append(name)


def _lost(one: Victim, acknowledged: list[str]) -> list[str]:
    kept = set(column(one, "SELECT name FROM companies"))
    return [name for name in acknowledged if name not in kept]


def torn(one: Victim) -> list[str]:
    """A company without the event of its making, an event without its company, a file that is not whole."""
    faults = []
    made = "SELECT subject_id FROM events WHERE subject_table = 'companies' AND verb = 'created'"
    companies, events = sorted(column(one, "SELECT id FROM companies")), sorted(column(one, made))
    if companies != events:
        faults.append(f"{len(companies)} companies, {len(events)} events of their making")
    twice = column(one, "SELECT name FROM companies GROUP BY name HAVING count(*) > 1")
    faults += [f"twice: {name}" for name in twice]
    if one.database_url.startswith("sqlite"):
        faults += [found for found in column(one, "PRAGMA integrity_check") if found != "ok"]
    return faults


def column(one: Victim, statement: str) -> list:
    engine = create_engine(one.database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement)).scalars())
    finally:
        engine.dispose()


def _found(one: Victim) -> None:
    one.run(
        "from crm_app import create_app\nfrom crm_app.migrating import upgrade\nfrom tests import make\n"
        "with create_app().app_context():\n    upgrade()\n    make.organisation()\n"
        "    make.user('Olivia Owen', role='owner', email='olivia@halden.example')\n"
    )
