"""A backup may be locked with a passphrase: nobody reads, changes, shortens or reorders it, and age opens it too."""

import io
import tracemalloc

import pyrage
import pytest

from crm_app.backups import BackupError, WrongPassphraseError, age, kept, nightly
from crm_app.config import load
from crm_app.extensions import db
from crm_app.secret_key import ConfigError
from tests.backups.conftest import files, put_back, rows, runner

PASSPHRASE = "قالی five words 五个词 of ours"
CHUNK, TAG = 64 << 10, 16
_TEXT = bytes(range(256)) * 1024


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """What a guess costs is asked for by one test alone."""
    monkeypatch.setattr(age, "_WORK", 10)


@pytest.fixture
def passphrase(tmp_path):
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    return tmp_path / "passphrase"


def locked(content=_TEXT):
    file = io.BytesIO()
    with age.locked(file, PASSPHRASE) as writer:
        for start in range(0, len(content), 30_011):
            writer.write(content[start : start + 30_011])
    return file.getvalue()


def unlocked(sealed, passphrase=PASSPHRASE):
    return io.BufferedReader(age.Reader(io.BytesIO(sealed), passphrase)).read()


def body_of(sealed):
    """Where the chunks begin."""
    return sealed.index(b"\n--- ") + 5 + 43 + 1 + 16


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_is_locked_comes_out_as_it_was_and_age_opens_it_too(size):
    sealed = locked(_TEXT[:size])

    assert unlocked(sealed) == pyrage.passphrase.decrypt(sealed, PASSPHRASE) == _TEXT[:size]
    assert size < CHUNK - 1 or _TEXT[:256] not in sealed


def test_any_place_of_it_is_read_by_itself():
    reader = io.BufferedReader(age.Reader(io.BytesIO(locked()), PASSPHRASE))

    for place, whence in ((CHUNK - 3, 0), (-7, 2), (0, 0), (3, 1), (10**9, 0)):
        at = reader.seek(place, whence)
        assert reader.read(9) == _TEXT[at : at + 9]
        assert reader.tell() == min(at + 9, max(at, len(_TEXT)))
    with pytest.raises(OSError, match="before the beginning"):
        reader.seek(-1)


