"""Two web servers and two workers on one PostgreSQL and one Redis, behind one who deals out connections in turn."""

import http.cookiejar
import itertools
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests import databases

TOKEN = "a-token-for-tests-only-1234"
PASSWORD = "correct horse battery staple"

SET_UP = f"""
from crm_app.migrating import upgrade
from crm_app import create_app
from crm_app.accounts import passwords
from crm_app.extensions import db
from tests import make

with create_app().app_context():
    upgrade()
    make.organisation()
    user = make.user("Olivia Owen", role="owner")
    user.password_hash = passwords.hashed("{PASSWORD}")
    db.session.commit()
    print(user.email)
"""
# A task that tells which worker did it; as those of the product, it is known by its name to whoever asks and works.
NOTING = """
import os, sys, time
from pathlib import Path
from crm_app.jobs import jobs

@jobs.task
def note(number):
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{number} {os.getppid()}\\n")
    time.sleep(0.01)
"""
WORKING = NOTING + "\nfrom crm_app.cli import main\nmain(['worker'])\n"
ASKING = (
    NOTING
    + """
from crm_app import create_app
with create_app().app_context():
    for number in range(200):
        jobs.enqueue(note, number)
"""
)


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(port, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


class _Dealer:
    """Passes each connection on to the next server."""

    def __init__(self, ports):
        self._next, self._dealt = itertools.cycle(ports), dict.fromkeys(ports, 0)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._deal, daemon=True).start()

    @property
    def dealt(self):
        return dict(self._dealt)

    def close(self):
        self._listening.close()

    def _deal(self):
        while True:
            try:
                asking, _address = self._listening.accept()
            except OSError:
                return
            port = next(self._next)
            self._dealt[port] += 1
            answering = socket.create_connection(("127.0.0.1", port))
            for source, target in ((asking, answering), (answering, asking)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass_on(source, target):
        with suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()


class _Somebody:
    """A browser with cookies, which opens a new connection for every request."""

    def __init__(self, address):
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
        )

    def get(self, path, data=None):
        body = urllib.parse.urlencode(data).encode() if data else None
        try:
            with self._opener.open(self._address + path, body, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def send(self, path, form, **data):
        """The form of a page, filled in; its token comes from whoever served the page."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(form)[1])[1]
        return self.get(path, data | {"csrf_token": token})


@pytest.fixture(scope="module")
def environ(tmp_path_factory, worker):
    """Settings that all machines share, and a Redis of the test's own."""
    folder, port = tmp_path_factory.mktemp("several"), _free_port()
    program = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL) as redis:
        _listens(port)
        yield {
            "PATH": os.environ["PATH"], "SECRET_KEY": "k" * 40, "INSTANCE_PATH": str(folder), "WEB_PROCESSES": "2",
            "DATABASE_URL": databases.fresh_postgres(f"peyvand_several_{worker}"),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0", "METRICS_TOKEN": TOKEN, "NOTES": str(folder / "notes"),
        }  # fmt: skip
        redis.terminate()


@pytest.fixture(scope="module")
def email(environ):
    ended = subprocess.run([sys.executable, "-c", SET_UP], env=environ, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.fixture(scope="module")
def dealer(environ, email):
    """Two web servers, each of two processes, and two workers; in front of them who deals out connections."""
    ports = [_free_port(), _free_port()]
    with ExitStack() as running:
        for port in ports:
            command = [sys.executable, "-m", "crm_app", "web"]
            running.enter_context(_ending(subprocess.Popen(command, env=environ | {"PORT": str(port)})))
        for _ in range(2):
            running.enter_context(_ending(subprocess.Popen([sys.executable, "-c", WORKING], env=environ)))
        for port in ports:
            _listens(port)
        one = _Dealer(ports)
        running.callback(one.close)
        yield one


class _ending:  # noqa: N801 - reads as what it is for.
    def __init__(self, process):
        self._process = process

    def __enter__(self):
        return self._process

    def __exit__(self, *_error):
        self._process.terminate()
        assert self._process.wait(40) in (0, -15)


@pytest.fixture
def olivia_there(dealer, email):
    somebody = _Somebody(dealer.address)
    status, _page = somebody.send("/accounts/sign-in", "/accounts/sign-in", email=email, password=PASSWORD)
    assert status == 200
    return somebody


@pytest.mark.slow
def test_who_signed_in_at_one_server_is_known_at_the_other(dealer, olivia_there):
    before = dealer.dealt

    answers = [olivia_there.get("/contacts/companies") for _ in range(20)]

    assert {status for status, _page in answers} == {200}
    assert all("Olivia Owen" in page or "/accounts/sign-out" in page for _status, page in answers)
    assert all(dealer.dealt[port] - before[port] == 10 for port in before)


@pytest.mark.slow
def test_what_is_written_at_one_server_is_read_at_the_other(olivia_there):
    for number in range(10):
        facts = {"name": f"Firm {number}", "revenue_currency": "EUR"}
        status, _page = olivia_there.send("/contacts/companies/new", "/contacts/companies/new", **facts)
        assert status == 200

    for _ in range(4):
        page = olivia_there.get("/contacts/companies")[1]
        assert all(f"Firm {number}" in page for number in range(10))


@pytest.mark.slow
def test_a_limit_holds_for_all_servers_together(dealer):
    somebody = _Somebody(dealer.address)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', somebody.get("/accounts/sign-in")[1])[1]

    statuses = [somebody.get("/accounts/password/no-such-token", {"csrf_token": token})[0] for _ in range(34)]

    assert statuses == [410] * 30 + [429] * 4


def _counted(port):
    """How often a server answered the list of companies, all its processes together."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=30) as answer:
        said = answer.read().decode()
    found = re.search(r'peyvand_requests_total\{endpoint="contacts.companies",status="200"\} (\d+)', said)
    return int(found[1]) if found else 0


@pytest.mark.slow
def test_a_server_counts_what_all_its_processes_answered(dealer, olivia_there):
    before = {port: _counted(port) for port in dealer.dealt}

    for _ in range(40):
        olivia_there.get("/contacts/companies")

    assert {port: _counted(port) - before[port] for port in before} == dict.fromkeys(before, 20)


@pytest.mark.slow
def test_each_job_is_done_once_and_both_workers_do_some(environ, dealer):
    asked = subprocess.run([sys.executable, "-c", ASKING], env=environ, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 0, asked.stderr
    notes, deadline = Path(environ["NOTES"]), time.monotonic() + 60
    while time.monotonic() < deadline and (not notes.exists() or len(notes.read_text().splitlines()) < 200):
        time.sleep(0.1)
    time.sleep(0.5)

    done = [line.split() for line in notes.read_text().splitlines()]
    assert sorted(int(number) for number, _worker in done) == list(range(200))
    assert len({worker for _number, worker in done}) == 2


@pytest.mark.slow
def test_the_doctor_knows_both_workers(environ, dealer):
    command = [sys.executable, "-m", "crm_app", "doctor"]

    said = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)

    assert "ok       Worker: 2 workers are running." in said.stdout, said.stdout
    assert "ok       Queue: No jobs are waiting." in said.stdout
