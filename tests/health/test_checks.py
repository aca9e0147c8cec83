"""Each check tells what is well from what is not, in a sentence, and what to do about it."""

import os
import shutil
import socket
import sqlite3
import time
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import text

from crm_app import create_app
from crm_app.backups import making, wholeness
from crm_app.backups.wholeness import Limit, TooLongError
from crm_app.extensions import db, utc_now
from crm_app.health import examining
from crm_app.health.checks import ALL, database, machine, storage
from crm_app.health.models import ParkedJob, Worker
from crm_app.jobs import jobs
from crm_app.search.commands import catch_up
from crm_app.web.reader import Reader, read_as
from tests import databases, make


def test_a_database_that_is_well(organisation, found):
    catch_up()

    for key in ("database", "tables", "integrity", "search"):
        assert [verdict for verdict, _said in found(key)] == ["ok"], key


def test_a_database_that_cannot_hold_every_script_is_one_finding(worker, tmp_path):
    url = databases.fresh_postgres_of("SQL_ASCII", f"peyvand_ascii_{worker}")
    app = create_app(TESTING=True, INSTANCE_PATH=str(tmp_path), SQLALCHEMY_DATABASE_URI=url)

    with app.app_context():
        read_as(Reader())
        examined = examining.examine(one for one in ALL if one.key in ("database", "tables", "search", "queue"))

    assert [one.check.key for one in examined] == ["database", "queue"]
    assert examined[0].findings[0].said == (
        "The database uses the encoding SQL_ASCII, which cannot store every script."
    )


def test_tables_of_an_older_and_of_a_newer_version_are_told_apart(organisation, found):
    def at(revision):
        db.session.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
        return found("tables")[0]

    newest = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    try:
        older, newer = at("0003"), at("9999")
    finally:
        at(newest)

    assert older == ("problem", f"The tables are from an older version (0003, not {newest}).")
    assert newer == ("problem", "The tables are from a newer version of Peyvand (9999) than the one running.")


def test_an_index_of_words_that_is_behind_is_told(organisation, found):
    db.session.execute(text("DELETE FROM word_indexes"))

    ((verdict, said),) = found("search")
    assert verdict == "warning" and "companies" in said


@pytest.fixture
def damaged(tmp_path):
    """A database file with a torn page, and another where a row points at nothing."""
    torn, dangling = tmp_path / "torn.db", tmp_path / "dangling.db"
    with closing(sqlite3.connect(torn)) as connection:
        connection.execute("CREATE TABLE deals (title TEXT)")
        connection.executemany("INSERT INTO deals VALUES (?)", [(f"Deal {number}" * 50,) for number in range(2000)])
        connection.commit()
    with torn.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 20_000)
    with closing(sqlite3.connect(dangling)) as connection:
        connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE b (a_id INTEGER REFERENCES a (id))")
        connection.execute("INSERT INTO b VALUES (7)")
        connection.commit()
    return torn, dangling


def test_damage_and_references_to_nothing_are_found(damaged):
    torn, dangling = damaged

    assert wholeness.trouble_in_database(torn, Limit())
    assert wholeness.trouble_in_database(dangling, Limit()) == "a row of b refers to a row of a that does not exist"
    assert wholeness.trouble_in_database(torn.with_name("nowhere.db"), Limit())


def test_looking_for_damage_ends_with_the_time(tmp_path):
    path = tmp_path / "large.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE deals (title TEXT UNIQUE)")
        connection.executemany("INSERT INTO deals VALUES (?)", [(f"Deal {number}",) for number in range(200_000)])
        connection.commit()

    with pytest.raises(TooLongError):
        wholeness.trouble_in_database(path, Limit(0))


def test_a_damaged_database_is_a_problem_and_one_not_read_to_its_end_is_none(organisation, found, monkeypatch):
    if not database.is_sqlite():
        db.session.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_events_at'::regclass"))
        try:
            assert found("integrity") == [("problem", "PostgreSQL marks these indexes as invalid: ix_events_at.")]
        finally:
            db.session.execute(text("UPDATE pg_index SET indisvalid = true"))
            db.session.commit()
        return
    monkeypatch.setattr(wholeness, "trouble_in_database", lambda *_: "page 7 is torn")
    assert found("integrity") == [("problem", "The database is damaged: page 7 is torn.")]

    def too_long(*_):
        raise TooLongError

    monkeypatch.setattr(wholeness, "trouble_in_database", too_long)
    assert found("integrity")[0][0] == "ok"


def test_a_worker_counts_as_alive_as_long_as_it_tells(organisation, found):
    assert found("worker") == [("problem", "No worker has been active today.")]

    now = utc_now()
    db.session.add(Worker(name="a:1", version="1", started_at=now, seen_at=now - timedelta(minutes=5)))
    assert found("worker") == [("problem", "The worker was last active 5 minutes ago.")]

    db.session.add(Worker(name="b:1", version="1", started_at=now, seen_at=now - timedelta(seconds=30)))
    assert found("worker") == [("ok", "1 worker is running.")]


