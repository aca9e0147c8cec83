"""A worker killed at any step of any job: the next one does what is left of it, and nothing twice."""

import os
import subprocess
import sys

import pytest

from tests import databases
from tests.torture.duties import DUTIES

pytestmark = pytest.mark.slow


def _tortured(folder, database_url, *more):
    environ = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "INSTANCE_PATH")}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.torture.dying", str(folder), "--database-url", database_url, *more],
        capture_output=True, text=True, timeout=400, env=environ,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr[-3000:]
    return ended.stdout


def test_a_worker_killed_anywhere_has_done_its_job_once_in_the_end(database_url, worker, tmp_path):
    """Some steps of each; a new job has to have its case. PostgreSQL copies a database for each, so it is fewer there."""
    url, more = "", ("--points", "2")
    if not database_url.startswith("sqlite"):
        url, more = databases.fresh_postgres(f"peyvand_dying_{worker}"), ("--points", "2", "--only", "run_")

    told = _tortured(tmp_path, url, *more)

    assert told.count("killed 2 times, 0 wrong") == (len(DUTIES) if not url else 2), told
