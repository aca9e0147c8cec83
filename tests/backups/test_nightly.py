"""The nightly backup: one of each day while the database is whole, none of a damaged one, a week of them."""

import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_app.backups import asked, nightly, wholeness
from crm_app.backups.wholeness import Limit
from crm_app.extensions import db
from tests.backups.conftest import put_back, rows, runner

DAY = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def backups(instance):
    return instance / "backups"


def test_a_nightly_backup_can_be_put_back(app, lived, backups, another):
    nightly.back_up_every_night()

    (made,) = backups.glob("*.zip")
    there = another()
    assert runner(there)("restore", made).exit_code == 0
    assert rows(there) == put_back(rows(app))


def test_a_week_is_kept_and_a_day_only_once(organisation, backups, monkeypatch):
    db.session.rollback()
    backups.mkdir()
    for name in ("peyvand-2026-11-01.db", "peyvand-2026-11-25.db", "peyvand-2026-11-02-120000.zip", "notes.txt"):
        (backups / name).write_text("kept by an earlier version, or by somebody")
    for number in range(10):
        monkeypatch.setattr(nightly, "utc_now", lambda number=number: DAY + timedelta(days=number))
        nightly.back_up_every_night()
        nightly.back_up_every_night()

    days = [f"peyvand-{(DAY + timedelta(days=number)).date()}.zip" for number in range(3, 10)]
    assert sorted(path.name for path in backups.iterdir()) == [
        "last-night",
        "notes.txt",
        "peyvand-2026-11-02-120000.zip",
        *days,
    ]


def test_what_was_left_half_written_goes_after_a_day(organisation, backups):
    db.session.rollback()
    backups.mkdir()
    for name, hours in (("peyvand-2026-11-01.zip.0a1b2c3d.part", 25), ("0a1b2c3d.db.part", 1)):
        (backups / name).write_text("half")
        os.utime(backups / name, (time.time() - hours * 3600,) * 2)

    nightly.back_up_every_night()

    assert [path.name for path in backups.glob("*.part")] == ["0a1b2c3d.db.part"]


def test_a_damaged_database_is_noticed(tmp_path):
    database = tmp_path / "some.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE deals (title TEXT)")
        connection.executemany("INSERT INTO deals VALUES (?)", [(f"Deal {number}" * 50,) for number in range(2000)])
        connection.commit()
    assert wholeness.trouble_in_database(database, Limit()) == ""
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)

    assert wholeness.trouble_in_database(database, Limit()) != ""


def test_a_damaged_database_is_not_backed_up(organisation, backups, monkeypatch, caplog):
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.session.rollback()
    monkeypatch.setattr(wholeness, "trouble_in_database", lambda *_: "page 7 is torn")

    nightly.back_up_every_night()

    assert len(list(backups.glob("*.zip"))) == (0 if is_sqlite else 1)
    assert ("page 7 is torn" in caplog.text) is is_sqlite


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), nightly.BackupError("nothing to keep")])
def test_a_night_without_a_backup_is_told_and_keeps_what_there_was(organisation, backups, monkeypatch, caplog, error):
    db.session.rollback()
    nightly.back_up_every_night()
    before = {path.name: path.read_bytes() for path in backups.iterdir()}

    def fail(_path: Path, _passphrase: str):
        raise error

    monkeypatch.setattr(nightly.making, "write", fail)
    nightly.back_up_every_night()

    assert "no backup was made" in caplog.text
    assert {path.name: path.read_bytes() for path in backups.iterdir()} == before


def _sweep(monkeypatch, at):
    monkeypatch.setattr(nightly, "utc_now", lambda: at)
    nightly.sweep_backups()


def _made(backups):
    return sorted(path.name for path in backups.glob("*.zip"))


def test_a_machine_that_is_off_every_night_gets_its_backups_by_day_from_the_second_one_on(
    organisation, backups, monkeypatch
):
    db.session.rollback()
    for day in range(3):
        for hour in (6, 7):
            _sweep(monkeypatch, DAY + timedelta(days=day, hours=hour))

    assert _made(backups) == ["peyvand-2026-11-24.zip", "peyvand-2026-11-25.zip"]


@pytest.mark.parametrize(("hours", "made"), [(2, "peyvand-2026-11-23.zip"), (30, "peyvand-2026-11-24.zip")])
def test_a_backup_of_the_night_whose_power_went_is_made_up_for_however_late(
    organisation, backups, monkeypatch, hours, made
):
    db.session.rollback()
    backups.mkdir()
    note = backups / "peyvand-2026-11-23.zip.asked"
    note.touch()
    os.utime(note, (time.time() - hours * 3600,) * 2)
    (backups / "last-night").write_text("2026-11-23")

    _sweep(monkeypatch, DAY + timedelta(hours=hours))

    assert _made(backups) == [made]
    assert list(backups.glob("*.asked")) == []


def test_a_backup_of_the_night_that_takes_its_worker_along_again_and_again_is_given_up(organisation, backups):
    name, tries = "peyvand-2026-11-23.zip", 0
    asked.note(name)

    while asked.left(DAY.date()):
        tries += 1
        asked.note_try(name)

    assert tries == 5
    assert not asked.is_noted(name)
