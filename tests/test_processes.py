"""`crm serve` as it runs: copies of one process that share no open file, are replaced, and end together."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from crm_app import optimized
from tests.bench.server import Server, descendants, free_port, name_of

MEGABYTES = 140


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), "PORT": str(port), "WEB_PROCESSES": "2"}
    environ["HOST"] = "localhost"
    command = [sys.executable, "-m", "crm_app", "serve"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            _wait_for_answer(port)
            server = Server(process, port)
            server.folder = str(folder)
            yield server
        finally:
            process.terminate()


def _wait_for_answer(port, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status
        time.sleep(0.05)
    raise TimeoutError("it does not answer")


# All that `crm serve` reads before it makes processes of itself.
READ = """
import sys
from crm_app import serving

serving._application()
serving._read_ahead()
print(*sorted({"alembic", "openpyxl", "psycopg", "redis"} & sys.modules.keys()))
"""


def test_what_sqlite_has_no_use_for_is_in_no_process(tmp_path):
    """Whoever reads the library of the queue first decides what that one reads: ten megabytes or none."""
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    read = subprocess.run([sys.executable, "-c", READ], env=environ, capture_output=True, text=True, check=True)

    assert read.stdout.split() == []


def _open_in(pid):
    found = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.append(str(file.readlink()))
    return found


def _named(served, name):
    """The numbers of the processes that have this name, the supervisor's children."""
    children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
    return {int(pid) for pid in children if name_of(pid) == name}


def test_all_processes_run_from_optimized_code(served):
    for pid in {served.pid, *_named(served, "crm web")}:
        told = dict(one.split("=", 1) for one in Path(f"/proc/{pid}/environ").read_text().split("\0") if one)

        assert told.items() >= optimized.ENVIRON.items()
    assert name_of(served.pid) == "crm"


def test_processes_are_copied_while_nothing_is_open_that_they_would_share(served):
    _wait_until(lambda: len(_named(served, "crm web")) == 2, "the first to answer is alone")
    web = _named(served, "crm web")

    holding = [pid for pid in web if any(file.startswith(served.folder) for file in _open_in(pid))]
    assert len(holding) == 1, "only who has answered opened the database"
    assert not [file for file in _open_in(served.pid) if file.endswith("peyvand.db")]
    assert len(list(Path(f"/proc/{served.pid}/task").iterdir())) == 1


def test_what_did_the_work_that_was_found_at_the_start_is_gone_and_leaves_no_memory_behind(served):
    _wait_until(lambda: len(descendants(served.pid)) == 3, "what did the work stays")
    assert served.pss() < MEGABYTES


def test_a_web_process_that_was_killed_is_replaced(served):
    before = _named(served, "crm web")
    killed = max(before)

    os.kill(killed, signal.SIGKILL)

    _wait_until(lambda: len(_named(served, "crm web") - {killed}) == 2, "it is not replaced")
    (other,) = _named(served, "crm web") - before
    _wait_until(lambda: _listens(other), "it does not listen")
    assert _wait_for_answer(served.port) == 200


def _wait_until(question, otherwise, seconds=30):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def _listens(pid):
    """Each listens for itself; connections are given to those who do."""
    return _inodes_listening() & {file[8:-1] for file in _open_in(pid) if file.startswith("socket:[")}


def _inodes_listening():
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {line[9] for line in lines if line[3] == "0A"}


def test_a_signal_ends_all_and_leaves_nothing_behind(served):
    pids = descendants(served.pid)

    os.kill(served.pid, signal.SIGTERM)

    assert served.ended() == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
