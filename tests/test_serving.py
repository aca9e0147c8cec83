"""`crm serve`, `web` and `worker`: what hinders them is said at the start; together started, together stopped."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import databases

# Has read all code once, and becomes for each line of its input a process of its own that runs a command or a script.
MANY = """
import json, os, signal, sys
import granian, granian.constants, flask_migrate
from crm_app import cli, create_app, readiness
import crm_app.contacts.views, crm_app.goals.views, crm_app.exchange.views, crm_app.settings.views

for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os.environ.clear()
        os.environ.update(asked["environ"])
        for number, path in enumerate(asked["said"], 1):
            os.dup2(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
        sys.argv[1:] = asked["arguments"]
        if asked["script"]:
            exec(asked["script"])
        cli.main(prog_name="crm")
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

# A signal may arrive between any two lines; here one arrives before each line that the supervisor runs.
SIGNALLED = """
import os, signal, sys, time
from crm_app import supervising

part = supervising.Standing("part", time.sleep, 60)
part.look()

def insist(frame, event, _argument):
    if signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, []):
        os.kill(os.getpid(), signal.SIGTERM)
    return insist

sys.settrace(insist)
status = supervising.supervise([part])
sys.settrace(None)
assert not any(process.is_alive() for process in part.running()), "the child is left running"
sys.exit(status)
"""

# The one that came in the place of another tells the supervisor to stop.
ONE_IS_REPLACED = """
import os, signal, sys, time
from crm_app import supervising

supervisor = os.getpid()

def end_unless_another_did():
    if os.path.exists("ended"):
        print("replaced", flush=True)
        os.kill(supervisor, signal.SIGTERM)
        signal.pause()
    open("ended", "w").close()

os.chdir(sys.argv[1])
others = supervising.Standing("part", time.sleep, 60)
sys.exit(supervising.supervise([supervising.Standing("part", end_unless_another_did), others]))
"""

ONE_ENDS_AGAIN = """
import sys, time
from crm_app import supervising

ending, staying = supervising.Standing("part", int), supervising.Standing("part", time.sleep, 60)
staying.look()
(other,) = staying.running()
print(other.pid, flush=True)
sys.exit(supervising.supervise([ending, staying]))
"""

ONE_IS_DEAF = """
import os, signal, sys, time
from crm_app import supervising

supervisor = os.getpid()

def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    os.kill(supervisor, signal.SIGTERM)
    time.sleep(60)

sys.exit(supervising.supervise([supervising.Standing("deaf", deaf)], seconds=0.5))
"""

READ = """
import sys
from crm_app import create_app

create_app()
rarely_needed = {"cryptography", "openpyxl", "psycopg", "rapidfuzz", "redis", "webauthn"}
print(*sorted(rarely_needed & sys.modules.keys()))
"""

NOBODY_SERVES = "from crm_app import serving; serving.supervise = lambda _parts: 0"


@pytest.fixture(scope="module")
def many():
    program = [sys.executable, "-c", MANY]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture(scope="module")
def run(many, tmp_path_factory):
    """`run("web", PORT="1")`: the command, or a script, in a process of its own on the instance that is named."""
    said = [tmp_path_factory.mktemp("said") / name for name in ("out", "err")]

    def ended(*arguments, script="", **environ):
        environ = {"PATH": os.environ["PATH"], "SECRET_KEY": "k" * 40, "WEB_PROCESSES": "1"} | environ
        asked = {"arguments": arguments, "script": script, "environ": environ, "said": [str(path) for path in said]}
        many.stdin.write(json.dumps(asked) + "\n")
        many.stdin.flush()
        status = int(many.stdout.readline())
        out, err = (path.read_text() for path in said)
        return SimpleNamespace(returncode=status, stdout=out, stderr=err)

    return ended


def test_a_signal_at_any_moment_stops_everything(run):
    """`make` passes on the signal that the whole group got already, so there are always two."""
    ended = run(script=SIGNALLED)

    assert ended.returncode == 0, ended.stderr


def test_a_process_that_ends_by_itself_is_replaced_and_the_others_go_on(run, tmp_path):
    ended = run(str(tmp_path), script=ONE_IS_REPLACED)

    assert ended.returncode == 0, ended.stderr
    assert "a new one replaces it" in ended.stderr and "a part of Peyvand" not in ended.stderr
    assert ended.stdout == "replaced\n"


def test_one_that_ends_again_and_again_ends_the_others_and_says_so(run):
    ended = run(script=ONE_ENDS_AGAIN)

    assert ended.returncode == 1
    assert ended.stderr.count("a new one replaces it") == 1 and "a part of Peyvand" in ended.stderr
    assert not Path(f"/proc/{int(ended.stdout)}").exists()


def test_a_process_that_does_not_end_when_told_to_is_ended(run):
    ended = run(script=ONE_IS_DEAF)

    assert ended.returncode == 0 and ended.stdout == "deaf\n", ended.stderr


@pytest.fixture(scope="module")
def upgraded(run, tmp_path_factory):
    """An instance whose database has its tables."""
    folder = tmp_path_factory.mktemp("upgraded")
    ended = run("database", "upgrade", INSTANCE_PATH=str(folder))
    assert ended.returncode == 0 and "Database upgraded from nothing to" in ended.stdout, ended.stderr
    return folder


@pytest.fixture
def crm(run, tmp_path):
    """`crm("web", PORT="1")`, on an instance of the test's own."""
    return lambda *arguments, **environ: run(*arguments, **{"INSTANCE_PATH": str(tmp_path)} | environ)


@pytest.mark.parametrize(
    ("settings", "read"),
    [
        ({}, ""),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "cryptography redis"),
        ({"DATABASE_URL": "postgresql://somebody@127.0.0.1:1/name"}, "psycopg"),
    ],
    ids=["plain", "redis", "postgresql"],
)
def test_libraries_are_read_by_those_who_need_them(crm, settings, read):
    assert crm("", script=READ + "sys.exit()", **settings).stdout.strip() == read


