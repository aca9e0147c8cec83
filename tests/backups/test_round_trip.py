"""What was backed up is put back as it was, but for who was signed in: rows, files and the key, on either database."""

import json
import sqlite3
import stat
import zipfile
from contextlib import closing, suppress

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crm_app.accounts import passkeys
from crm_app.accounts.models import User
from crm_app.backups import BackupError, making, postgresql
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests import make
from tests.accounts.authenticator import Device
from tests.backups.conftest import files, is_set_up, put_back, rows, runner


def test_a_backup_is_put_back_to_an_equal_instance(app, crm, lived, instance, another, tmp_path):
    before, uploads = rows(app), files(instance)
    assert len(uploads) > 1 and all(before[name] for name in ("deals", "stays", "events", "people words"))

    wrote = crm("backup", tmp_path / "all.zip")
    there = another()
    read = runner(there)("restore", tmp_path / "all.zip")

    assert (wrote.exit_code, read.exit_code) == (0, 0), wrote.output + read.output
    folder = tmp_path / "other-0"
    assert rows(there) == put_back(before)
    assert files(folder) == uploads
    assert (folder / "secret_key").read_text().strip() == app.config["SECRET_KEY"]
    assert "Halden Instruments" in wrote.output and "Done: Halden Instruments" in read.output
    assert not list(folder.rglob("*.part")) and not list(tmp_path.glob("*.part"))


def test_a_restored_instance_goes_on_where_the_other_ended(app, crm, lived, instance, another, alice, tmp_path):
    last, alice_id = make.company(alice, "The last").id, alice.id
    crm("backup", tmp_path / "all.zip")
    there = another()
    runner(there)("restore", tmp_path / "all.zip")

    with there.app_context():
        alice = db.session.get(User, alice_id)
        assert make.company(alice, "The next").id == last + 1
        assert alice.password_hash == make.PASSWORD_HASH
        db.session.remove()


def test_a_passkey_goes_on_signing_in_to_the_restored_instance(app, crm, lived, instance, another, alice, tmp_path):
    device, alice_id = Device(count=3), alice.id
    with app.test_request_context("/", method="POST"):
        here = passkeys.place()
        passkeys.add(alice, here, "Laptop", device.made(passkeys.asked_of(alice, here, "Halden Instruments")))
        db.session.commit()
    crm("backup", tmp_path / "all.zip")
    there = another()
    runner(there)("restore", tmp_path / "all.zip")

    with there.test_request_context("/", method="POST"):
        user, passkey = passkeys.signed_in(here, device.answer(passkeys.asked_of_visitor(here)))
        assert (user.id, passkey.name) == (alice_id, "Laptop")
        db.session.remove()


def test_references_are_kept_by_the_restored_database(app, crm, lived, instance, another, tmp_path):
    crm("backup", tmp_path / "all.zip")
    there = another()
    runner(there)("restore", tmp_path / "all.zip")

    def references(one):
        with one.app_context():
            inspector = db.inspect(db.engine)
            return {name: sorted(map(str, inspector.get_foreign_keys(name))) for name in inspector.get_table_names()}

    assert references(there) == references(app)


def test_an_empty_instance_that_was_started_before_takes_a_backup_too(app, crm, lived, instance, another, tmp_path):
    crm("backup", tmp_path / "all.zip")
    there = another()
    assert runner(there)("database", "upgrade").exit_code == 0

    read = runner(there)("restore", tmp_path / "all.zip")

    assert read.exit_code == 0, read.output
    assert rows(there) == put_back(rows(app))


def test_without_a_name_it_lies_in_the_folder_of_the_instance_for_its_owner_alone(crm, lived, instance):
    result = crm("backup")

    (made,) = (instance / "backups").iterdir()
    assert result.exit_code == 0 and str(made) in result.output
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700


def test_a_key_that_is_set_elsewhere_is_not_in_it_and_is_asked_for(app, crm, lived, another, tmp_path):
    wrote = crm("backup", tmp_path / "all.zip")
    assert "SECRET_KEY is not stored in the instance folder" in wrote.output

    refused = runner(another())("restore", tmp_path / "all.zip")
    there = another(SECRET_KEY=app.config["SECRET_KEY"])
    read = runner(there)("restore", tmp_path / "all.zip")

    assert refused.exit_code == 1 and "different SECRET_KEY" in refused.output
    assert read.exit_code == 0 and rows(there) == put_back(rows(app))


