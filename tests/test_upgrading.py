"""`crm upgrade`: what it says is to be done, what it tries on a copy, and that a check changes nothing."""

import sqlite3
from contextlib import closing

import pytest

from crm_app import create_app
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

    assert "A copy was brought up to date in" in answer.output
    assert list(tmp_path.rglob("*.part*")) == []
    assert list(tmp_path.glob("tmp*")) == []


def test_without_check_it_is_done_in_one_step_and_said(older):
    answer = older()

    assert answer.exit_code == 0, answer.output
    assert "Database went from 0023 to " in answer.output
    assert "The database is up to date." in older("--check").output


def test_a_version_that_is_newer_than_this_one_is_refused(older):
    app = create_app()
    with app.app_context():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()

    answer = older()

    assert answer.exit_code == 1
    assert "does not know (9999)" in answer.output
    assert _revision(create_app()) == "9999"


def test_a_damaged_database_is_told_before_anything_is_changed(older, tmp_path, database_url):
    if not database_url.startswith("sqlite"):
        return
    with closing(sqlite3.connect(tmp_path / "peyvand.db")) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE users SET team_id = 4711")
        connection.commit()

    answer = older()

    assert answer.exit_code == 1
    assert "In the way:" in answer.output
    assert _revision(create_app()) == "0023"
