"""`crm doctor` and `crm check` say each finding in a sentence; their status says whether there is anything to do."""

import json
import os
from pathlib import Path

import pytest

from crm_app import create_app
from crm_app.cli import main
from crm_app.extensions import db, utc_now
from crm_app.health.models import Worker
from crm_app.search.commands import catch_up


@pytest.fixture
def crm(app):
    def run(*arguments, on=app):
        with app.app_context():
            db.session.commit()
        with on.app_context():
            return on.test_cli_runner().invoke(main, arguments)

    return run


@pytest.fixture
def well(app, organisation):
    """An installation that lacks nothing but a backup and an address."""
    Path(app.config["INSTANCE_PATH"]).chmod(0o700)
    catch_up()
    now = utc_now()
    db.session.add(Worker(name="a:1", version="1", started_at=now, seen_at=now))
    db.session.commit()


def test_the_doctor_is_content_with_warnings_alone(well, crm):
    ended = crm("doctor")

    assert ended.exit_code == 0, ended.output
    assert "ok       Worker: 1 worker is running." in ended.output
    assert "warning  Backups: There is no backup yet.\n         -> Create one now" in ended.output
    assert ended.output.splitlines()[-1].endswith(" Problems: 0.")


def test_a_problem_is_told_by_the_status(organisation, crm):
    ended = crm("doctor")

    assert ended.exit_code == 1
    assert "problem  Worker: No worker has been active today.\n         -> Start one" in ended.output


def test_the_doctor_speaks_to_programs(well, crm):
    told = json.loads(crm("doctor", "--json").stdout)

    assert told["problems"] == 0 and told["warnings"] >= 1
    assert {"check": "worker", "verdict": "ok", "said": "1 worker is running.", "advice": ""} in told["checks"]
    assert len(told["checks"]) == told["ok"] + told["warnings"] + told["problems"]


@pytest.fixture
def elsewhere(tmp_path):
    """Makes an application on a database of its own; the folder is as the documentation has it."""
    tmp_path.chmod(0o700)
    made = []

    def make_one(url, **settings):
        one = create_app(TESTING=True, INSTANCE_PATH=str(tmp_path), SQLALCHEMY_DATABASE_URI=url, **settings)
        made.append(one)
        return one

    yield make_one
    for one in made:
        with one.app_context():
            db.engine.dispose()


def test_a_database_that_is_away_is_one_finding_and_the_rest_is_checked(crm, elsewhere):
    ended = crm("doctor", "--json", on=elsewhere("postgresql://somebody:hushhush@127.0.0.1:1/none"))

    told = json.loads(ended.stdout)
    checks = {one["check"]: one["verdict"] for one in told["checks"]}
    assert ended.exit_code == 1 and "hushhush" not in ended.output
    assert checks["database"] == "problem" and checks["mail"] == "ok" and checks["secrets"] == "ok"
    assert not {"tables", "integrity", "search", "worker", "clock"} & set(checks)


def test_a_database_without_tables_is_told_once(crm, elsewhere, tmp_path):
    told = json.loads(crm("doctor", "--json", on=elsewhere(f"sqlite:///{tmp_path / 'empty.db'}")).stdout)

    tables = [one for one in told["checks"] if "upgrade" in one["advice"]]
    assert [one["check"] for one in tables] == ["tables"]


def test_check_is_silent_about_what_is_no_setting(well, crm):
    ended = crm("check")

    assert ended.exit_code == 0
    assert ended.output.count("\n") == 3 and "Backups" not in ended.output


def test_check_deploy_ends_with_1_as_long_as_anything_is_left(well, crm, elsewhere, database_url, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    secure = {
        "BASE_URL": "https://crm.example",
        "TRUSTED_PROXIES": ("127.0.0.1/32",),
        "SMTP_URL": "smtp://mail.example",
    }
    for missing in (None, *secure):
        one = elsewhere(database_url, **secure | ({missing: type(secure[missing])()} if missing else {}))
        ended = crm("check", "--deploy", on=one)
        assert ended.exit_code == (1 if missing else 0), ended.output
        assert ("warning" in ended.output) == bool(missing)
