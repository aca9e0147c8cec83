"""A backup that was changed, is of another kind or would overwrite something is refused, and nothing is written."""

import hashlib
import json
import sqlite3
import zipfile
from pathlib import Path

import psycopg
import pytest

from crm_app.backups import making, manifest
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests.backups.conftest import is_set_up, runner, set_up


@pytest.fixture
def made(crm, lived, instance, tmp_path):
    assert crm("backup", tmp_path / "all.zip").exit_code == 0
    return tmp_path / "all.zip"


def rewritten(path, change):
    """Each part as `change(name, content)` has it; none where that is None."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            if (content := change(name, content)) is not None:
                package.writestr(name, content)


def signed_anew(path, change):
    """As somebody would who has the key, which lies in the backup itself."""
    with zipfile.ZipFile(path) as package:
        facts, key = json.loads(package.read(manifest.NAME)), package.read(manifest.KEY).decode().strip()
    change(facts)
    content = json.dumps(facts).encode()
    signature = manifest.signer(key).get_signature(content)
    given = {manifest.NAME: content, manifest.SIGNATURE: signature}
    rewritten(path, lambda name, before: given.get(name, before))


def refused(there, path):
    result = runner(there)("restore", path)
    assert result.exit_code == 1 and "Nothing was restored." in result.output, result.output
    assert not (Path(there.config["INSTANCE_PATH"]) / "uploads").exists()
    with there.app_context():
        assert not db.inspect(db.engine).has_table("organisations") or not is_set_up(there)
    return result.output


def test_a_part_that_was_changed_is_told_by_its_name(made, another):
    first = next(name for name in zipfile.ZipFile(made).namelist() if name.startswith(("database", "tables/users")))
    rewritten(made, lambda name, content: content[:-1] + b"?" if name == first else content)

    assert first in refused(another(), made)


def test_a_manifest_that_was_changed_is_refused(made, another):
    rewritten(made, lambda name, content: content.replace(b"Halden", b"Holden") if name == manifest.NAME else content)

    assert "was altered" in refused(another(), made)


def test_a_backup_without_its_signature_or_a_part_is_refused(made, another):
    rewritten(made, lambda name, content: None if name == manifest.SIGNATURE else content)
    assert "manifest.signature cannot be read" in refused(another(), made)


def test_a_part_that_is_missing_is_told(made, another):
    gone = next(name for name in zipfile.ZipFile(made).namelist() if name.startswith("uploads/"))
    rewritten(made, lambda name, content: None if name == gone else content)

    assert gone in refused(another(), made)


@pytest.mark.parametrize("content", [b"", b"no ZIP at all", b"PK\x03\x04 and nothing more"])
def test_a_file_that_is_no_backup_is_refused(another, organisation, tmp_path, content):
    (tmp_path / "all.zip").write_bytes(content)

    assert "not a Peyvand backup" in refused(another(), tmp_path / "all.zip")


def test_an_archive_of_an_export_is_no_backup(crm, lived, another, tmp_path):
    crm("export", tmp_path / "all.zip")

    assert "not a Peyvand backup" in refused(another(), tmp_path / "all.zip")


@pytest.mark.parametrize(
    "name",
    ["uploads/../../escape", "/etc/passwd", "uploads/a/../../../b", "jobs.db", "uploads/.hidden/x", "tables/a;b"],
)
def test_no_part_leads_out_of_the_folder_of_the_instance(made, another, tmp_path, name):
    signed_anew(made, lambda facts: facts["parts"].append({"name": name, "size": 1, "sha256": "0"}))

    assert "damaged" in refused(another(), made)
    assert not (tmp_path / "escape").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format_version": 2}, "format 2"),
        ({"format": "something else"}, "not a Peyvand backup"),
        ({"revision": "9999_of_the_future"}, "whose tables this version does not know"),
        ({"database": "oracle"}, "The backup is from a oracle database, but this installation uses"),
        ({"made_at": "yesterday"}, "damaged"),
        ({"parts": 7}, "damaged"),
        ({"organisation": None}, "damaged"),
        ({"columns": {"deals; DROP TABLE deals": ["id"]}}, "damaged"),
        ({"surprise": 1}, "damaged"),
    ],
)
def test_what_this_version_cannot_read_is_refused(made, another, change, words):
    signed_anew(made, lambda facts: facts.update(change))

    assert words in refused(another(), made)


def test_an_instance_in_use_is_never_overwritten(made, another):
    there = another()
    set_up(there)

    result = runner(there)("restore", made)

    assert result.exit_code == 1 and "in use" in result.output
    assert is_set_up(there)


def test_a_database_of_something_else_is_never_overwritten(made, another):
    there = another()
    with there.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (id integer)")

    result = runner(there)("restore", made)

    assert result.exit_code == 1 and "in use" in result.output
    with there.app_context():
        assert db.inspect(db.engine).get_table_names() == ["precious"]


def test_a_neighbour_in_the_database_is_neither_backed_up_nor_overwritten(app, crm, lived, instance, another, tmp_path):
    if db.engine.dialect.name == "sqlite":
        # A file has no neighbours: what else is in it goes along.
        return
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (id serial PRIMARY KEY)")
    try:
        assert crm("backup", tmp_path / "all.zip").exit_code == 0
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE precious")
    there, shared = another(), another()
    assert runner(shared)("database", "upgrade").exit_code == 0
    with shared.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (id serial PRIMARY KEY)")

    taken, result = runner(there)("restore", tmp_path / "all.zip"), runner(shared)("restore", tmp_path / "all.zip")

    assert taken.exit_code == 0, taken.output
    assert result.exit_code == 1 and "in use" in result.output
    with shared.app_context():
        assert db.inspect(db.engine).has_table("precious")
    with there.app_context():
        assert not db.inspect(db.engine).has_table("precious")


def test_an_upload_that_is_there_is_never_overwritten(made, another):
    there = another()
    name = next(name for name in zipfile.ZipFile(made).namelist() if name.startswith("uploads/"))
    path = Path(there.config["INSTANCE_PATH"]) / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")

    result = runner(there)("restore", made)

    assert result.exit_code == 1 and "a different uploads/" in result.output
    assert path.read_text() == "mine"


def test_a_torn_database_is_not_put_in_place(made, another):
    with zipfile.ZipFile(made) as package:
        if manifest.DATABASE not in package.namelist():
            torn = "tables/deals", b"1\tno row of deals\n"
        else:
            content = package.read(manifest.DATABASE)
            torn = manifest.DATABASE, content[:5000] + b"\xff" * 9000 + content[14000:]

    def change(facts):
        part = next(part for part in facts["parts"] if part["name"] == torn[0])
        part |= {"size": len(torn[1]), "sha256": hashlib.sha256(torn[1]).hexdigest()}

    rewritten(made, lambda name, before: torn[1] if name == torn[0] else before)
    signed_anew(made, change)
    there = another()
    result = runner(there)("restore", made)

    assert result.exit_code == 1 and ("damaged" in result.output or "The database rejected this:" in result.output)
    with there.app_context():
        assert not db.inspect(db.engine).has_table("organisations") or not is_set_up(there)


def test_an_instance_that_is_not_set_up_has_nothing_to_back_up(another, tmp_path):
    there = another()
    with there.app_context():
        upgrade()

    result = runner(there)("backup", tmp_path / "all.zip")

    assert result.exit_code == 1 and "has not been set up yet" in result.output
    assert not list(tmp_path.glob("all*"))


def test_a_backup_is_replaced_only_when_asked(crm, lived, instance, tmp_path):
    (tmp_path / "all.zip").write_text("mine")

    assert "--replace" in crm("backup", tmp_path / "all.zip").output
    assert (tmp_path / "all.zip").read_text() == "mine"
    assert crm("backup", tmp_path / "all.zip", "--replace").exit_code == 0
    assert zipfile.is_zipfile(tmp_path / "all.zip")


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_place_that_cannot_be_looked_at_is_told(crm, lived, instance, tmp_path, command):
    result = crm(command, tmp_path / ("n" * 300))

    assert result.exit_code == 1 and "cannot be written (File name too long)." in result.output


def test_a_disk_that_is_full_leaves_nothing_behind(crm, lived, instance, tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making.packages, "add", full)
    result = crm("backup", tmp_path / "all.zip")

    assert result.exit_code == 1 and "No space left on device" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_told(crm, lived, instance, tmp_path, monkeypatch):
    def broken(*_arguments, **_options):
        raise (sqlite3.DatabaseError if is_sqlite else psycopg.OperationalError)("the disk is on fire\nand more")

    is_sqlite = db.engine.dialect.name == "sqlite"
    monkeypatch.setattr(*((making.sqlite3, "connect") if is_sqlite else (making.postgresql, "sequences")), broken)
    result = crm("backup", tmp_path / "all.zip")

    assert result.exit_code == 1 and "the disk is on fire" in result.output
    assert list(tmp_path.iterdir()) == []
