"""A primary and its streaming replica, as they run in earnest: where reports come from, and how fresh they are."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from crm_app import config, create_app
from crm_app.config import ConfigError
from crm_app.extensions import db
from crm_app.health.checks import database
from crm_app.migrating import upgrade
from crm_app.web import replica
from crm_app.web.reader import Reader, read_as
from tests import make
from tests.bench.server import free_port
from tests.conftest import Browser

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"))


class _Server:
    """PostgreSQL in a folder of its own; its programs refuse to be run by root."""

    def __init__(self, folder):
        self._folder, self.port = folder, free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def make(self):
        self._run("initdb", "-D", self._folder, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N")

    def copy(self, primary):
        self._run("pg_basebackup", "-D", self._folder, "-d", primary.url, "-R", "-N", "-c", "fast")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-s", "-D", self._folder, "-o", options, "-l", self._folder / "log")

    def stop(self):
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", self._folder)

    def ask(self, question):
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question).fetchone()[0]

    @staticmethod
    def _run(program, *arguments):
        by = {"user": "postgres"} if os.geteuid() == 0 else {}
        command = [str(PROGRAMS / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60, **by)


@pytest.fixture(scope="module")
def servers():
    folder = Path(tempfile.mkdtemp(prefix="peyvand-replica-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    primary, copy = _Server(folder / "primary"), _Server(folder / "copy")
    started = []
    try:
        primary.make()
        for server in (primary, copy):
            if server is copy:
                copy.copy(primary)
            server.start()
            started.append(server)
        yield primary, copy
    finally:
        for server in started:
            server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def company(servers, _application):
    """A business on them, with a rep who sells, and how many statements each database was asked."""
    primary, copy = servers
    environ = {"DATABASE_URL": primary.url, "REPORTS_DATABASE_URL": copy.url}
    loaded = config.load(environ | {"INSTANCE_PATH": os.environ["INSTANCE_PATH"]})
    binds = {name: loaded[name] for name in ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS")}
    app = create_app(TESTING=True, RATELIMIT_ENABLED=False, PORT=8000, **binds)
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
        make.organisation()
        seller = make.user("Sima Seller", role="owner")
        make.won(seller, value=100_00)
        yield app, seller
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def _asked_there():
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = db.engines[replica.BIND]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _caught_up(primary, copy):
    written = primary.ask("SELECT pg_current_wal_insert_lsn()::text")
    deadline = time.monotonic() + 30
    while not copy.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"):
        assert time.monotonic() < deadline, "the replica does not follow"
        time.sleep(0.02)


def _won(client):
    found = re.search(r"€([\d,]+)", client.page("/reports/won").text)
    return found and found[1]


def test_reports_come_from_the_replica_and_are_never_older_than_they_say(servers, company, monkeypatch):
    primary, copy = servers
    app, seller = company
    client = app.test_client().sign_in(seller)
    db.session.commit()
    _caught_up(primary, copy)

    with _asked_there() as seen:
        assert _won(client) == "100"
        assert sum("closings" in statement for statement in seen) > 0
        once = len(seen)
        assert _won(client) == "100" and len(seen) == once, "what nobody changed is not read again"
        assert client.get("/reports/won?format=csv").status_code == 200 and len(seen) > once
        before = len(seen)
        client.page("/pipeline/board")
        assert len(seen) == before, "where people work, the primary is read"

    copy.ask("SELECT pg_wal_replay_pause()::text")
    make.won(seller, value=200_00)
    assert _won(client) == "100", "what is on its way may be missing for a while"
    monkeypatch.setattr(replica, "MOST_SECONDS_BEHIND", -1)
    assert _won(client) == "300", "the primary answers for a replica that is too far behind"
    monkeypatch.undo()

    make.won(seller, value=300_00)
    assert _won(client) == "100"
    copy.ask("SELECT pg_wal_replay_resume()::text")
    _caught_up(primary, copy)
    with _asked_there() as seen:
        assert _won(client) == "600", "what was drawn while something was missing is not kept"
        assert seen


def test_reports_answer_while_the_replica_is_away_and_return_to_it(servers, company):
    primary, copy = servers
    app, seller = company
    client = app.test_client().sign_in(seller)
    make.won(seller, value=50_00)
    db.session.commit()
    _caught_up(primary, copy)
    before = _won(client)

    copy.stop()
    make.won(seller, value=50_00)
    assert int(_won(client)) == int(before) + 50
    assert client.page("/goals/").text
    assert _health() == ("warning", "is not responding")

    copy.start()
    _caught_up(primary, copy)
    app.extensions.pop("replica_rests_until")
    make.won(seller, value=50_00)
    _caught_up(primary, copy)
    with _asked_there() as seen:
        assert int(_won(client)) == int(before) + 100 and seen
    assert _health() == ("ok", "up to date")


def test_a_database_that_is_no_replica_of_ours_is_not_believed(servers, company, monkeypatch):
    app, seller = company
    client = app.test_client().sign_in(seller)
    monkeypatch.setitem(db.engines, replica.BIND, db.engine)
    make.won(seller, value=1_00)

    assert _won(client)
    assert _health() == (
        "warning",
        "REPORTS_DATABASE_URL points to a database that is not a streaming replica of the main one.",
    )


def _health():
    read_as(Reader())
    (found,) = database.reports(None)
    said = [
        words
        for words in (
            "is not responding",
            "REPORTS_DATABASE_URL points to a database that is not a streaming replica of the main one.",
            "up to date",
        )
        if words in found.said
    ]
    return found.verdict, *said


def test_a_replica_needs_a_postgresql_to_follow(tmp_path):
    replica_alone = {"INSTANCE_PATH": str(tmp_path), "REPORTS_DATABASE_URL": "postgresql://localhost/crm"}

    with pytest.raises(ConfigError, match="streaming replica"):
        config.load(replica_alone)
    with pytest.raises(ConfigError, match="REPORTS_DATABASE_URL must be a full address"):
        config.load(replica_alone | {"REPORTS_DATABASE_URL": "sqlite:///other.db"})
    loaded = config.load(replica_alone | {"DATABASE_URL": "postgres://localhost/crm"})
    assert loaded["SQLALCHEMY_BINDS"]["reports"]["url"] == "postgresql://localhost/crm"
    assert config.load({"INSTANCE_PATH": str(tmp_path)})["SQLALCHEMY_BINDS"] == {}