def test_a_queue_that_stands_still_or_is_away_is_told(app, found, monkeypatch):
    app.extensions["huey"].storage.flush_all()
    assert found("queue") == [("ok", "No jobs are waiting.")]

    Waiting = namedtuple("Waiting", "jobs seconds")
    monkeypatch.setattr(jobs, "waiting", lambda: Waiting(3, 10))
    assert found("queue") == [("ok", "3 jobs are waiting.")]
    monkeypatch.setattr(jobs, "waiting", lambda: Waiting(3, 3600))
    assert found("queue") == [("warning", "The first job in the queue was requested 1 hour ago.")]

    def away():
        raise redis.ConnectionError("nobody there")

    monkeypatch.setattr(jobs, "waiting", away)
    assert found("queue") == [("problem", "The job queue is not responding (nobody there).")]


def test_jobs_that_were_given_up_are_counted(app, found):
    assert found("parked") == [("ok", "No jobs have failed for good.")]

    db.session.add_all([ParkedJob(task="t", arguments=[], error="E") for _ in range(2)])
    assert found("parked") == [("warning", "2 jobs failed every time they were tried.")]


def test_mail_is_asked_for_nothing_but_to_let_us_in(app, found, mail_server, monkeypatch):
    port = mail_server.server_address[1]
    assert found("mail") == [("ok", "No mail server is configured, so no email is sent.")]

    monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://me%40here:p%2Fw@127.0.0.1:{port}")
    assert found("mail") == [("ok", "The mail server 127.0.0.1 is responding and accepts the sign-in.")]
    assert [line.split()[0].upper() for line in mail_server.heard] == ["EHLO", "AUTH", "QUIT"]

    mail_server.answers[b"AUTH"] = b"535 no\r\n"
    assert found("mail") == [("problem", "The mail server 127.0.0.1 rejects the user name and password.")]


def test_a_password_is_not_given_to_a_mail_server_without_tls(app, found, mail_server, monkeypatch):
    monkeypatch.setattr("crm_app.web.mail.HERE", ())
    monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://me:pw@127.0.0.1:{mail_server.server_address[1]}")

    ((verdict, said),) = found("mail")

    assert verdict == "warning" and "does not use TLS: emails and the password can be read in transit." in said
    assert not any(line.upper().startswith("AUTH") for line in mail_server.heard)


def test_a_mail_server_that_is_not_there_or_says_nothing_is_not_waited_for(app, found, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://127.0.0.1:{port}")
        began = time.monotonic()
        assert found("mail", 1)[0][0] == "problem"
        assert time.monotonic() - began < 3
    ((verdict, said),) = found("mail")
    assert verdict == "problem" and "Connection refused" in said


def test_room_on_the_disk_is_told_before_it_is_gone(app, found, monkeypatch):
    Usage = namedtuple("Usage", "total used free")

    def free(gigabytes):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(9, 9, gigabytes * 1e9))
        return {verdict for verdict, _said in found("disk")}

    assert (free(50), free(1.5), free(0.1)) == ({"ok"}, {"warning"}, {"problem"})


def test_the_age_of_the_last_backup_is_judged(organisation, found):
    assert found("backups") == [("warning", "There is no backup yet.")]
    folder = Path(os.environ["INSTANCE_PATH"]) / "backups"
    folder.touch()
    assert found("backups") == [("problem", f"{folder} cannot be read (Not a directory).")]
    folder.unlink()
    folder.mkdir()
    backup = folder / "peyvand-2026-11-27.zip"
    backup.write_bytes(b"PK")

    def aged(**age):
        os.utime(backup, (time.time() - timedelta(**age).total_seconds(),) * 2)
        return found("backups")

    assert aged(hours=5) == [("ok", "The last backup was created 5 hours ago.")]
    assert aged(hours=40)[0][0] == "warning"
    assert aged(days=4) == [("problem", "The last backup was created 4 days ago.")]


def test_the_last_backup_is_read_to_its_end(organisation, found):
    assert found("backup") == [("ok", "There is no backup to read.")]
    db.session.commit()
    folder = Path(os.environ["INSTANCE_PATH"]) / "backups"
    folder.mkdir()
    backup = folder / "peyvand-2026-11-27.zip"
    making.write(backup)

    assert found("backup") == [("ok", "All of peyvand-2026-11-27.zip was checked, and no damage was found.")]
    assert found("backup", 0) == [("ok", "Part of peyvand-2026-11-27.zip was checked, and no damage was found.")]

    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 0xFF
    backup.write_bytes(content)
    ((verdict, said),) = found("backup")
    assert verdict == "problem" and said.startswith("peyvand-2026-11-27.zip could not be restored: ")