def test_every_changed_byte_is_noticed():
    sealed = locked()
    begin = body_of(sealed)

    for place in (*range(begin), begin, begin + CHUNK, begin + CHUNK + TAG, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(BackupError):
            unlocked(bytes(changed))


def test_chunks_that_are_left_out_moved_added_or_cut_off_are_noticed():
    sealed = locked(_TEXT[: 3 * CHUNK + 9])
    head, body, whole = sealed[: body_of(sealed)], sealed[body_of(sealed) :], CHUNK + TAG
    first, second, third, last = (body[n * whole : (n + 1) * whole] for n in range(4))
    wrong = {
        "cut off after a chunk": [first, second],
        "cut off within": [first, second[:-1]],
        "without the last": [first, second, third],
        "without all": [],
        "without the first": [second, third, last],
        "in another order": [second, first, third, last],
        "twice": [first, first, second, third, last],
        "more after the end": [first, second, third, last, b"more"],
        "an empty chunk after the end": [first, second, third, last, bytes(TAG)],
    }
    assert unlocked(head + body) == _TEXT[: 3 * CHUNK + 9]

    for how, chunks in wrong.items():
        with pytest.raises(BackupError, match="damaged"):
            unlocked(head + b"".join(chunks))
            pytest.fail(how)


def test_a_wrong_passphrase_is_told_from_damage():
    sealed = locked()

    with pytest.raises(WrongPassphraseError, match="does not open"):
        unlocked(sealed, PASSPHRASE + " ")
    with pytest.raises(BackupError, match="damaged") as refused:
        unlocked(sealed[:-5])
    assert not isinstance(refused.value, WrongPassphraseError)


def test_a_file_that_wants_all_the_memory_there_is_is_refused():
    with pytest.raises(BackupError, match="too much memory"):
        unlocked(locked().replace(b" 10\n", b" 30\n", 1))


def test_a_guess_costs_what_is_advised_and_a_long_file_takes_little_memory(monkeypatch):
    monkeypatch.setattr(age, "_WORK", 17)
    assert b" 17\n" in locked(b"")
    monkeypatch.setattr(age, "_WORK", 10)

    class Nowhere(io.RawIOBase):
        def write(self, content):
            return len(content)

    tracemalloc.start()
    with age.locked(Nowhere(), PASSPHRASE) as writer:
        for _number in range(32):
            writer.write(_TEXT)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4 << 20


def test_a_locked_backup_is_put_back_by_its_passphrase_alone(app, crm, lived, instance, another, passphrase, tmp_path):
    before, uploads = rows(app), files(instance)
    path = tmp_path / "all.zip.age"
    wrote = crm("backup", path, "--passphrase-file", passphrase)
    (tmp_path / "wrong").write_text("what is not its passphrase")
    there = another()
    crm_there, folder = runner(there), tmp_path / "other-0"

    without, wrong = crm_there("restore", path), crm_there("restore", path, "--passphrase-file", tmp_path / "wrong")
    cut = tmp_path / "cut.age"
    cut.write_bytes(path.read_bytes()[:-100])
    damaged = crm_there("restore", cut, "--passphrase-file", passphrase)

    assert wrote.exit_code == 0 and "bytes, encrypted." in wrote.output
    assert b"Halden" not in path.read_bytes() and path.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ")
    for refused, why in (
        (without, "The backup is encrypted. Enter its passphrase to open it."),
        (wrong, "does not open"),
        (damaged, "The backup is damaged, was altered, or is incomplete."),
    ):
        assert refused.exit_code == 1 and why in refused.output and "Nothing was restored." in refused.output
    with there.app_context():
        assert not db.inspect(db.engine).has_table("organisations")
    assert not (folder / "uploads").exists()
    checked = crm_there("restore", path, "--check", "--passphrase-file", passphrase)
    read = crm_there("restore", path, "--passphrase-file", passphrase)
    assert "is intact" in checked.output and read.exit_code == 0, checked.output + read.output
    assert rows(there) == put_back(before) and files(folder) == uploads


def test_whoever_sits_there_is_asked_for_the_passphrase(crm, organisation, instance, tmp_path, monkeypatch):
    asked = []
    answers = iter(["short", PASSPHRASE, "a wrong passphrase", PASSPHRASE])
    monkeypatch.setattr("crm_app.backups.commands._is_at_hand", lambda: True)
    monkeypatch.setattr("click.prompt", lambda text, **how: asked.append((text, how["hide_input"])) or next(answers))

    short = crm("backup", tmp_path / "a.age", "--encrypt")
    made = crm("backup", tmp_path / "a.age", "--encrypt")
    read = crm("restore", tmp_path / "a.age", "--check")

    assert short.exit_code == 1 and "at least 12" in short.output
    assert made.exit_code == 0 and read.exit_code == 0, made.output + read.output
    assert asked == [("Passphrase", True)] * 2 + [("Passphrase for a.age", True)] * 2


def test_where_nobody_can_type_it_says_how_else_to_give_it(crm, organisation, instance, tmp_path):
    result = crm("backup", tmp_path / "a.age", "--encrypt")

    assert result.exit_code == 1 and "BACKUP_PASSPHRASE_FILE" in result.output
    assert not (tmp_path / "a.age").exists()


def test_where_one_is_set_nights_and_the_page_lock_theirs_with_it(
    app, lived, instance, browser_of, olivia, crm, monkeypatch
):
    monkeypatch.setitem(app.config, "BACKUP_PASSPHRASE", PASSPHRASE)
    client = browser_of(olivia)

    asked = client.send("/settings/backups/")
    nightly.back_up_every_night()
    by_hand = crm("backup", "--replace")
    made = [one.name for one in kept.newest_first()]
    page = client.page("/settings/backups/")
    taken = client.get(f"/settings/backups/{made[0]}")

    assert by_hand.exit_code == 0 and len(made) >= 2, by_hand.output
    assert all(name.endswith(".zip.age") for name in made)
    assert asked.location.endswith(".zip.age") and "encrypted with the passphrase" in page.text
    assert taken.mimetype == "application/octet-stream" and taken.data.startswith(b"age-encryption.org/v1")
    for name in made:
        assert "is intact" in crm("restore", instance / "backups" / name, "--check").output
    for path in (instance / "backups").iterdir():
        path.unlink()


@pytest.mark.parametrize("text", ["short", "two lines\nof a passphrase"])
def test_a_passphrase_that_is_none_stops_it_at_the_start_and_is_not_repeated(tmp_path, text):
    with pytest.raises(ConfigError, match="BACKUP_PASSPHRASE must be one line") as refused:
        load({"INSTANCE_PATH": str(tmp_path), "BACKUP_PASSPHRASE": text})

    assert text not in str(refused.value)
