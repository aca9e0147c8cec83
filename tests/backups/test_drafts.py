"""What is written on the way to a backup stays in the instance, and goes away."""

import stat

import pytest

from crm_app.backups import making
from crm_app.extensions import db

PASSPHRASE = "five words that do not belong"


@pytest.fixture
def stick(tmp_path):
    """A folder elsewhere, such as on a disk that is carried away."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def passphrase(tmp_path):
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    return tmp_path / "passphrase"


@pytest.fixture
def seen(instance, stick, monkeypatch):
    """What lies on the stick, and which drafts in the instance for whom, as each part of a backup is added."""
    seen, add = [], making.packages.add

    def looking(*arguments, **options):
        drafts = [path.stat() for path in (instance / "backups").glob("*.db.part")]
        modes = [(stat.S_IMODE(one.st_mode), one.st_size > 0) for one in drafts]
        seen.append((b"".join(path.read_bytes() for path in stick.iterdir()), modes))
        return add(*arguments, **options)

    monkeypatch.setattr(making.packages, "add", looking)
    return seen


def test_nothing_unlocked_lies_beside_a_locked_backup_while_it_is_made(crm, lived, instance, stick, passphrase, seen):
    result = crm("backup", stick / "all.zip.age", "--passphrase-file", passphrase)

    assert result.exit_code == 0, result.output
    assert seen and not [1 for content, _drafts in seen if b"SQLite format" in content or b"Halden" in content]
    if db.engine.dialect.name == "sqlite":
        assert seen[0][1] == [(0o600, True)], "the copy is in the instance, for its owner alone"
        assert stat.S_IMODE((instance / "backups").stat().st_mode) == 0o700
    assert [path.name for path in stick.iterdir()] == ["all.zip.age"]
    assert not list(instance.rglob("*.part*"))


@pytest.mark.sqlite
def test_a_full_disk_of_the_instance_is_told_and_leaves_nothing(crm, lived, instance, stick, monkeypatch):
    def full(*_arguments, **_options):
        raise making.sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(making.sqlite3, "connect", full)
    result = crm("backup", stick / "all.zip")

    assert result.exit_code == 1 and "The database cannot be copied (database or disk is full)." in result.output
    assert not list(stick.iterdir()) and not list(instance.rglob("*.part*"))


@pytest.mark.sqlite
def test_a_folder_for_drafts_that_is_none_is_told_by_its_name(crm, lived, instance, stick):
    (instance / "backups").write_text("somebody laid a file here")
    result = crm("backup", stick / "all.zip")
    (instance / "backups").unlink()

    assert result.exit_code == 1 and f"The database cannot be copied to {instance / 'backups'}" in result.output
    assert not list(stick.iterdir())
