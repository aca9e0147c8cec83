"""`crm upgrade`, also as others start by it: what it says is to be done, tries on a copy, and does not do."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import click
import pytest

from crm_app import create_app, serving
from crm_app.cli import main
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests import databases, make


@pytest.fixture
def older(database_url, worker, tmp_path, monkeypatch):
    """An installation two versions back, with people in it; gives what `crm` answers there."""
    url = f"sqlite:///{tmp_path / 'peyvand.db'}"
    if not database_url.startswith("sqlite"):
        url = databases.fresh_postgres(f"peyvand_upgrading_{worker}")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    app = create_app()
    with app.app_context():
        upgrade(revision="0023")
        make.organisation()
        make.user("Olivia Owen", role="owner")
        db.session.remove()
        db.engine.dispose()
    return lambda *arguments: app.test_cli_runner().invoke(main, ["upgrade", *arguments])


@pytest.fixture
def starting(older, monkeypatch):
    """`starting(how)`: what is answered by `crm database upgrade`, or by `crm serve` before it serves."""
    app = create_app()
    monkeypatch.setattr("crm_app.create_app", lambda: app)
    monkeypatch.setattr(serving, "_application", lambda: app)

    def run(how):
        prepare = click.Command("prepare", callback=serving._prepare)
        command, arguments = {"serve": (prepare, []), "database upgrade": (main, ["database", "upgrade"])}[how]
        return app.test_cli_runner().invoke(command, arguments)

    yield run
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["serve", "database upgrade"])
def how(request):
    return request.param


def _revision(app):
    with app.app_context():
        found = db.session.execute(db.text("SELECT version_num FROM alembic_version")).scalar()
        db.session.remove()
        db.engine.dispose()
    return found


def test_a_check_tells_what_is_to_be_done_and_does_nothing(older):
    before = _revision(create_app())

    answer = older("--check")

    assert answer.exit_code == 0, answer.output
    assert "0024  " in answer.output and "0025  " in answer.output and "0023  " not in answer.output
    assert "Nothing was changed." in answer.output
    assert _revision(create_app()) == before == "0023"


def test_on_sqlite_it_is_tried_on_a_copy_that_is_gone_afterwards(older, tmp_path, database_url):
    if not database_url.startswith("sqlite"):
        return
    answer = older("--check")

    assert "A copy was upgraded in" in answer.output
    assert list(tmp_path.rglob("*.part*")) == []
    assert list(tmp_path.glob("tmp*")) == []


def test_without_check_it_is_done_in_one_step_and_said(older):
    answer = older()

    assert answer.exit_code == 0, answer.output
    assert "Database upgraded from 0023 to " in answer.output
    assert "The database is up to date." in older("--check").output


def test_a_version_that_is_newer_than_this_one_is_refused(older):
    _make_newer()

    answer = older()

    assert answer.exit_code == 1
    assert "newer version of Peyvand (9999)" in answer.output
    assert _revision(create_app()) == "9999"


def test_a_damaged_database_is_told_before_anything_is_changed(older, tmp_path, database_url):
    if not database_url.startswith("sqlite"):
        return
    _damage(tmp_path)

    answer = older()

    assert answer.exit_code == 1
    assert "Blocked by:" in answer.output
    assert _revision(create_app()) == "0023"


def test_those_who_do_it_as_they_start_say_where_from_and_to(starting, how):
    answer = starting(how)

    assert answer.exit_code == 0, answer.output
    assert "Database upgraded from 0023 to " in answer.output


def test_a_newer_version_is_refused_by_those_who_start_in_the_same_words(starting, how):
    _make_newer()

    answer = starting(how)

    assert answer.exit_code == 1
    assert "newer version of Peyvand (9999)" in answer.output and "Can't locate" not in answer.output


def test_a_damaged_database_is_left_as_it_is_by_those_who_start(starting, how, tmp_path, database_url):
    if not database_url.startswith("sqlite"):
        return
    _damage(tmp_path)

    answer = starting(how)

    assert answer.exit_code == 1
    assert "Blocked by:" in answer.output and "Nothing was changed." in answer.output
    assert _revision(create_app()) == "0023"


def test_several_that_start_at_once_on_an_empty_postgresql_all_start(worker, tmp_path):
    url = databases.fresh_postgres(f"peyvand_upgrading_{worker}")
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "DATABASE_URL": url}
    command = [sys.executable, "-m", "crm_app", "database", "upgrade"]

    begun = [subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [one.communicate(timeout=60)[1] for one in begun]

    assert [one.returncode for one in begun] == [0, 0, 0], said


def test_what_is_up_to_date_starts_whatever_it_looks_like(starting, how, tmp_path, database_url):
    """Its people go on working, and the doctor tells them."""
    if not database_url.startswith("sqlite"):
        return
    starting(how)
    _damage(tmp_path)

    assert starting(how).exit_code == 0


def _make_newer():
    with create_app().app_context():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _damage(folder):
    with closing(sqlite3.connect(folder / "peyvand.db")) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE users SET team_id = 4711")
        connection.commit()