def test_a_clock_that_was_never_set_or_set_back_is_told(alice, found, monkeypatch):
    make.company(alice)
    assert found("clock") == [("ok", "The clock appears to be correct.")]

    monkeypatch.setattr(machine, "utc_now", lambda: datetime(1970, 1, 2, tzinfo=UTC))
    assert found("clock") == [("problem", "The clock of this machine says 1970-01-02 00:00 UTC.")]
    monkeypatch.setattr(machine, "utc_now", lambda: utc_now() - timedelta(minutes=1))
    assert [verdict for verdict, _said in found("clock")] == ["warning"]


def test_a_time_zone_without_rules_is_told(organisation, found, monkeypatch):
    monkeypatch.setattr(machine, "_ZONES", ("Asia/Tehran", "Asia/Nowhere"))

    assert found("clock")[1] == ("problem", "Data for these time zones is missing: Asia/Nowhere.")


def test_versions_with_a_known_fault_are_named(app, found):
    assert {verdict for verdict, _said in found("versions")} == {"ok"}

    assert "very rarely" in machine._sqlite((3, 40, 1)).advice
    assert machine._sqlite((3, 51, 3)).advice == machine._sqlite((3, 6, 9)).advice == ""
    assert (machine._postgresql(14).verdict, machine._postgresql(15).verdict) == ("problem", "ok")


@pytest.mark.parametrize(
    ("settings", "key", "verdict_of"),
    [
        ({"BASE_URL": "https://crm.example"}, "address", "ok"),
        ({"BASE_URL": "http://crm.example"}, "address", "problem"),
        ({}, "address", "warning"),
        ({}, "proxies", "ok"),
        ({"BASE_URL": "https://crm.example", "TRUSTED_PROXIES": ("127.0.0.1/32",)}, "proxies", "ok"),
        ({"BASE_URL": "https://crm.example"}, "proxies", "warning"),
        ({"BASE_URL": "https://crm.example", "HOST": "0.0.0.0"}, "proxies", "warning"),
        (
            {"BASE_URL": "https://crm.example", "HOST": "0.0.0.0", "TRUSTED_PROXIES": ("10.0.0.0/8",)},
            "proxies", "ok",
        ),
        ({"HOST": "0.0.0.0"}, "proxies", "problem"),
        ({"HOST": "crm.example"}, "proxies", "problem"),
        ({"SMTP_URL": "smtp://mail.example"}, "mail_server", "ok"),
        ({}, "mail_server", "warning"),
        ({}, "elsewhere", "ok"),
        ({"DEBUG": True}, "running", "problem"),
    ],
)  # fmt: skip
def test_how_it_is_set_up_is_judged(app, found, monkeypatch, settings, key, verdict_of):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name, value in settings.items():
        monkeypatch.setitem(app.config, name, value)

    assert [verdict for verdict, _said in found(key)] == [verdict_of]


def test_running_as_root_is_advised_against(app, verdict, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert verdict("running") == "warning"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert verdict("running") == "ok"


def test_a_key_that_others_can_read_is_told(app, found, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    key = folder / "secret_key"
    key.write_text(app.config["SECRET_KEY"])
    key.chmod(0o600)
    monkeypatch.setitem(app.config, "INSTANCE_PATH", str(folder))
    assert found("secrets")[0][0] == "ok"

    key.chmod(0o644)
    folder.chmod(0o750)
    assert found("secrets") == [("problem", f"Others on this machine can open: {folder}, {key}.")]


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY", "DATABASE_URL", "REPORTS_DATABASE_URL", "REDIS_URL", "SMTP_URL", "BACKUP_PASSPHRASE",
        "METRICS_TOKEN",
    ],
)  # fmt: skip
def test_a_file_with_a_secret_that_others_can_read_is_told(app, found, tmp_path, monkeypatch, name):
    tmp_path.chmod(0o700)
    monkeypatch.setitem(app.config, "INSTANCE_PATH", str(tmp_path))
    (tmp_path / "secret").touch()
    (tmp_path / "secret").chmod(0o604)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    assert found("secrets") == [("problem", f"Others on this machine can open: {tmp_path / 'secret'}.")]


def test_backups_on_another_disk_are_noticed(app, found, monkeypatch):
    monkeypatch.setattr("crm_app.health.checks.deployment.kept.folder", lambda: Path("/dev/shm"))

    assert found("elsewhere") == [("ok", "Backups are on a different disk from the data.")]


def test_a_disk_is_told_once_with_all_that_lies_on_it(app, tmp_path):
    one = create_app(TESTING=True, INSTANCE_PATH=str(tmp_path), SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/x.db")
    (tmp_path / "backups").mkdir()

    with one.app_context():
        read_as(Reader(language="fa"))
        said = next(storage.disk(Limit(1))).said
    assert "پوشه نصب" in said and "پایگاه داده" in said and "backups" not in said
