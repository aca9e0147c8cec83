"""A worker that is told to stop loses no job; what a server then does is told in test_torture.py."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

# A task that notes when it begins and, some time later, when it ends.
WORKING = """
import os, sys, time
from crm_app import create_app, processes, serving
from crm_app.jobs import jobs

@jobs.task
def note(seconds):
    print("began", flush=True)
    time.sleep(seconds)
    print("ended", flush=True)

processes.GRACE_SECONDS = 2
with create_app().app_context():
    jobs.enqueue(note, float(sys.argv[1]))
serving.worker.main(args=[], prog_name="crm")
"""


@pytest.fixture
def environ(tmp_path):
    settings = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    made = subprocess.run([sys.executable, "-m", "crm_app", "database", "upgrade"], env=settings, capture_output=True)
    assert made.returncode == 0, made.stderr
    return settings


def _stopped_at(environ, seconds):
    """What a worker said that was told to stop while it was at a task of so many seconds, and what waits afterwards."""
    program = [sys.executable, "-c", WORKING, str(seconds)]
    with subprocess.Popen(program, env=environ, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout.readline() == "began\n"
        worker.send_signal(signal.SIGTERM)
        said = worker.stdout.read()
    with closing(sqlite3.connect(f"{environ['INSTANCE_PATH']}/jobs.db")) as queue:
        mine = "SELECT count(*) FROM task WHERE instr(data, CAST('note:now' AS BLOB))"
        return worker.returncode, said, queue.execute(mine).fetchone()[0]


@pytest.mark.slow
def test_a_worker_finishes_its_job_or_hands_it_back(environ):
    assert _stopped_at(environ, 0.5) == (0, "ended\n", 0)
    assert _stopped_at(environ, 60) == (0, "", 1)
