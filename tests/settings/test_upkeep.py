"""The nightly look at the database: a copy of each day while it is whole, none of a damaged one."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from crm_app.extensions import db
from crm_app.settings import upkeep

DAY = date(2026, 11, 23)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE deals (title TEXT)")
        connection.executemany("INSERT INTO deals VALUES (?)", [(f"Deal {number}" * 50,) for number in range(2000)])
        connection.commit()
    return path


def test_a_copy_holds_what_the_database_held_and_is_its_owners_alone(database, tmp_path):
    made = upkeep.copy(database, tmp_path / "backups", DAY)

    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("SELECT count(*) FROM deals").fetchone() == (2000,)
    assert made.name == "peyvand-2026-11-23.db"
    assert made.stat().st_mode & 0o077 == 0


def test_seven_days_are_kept_and_a_day_only_once(database, tmp_path):
    for number in range(10):
        upkeep.copy(database, tmp_path / "backups", DAY + timedelta(days=number))
        upkeep.copy(database, tmp_path / "backups", DAY + timedelta(days=number))

    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert kept == [f"peyvand-{DAY + timedelta(days=number)}.db" for number in range(3, 10)]


def test_a_damaged_database_is_noticed(database):
    assert upkeep.check(database) == ""
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)

    assert upkeep.check(database) != ""


def test_the_night_copies_this_database_but_never_a_damaged_one(app, monkeypatch, caplog):
    backups = Path(app.config["INSTANCE_PATH"]) / "backups"
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.session.rollback()

    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "check", lambda database: "page 7 is torn")
        upkeep.look_after_database()
    assert not list(backups.glob("*.db"))
    assert ("page 7 is torn" in caplog.text) is is_sqlite

    upkeep.look_after_database()
    assert len(list(backups.glob("*.db"))) == (1 if is_sqlite else 0)
    for path in backups.glob("*.db"):
        path.unlink()