def test_checking_reads_all_of_it_and_writes_nothing(crm, lived, instance, another, tmp_path):
    crm("backup", tmp_path / "all.zip")
    there = another()

    result = runner(there)("restore", tmp_path / "all.zip", "--check")

    assert result.exit_code == 0 and "all.zip is intact: Halden Instruments" in result.output
    assert sorted(path.name for path in (tmp_path / "other-0").iterdir()) == ["secret_key"]


def test_the_manifest_names_every_part_and_no_secret(app, crm, lived, instance, tmp_path):
    crm("backup", tmp_path / "all.zip")

    with zipfile.ZipFile(tmp_path / "all.zip") as package:
        about = json.loads(package.read("manifest.json"))
        names = set(package.namelist()) - {"manifest.json", "manifest.signature"}
        manifest = package.read("manifest.json").decode()
    assert {part["name"] for part in about["parts"]} == names
    assert app.config["SECRET_KEY"] not in manifest and "argon2" not in manifest
    if about["database"] == "postgresql":
        with app.app_context(), db.engine.connect() as connection:
            assert about["columns"] == postgresql.columns(connection)
    else:
        assert "database.db" in names


def test_a_stray_file_among_the_uploads_does_not_spoil_a_backup(app, crm, lived, instance, another, tmp_path):
    known = files(instance)
    for name in (".DS_Store", "my list (2).csv", "فهرست.csv"):
        (instance / "uploads" / "imports" / name).write_text("laid here by somebody")
    crm("backup", tmp_path / "all.zip")
    there = another()

    read = runner(there)("restore", tmp_path / "all.zip")

    assert read.exit_code == 0, read.output
    assert rows(there) == put_back(rows(app)) and files(tmp_path / "other-0") == known


@pytest.mark.parametrize("ends_at", ["uploads", "database"])
def test_what_is_stopped_half_way_is_begun_again(app, crm, lived, instance, another, tmp_path, monkeypatch, ends_at):
    crm("backup", tmp_path / "all.zip")
    there = another()
    with monkeypatch.context() as patched:
        from crm_app.backups import restoring

        def stop(*_arguments):
            raise KeyboardInterrupt

        last = {"uploads": "_write_key", "database": "_put_database" if app_is_sqlite(app) else "_fill"}[ends_at]
        patched.setattr(restoring, last, stop)
        assert runner(there)("restore", tmp_path / "all.zip").exit_code != 0

    # As a new process would: the key that was put back is the one in use.
    there.config["SECRET_KEY"] = (tmp_path / "other-0" / "secret_key").read_text().strip()
    read = runner(there)("restore", tmp_path / "all.zip")

    assert read.exit_code == 0, read.output
    assert is_set_up(there) and rows(there) == put_back(rows(app))


def app_is_sqlite(app):
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(another, tmp_path):
    before, after = another(), another()
    with before.app_context():
        upgrade(revision="0017")
        make.organisation()
    made = runner(before)("backup", tmp_path / "old.zip")

    read = runner(after)("restore", tmp_path / "old.zip")

    assert (made.exit_code, read.exit_code) == (0, 0), made.output + read.output
    assert is_set_up(after)
    with after.app_context(), db.engine.connect() as connection:
        script = ScriptDirectory(after.config["MIGRATIONS_PATH"])
        assert MigrationContext.configure(connection).get_current_revision() == script.get_current_head()


@pytest.mark.parametrize("has_room", [True, False])
def test_what_others_committed_is_as_safe_after_a_backup_as_before(tmp_path, monkeypatch, has_room):
    """The last one to close a database writes the others' rows into it, as carefully as it was told to write."""
    original, closed_at = tmp_path / "live.db", []
    with closing(sqlite3.connect(original)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (name)")

    class Watched(sqlite3.Connection):
        def execute(self, statement, *values):
            if statement.startswith("VACUUM") and not has_room:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(statement, *values)

        def close(self):
            closed_at.append(self.execute("PRAGMA synchronous").fetchone()[0])
            super().close()

    connect = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda database: connect(database, factory=Watched))
    with suppress(BackupError), making.copy_of(original, tmp_path) as copy:
        assert has_room and copy.stat().st_size

    full = 2
    assert closed_at == [full]
    assert not list(tmp_path.glob("*.part"))
