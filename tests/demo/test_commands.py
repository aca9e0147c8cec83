"""`crm demo`."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from crm_app import cli, config
from crm_app.accounts.models import Organisation, User
from crm_app.demo import jobs
from crm_app.demo.models import Demo, DemoRecord
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make


@pytest.fixture
def crm(app, small, monkeypatch):
    def run(*arguments):
        db.session.commit()
        monkeypatch.setattr("crm_app.create_app", lambda: app)
        result = CliRunner().invoke(cli.main, ["demo", *arguments])
        db.session.expire_all()
        return result

    return run


def test_it_fills_and_empties_in_the_owners_language(crm, small, olivia):
    make.pipeline()
    olivia.language = "zh"

    made = crm()

    assert made.exit_code == 0, made.output
    kept = f"{small.companies} companies, {small.people} people"
    assert f"Created {kept}, 14 products, {small.deals} deals, 15 users, 3 teams" in made.output
    assert "password" not in made.output
    assert db.session.get(Demo, 1).language == "zh"
    removed = crm("--remove")
    assert removed.exit_code == 0 and f"Removed {kept}" in removed.output
    assert db.session.scalar(select(func.count(Deal.id))) == 0


def test_where_there_is_no_organisation_one_is_founded_with_a_password_of_its_own(crm, browser_of):
    made = crm("--language", "fa", "--seed", "3")

    assert made.exit_code == 0, made.output
    firm, owner = db.session.get_one(Organisation, 1), db.session.scalar(select(User).where(User.role == "owner"))
    assert (firm.currency, firm.calendar_name, firm.time_zone) == ("IRR", "jalali", "Asia/Tehran")
    password = re.search(r"with the password (\S+) ", made.output)[1]
    assert password not in crm("--remove").output
    signed_in = browser_of().send("/accounts/sign-in", {"email": owner.email, "password": password})
    assert (signed_in.status_code, signed_in.location) == (303, "/")


@pytest.mark.parametrize("thing", ["company", "person", "product", "deal", "team"])
def test_it_refuses_where_there_is_anything_already(crm, olivia, thing):
    getattr(make, thing)(**({} if thing == "team" else {"owner": olivia}))

    refused = crm()

    assert refused.exit_code == 1
    assert "There is already data here: 1 " in refused.output
    assert db.session.get(Demo, 1) is None


def test_a_colleague_is_something_already(crm, olivia, bob):
    assert "here is already data here: 1 users" in crm().output


def test_there_is_one_demo_at_most(crm, olivia):
    assert crm().exit_code == 0

    again = crm()

    assert again.exit_code == 1 and "`crm demo --remove` removes it" in again.output


def test_without_a_demo_there_is_nothing_to_remove(crm, olivia):
    refused = crm("--remove")

    assert refused.exit_code == 1 and "There is no demo company." in refused.output


def test_stopped_half_way_it_leaves_nothing(crm, olivia, monkeypatch):
    make.pipeline()
    monkeypatch.setattr(jobs.building.aims, "set_goals", _interrupted)

    stopped = crm()

    assert stopped.exit_code == 1
    assert db.session.get(Demo, 1) is None
    assert db.session.scalar(select(DemoRecord.record_id).limit(1)) is None
    assert db.session.scalar(select(func.count(Deal.id))) == 0


def _interrupted(*_arguments):
    raise KeyboardInterrupt


@pytest.mark.slow
def test_killed_half_way_it_is_removed_fully(tmp_path):
    """A process of its own, on SQLite: nothing of it can tidy up."""
    environment = {**os.environ, "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": ""}
    crm = [sys.executable, "-m", "crm_app", "demo"]
    making = subprocess.Popen(crm, cwd=config.ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while _deals(tmp_path) < 200 and time.monotonic() < deadline and making.poll() is None:
        time.sleep(0.1)
    os.killpg(making.pid, signal.SIGKILL)
    making.wait()

    assert 200 <= _deals(tmp_path) < 2500
    removed = subprocess.run([*crm, "--remove"], cwd=config.ROOT, env=environment, capture_output=True, text=True)
    assert removed.returncode == 0, removed.stderr
    counted = {
        name: _count(tmp_path, name) for name in ("deals", "stays", "events", "demo_records", "companies", "users")
    }
    assert counted == {"deals": 0, "stays": 0, "events": 0, "demo_records": 0, "companies": 0, "users": 1}


def _deals(folder):
    return _count(folder, "deals") if (folder / "peyvand.db").exists() else 0


def _count(folder, table):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "peyvand.db", timeout=30)) as connection:
        is_there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] if is_there else 0