@pytest.fixture
def crm_with_tables(upgraded, tmp_path, crm):
    shutil.copytree(upgraded, tmp_path, dirs_exist_ok=True)
    return crm


def test_an_instance_that_is_up_to_date_starts_again_at_once(crm_with_tables):
    """Nothing that was read on the way holds the database against what comes next."""
    again = crm_with_tables("database", "upgrade")

    assert again.returncode == 0 and again.stdout.startswith("Database is at "), again.stderr


@pytest.fixture
def taken():
    """A port at which somebody else listens, ready to share it as web servers do."""
    with closing(socket.socket()) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


@pytest.fixture
def free():
    """A port at which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _is_one_sentence(ended, words):
    assert ended.returncode not in (0, None)
    assert ended.stderr.startswith("crm: ") and words in ended.stderr, ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_port_in_use_is_not_shared_with_whoever_has_it(crm_with_tables, taken, command):
    ended = crm_with_tables(command, PORT=taken)

    _is_one_sentence(ended, f"cannot listen on 127.0.0.1:{taken} (Address already in use)")
    assert ended.stdout == ""


def test_an_address_of_another_machine_is_refused_before_anything_is_said(crm, free):
    ended = crm("serve", HOST="192.0.2.1", PORT=free)

    _is_one_sentence(ended, f"cannot listen on 192.0.2.1:{free} (Cannot assign requested address)")
    assert ended.stdout == ""


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_a_redis_that_does_not_answer_is_named_at_the_start(crm_with_tables, free, command):
    ended = crm_with_tables(command, REDIS_URL=f"redis://:secret@127.0.0.1:{free}/0", PORT="8391")

    _is_one_sentence(ended, "REDIS_URL: Redis is not responding (")
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("command", ["serve", "web", "worker", "users"])
def test_a_database_that_does_not_answer_is_named_at_the_start(crm, free, command):
    arguments = (command, "list") if command == "users" else (command,)

    ended = crm(*arguments, DATABASE_URL=f"postgresql://somebody:secret@127.0.0.1:{free}/name")

    _is_one_sentence(ended, "Connection refused")
    assert "secret" not in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("web",), ("worker",), ("users", "list"), ("users", "disable", "a@halden.example"),
        ("measure", "won_value", "--from", "2017-01-01", "--to", "2017-12-31"),
        ("import", "companies", __file__, "--dry-run"), ("backup",),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)  # fmt: skip
def test_a_database_without_tables_says_which_command_makes_them(crm, arguments):
    ended = crm(*arguments)

    _is_one_sentence(ended, "run `crm database upgrade`")
    assert "organisations" not in ended.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize(
    ("revision", "words"),
    [("0023", "an older version (0023). Run `crm database upgrade`"), ("9999", "a newer version of Peyvand (9999)")],
)
def test_a_part_that_runs_alone_refuses_tables_of_another_version(
    crm_with_tables, tmp_path, free, command, revision, words
):
    with closing(sqlite3.connect(tmp_path / "peyvand.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()

    ended = crm_with_tables(command, script=NOBODY_SERVES, PORT=free)

    _is_one_sentence(ended, words)


def test_a_web_server_that_runs_alone_shows_the_link_to_set_peyvand_up(crm_with_tables, free):
    """Where there are several machines, or containers, nobody runs `crm serve`."""
    ended = crm_with_tables("web", script=NOBODY_SERVES, PORT=free)

    assert ended.returncode == 0, ended.stderr
    assert f"(the link works once): http://localhost:{free}/settings/first-run/" in ended.stdout


def test_a_check_of_a_database_without_tables_says_so(crm):
    ended = crm("check")

    assert ended.returncode == 1
    assert "The database does not have its tables yet." in ended.stdout and "crm database upgrade" in ended.stdout


def test_a_folder_that_cannot_be_made_is_named():
    """By the command as people start it."""
    command = [sys.executable, "-m", "crm_app", "users", "list"]
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": "/dev/null/peyvand"}

    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)

    _is_one_sentence(ended, "INSTANCE_PATH: /dev/null/peyvand")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize("command", [("serve",), ("upgrade",), ("database", "upgrade")], ids=" ".join)
def test_a_database_that_cannot_hold_every_script_is_not_filled(crm, worker, free, encoding, command):
    url = databases.fresh_postgres_of(encoding, f"peyvand_script_{worker}")

    ended = crm(*command, DATABASE_URL=url, PORT=free)

    assert ended.returncode == 1
    assert f"The database uses the encoding {encoding}, which cannot store every script." in ended.stderr, ended.stderr
    assert ended.stderr.count("\n") == 1 and ended.stdout == ""
