"""What `make torture` does in processes of their own, in small: deaths of workers, of upgrades, and the drill."""

import os
import subprocess
import sys

import pytest

from tests import databases
from tests.torture.duties import DUTIES

pytestmark = pytest.mark.slow


def _tortured(what, folder, database_url, *more):
    environ = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "INSTANCE_PATH")}
    ended = subprocess.run(
        [sys.executable, "-m", f"tests.torture.{what}", str(folder), "--database-url", database_url, *more],
        capture_output=True, text=True, timeout=400, env=environ,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr[-3000:]
    return ended.stdout


def test_a_worker_killed_anywhere_has_done_its_job_once_in_the_end(database_url, worker, tmp_path):
    """Some steps of each; a new job has to have its case. On PostgreSQL they are fewer: it copies a database each."""
    url, more = "", ("--points", "2")
    if not database_url.startswith("sqlite"):
        url, more = databases.fresh_postgres(f"peyvand_dying_{worker}"), ("--points", "2", "--only", "run_")

    told = _tortured("dying", tmp_path, url, *more)

    assert told.count("killed 2 times, 0 wrong") == (len(DUTIES) if not url else 2), told


def test_a_filled_database_goes_up_and_down_and_an_upgrade_that_is_killed_is_begun_again(
    database_url, worker, tmp_path
):
    """What a downgrade drops by design is lost; all that the older version has is compared, row by row."""
    url = "" if database_url.startswith("sqlite") else databases.fresh_postgres(f"peyvand_dying_{worker}")

    told = _tortured("migrating", tmp_path, url, "--points", "3", "--from", "0007", "0023")

    assert told.count("killed 3 times, 0 wrong") == 2, told


def test_contacts_and_files_are_backed_up_while_somebody_writes_and_put_back_equal(database_url, worker, tmp_path):
    url, more = "", ["--contacts", "2000", "--within", "60"]
    if not database_url.startswith("sqlite"):
        url, other = (databases.fresh_postgres(f"peyvand_drill_{which}_{worker}") for which in ("one", "other"))
        more += ["--other-url", other]

    told = _tortured("drilling", tmp_path, url, *more)

    assert "2,000 contacts, 200 files" in told
    assert "equal, row for row and file for file: True" in told
