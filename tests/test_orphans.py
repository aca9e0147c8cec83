"""`crm serve` whose terminal is closed, or that is killed: its web processes do not stay behind and hold the port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SERVING = """
import signal, sys, time
from crm_app import processes, supervising

def serve():
    print("serves", flush=True)
    time.sleep(60)

sys.exit(supervising.supervise([supervising.Standing("part", serve)]))
"""


@pytest.fixture
def begun():
    """`begun(*prefix)`: a supervisor and its one process, both at work."""
    running = []

    def begin(*prefix):
        supervisor = subprocess.Popen([*prefix, sys.executable, "-c", SERVING], stdout=subprocess.PIPE, text=True)
        running.append(supervisor)
        assert supervisor.stdout.readline() == "serves\n"
        (part,) = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split()
        return supervisor, int(part)

    yield begin
    for supervisor in running:
        supervisor.kill()
        supervisor.communicate()


def _ends(pid, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        time.sleep(0.05)
    return not Path(f"/proc/{pid}").exists()


def test_a_closed_terminal_ends_all(begun):
    supervisor, part = begun()

    os.kill(supervisor.pid, signal.SIGHUP)

    assert supervisor.wait(10) == 0
    assert _ends(part)


def test_who_is_to_go_on_without_a_terminal_goes_on(begun):
    supervisor, part = begun("nohup")

    os.kill(supervisor.pid, signal.SIGHUP)

    time.sleep(1)
    assert supervisor.poll() is None and Path(f"/proc/{part}").exists()


def test_processes_end_when_who_supervises_them_is_killed(begun):
    supervisor, part = begun()

    supervisor.kill()

    assert _ends(part)
