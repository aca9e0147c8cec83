"""What is measured is as large as it says."""

import os
import sqlite3
import subprocess
import sys

_FOUND = (
    "from tests.bench.business import Size, found; print(found(Size(people=60, companies=20, deals=30, events=70)))"
)


def test_a_business_has_as_many_of_each_as_its_size_says(tmp_path):
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    ended = subprocess.run([sys.executable, "-c", _FOUND], env=environ, capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    with sqlite3.connect(tmp_path / "peyvand.db") as connection:
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("people", "companies", "deals", "events")
        }
    assert counted == {"people": 60, "companies": 20, "deals": 30, "events": 70}
