"""Whoever has the link that sets Peyvand up may put a backup back instead: whole, or not at all."""

import io
import zipfile
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from crm_app.accounts import links
from crm_app.backups import manifest, restoring
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests import make
from tests.backups.conftest import files, is_set_up, put_back, rows
from tests.backups.test_refusals import rewritten
from tests.conftest import Browser

PASSPHRASE = "five words that do not belong"
# Noted anew, and noted by looking on.
_OF_NOW = {"known_devices", "audit_entries", "user_sessions", "sign_in_failures", "workers"}


@pytest.fixture
def made(crm, lived, instance, olivia, tmp_path):
    (tmp_path / "email").write_text(olivia.email)
    db.session.commit()
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    assert crm("backup", tmp_path / "all.zip").exit_code == 0
    assert crm("backup", tmp_path / "all.zip.age", "--passphrase-file", tmp_path / "passphrase").exit_code == 0
    return tmp_path


@pytest.fixture
def empty(another):
    """An installation that waits to be set up: its application, its browser, and the address where one puts back."""
    there = another(RATELIMIT_ENABLED=False, PORT=8000)
    there.test_client_class = Browser
    with there.app_context():
        upgrade()
        token = links.new_setup_link()
        db.session.commit()
        yield there, there.test_client(), f"/settings/backups/first-run/{token}"
        db.session.remove()


def sent(client, url, content, passphrase="", name="all.zip"):
    """In memory: werkzeug's client leaves the file open in which it would keep a large form."""
    file = FileStorage(io.BytesIO(content), name)
    boundary, form = encode_multipart({"file": file, "passphrase": passphrase})
    return client.send(url, form, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize("is_locked", [False, True])
def test_a_backup_is_put_back_instead_of_setting_up(app, made, empty, is_locked):
    there, client, url = empty
    email = (made / "email").read_text()
    first = client.page(url.replace("/backups", ""))
    assert first.one("a", href=url) is not None
    before, uploads = put_back(rows(app)), files(Path(app.config["INSTANCE_PATH"]))
    content = (made / ("all.zip.age" if is_locked else "all.zip")).read_bytes()

    answer = sent(client, url, content, PASSPHRASE if is_locked else "")
    assert answer.status_code == 303, answer.text[-2500:]
    page = client.page(answer.location)
    signed_in = client.send("/accounts/sign-in", {"email": email, "password": make.PASSWORD})

    after = rows(there)
    assert answer.status_code == 303 and "Halden Instruments was restored" in page.text
    assert {name: after[name] for name in after if name not in _OF_NOW} == {
        name: before[name] for name in before if name not in _OF_NOW
    }
    assert after["audit_entries"][: len(before["audit_entries"])] == before["audit_entries"]
    assert "backup put back" in str(after["audit_entries"][len(before["audit_entries"])])
    assert files(Path(there.config["INSTANCE_PATH"])) == uploads
    assert there.config["SECRET_KEY"] == app.config["SECRET_KEY"]
    assert signed_in.status_code == 303 and client.get("/").status_code == 200
    assert client.get(url).status_code == 404 and sent(client, url, content).status_code == 404


def test_what_is_no_whole_backup_of_peyvand_is_refused_in_words_and_the_link_stays(made, empty):
    there, client, url = empty
    before, key = rows(there), (Path(there.config["INSTANCE_PATH"]) / "secret_key").read_text()
    plain, locked = (made / "all.zip").read_bytes(), (made / "all.zip.age").read_bytes()
    shortened = locked[:-200]
    refused = {
        "Nothing was saved": sent(client, url, b"", name=""),
        "not a Peyvand backup": sent(client, url, b"PK\3\4 no ZIP"),
        "The backup is encrypted. Enter its passphrase to open it.": sent(client, url, locked),
        "does not open this backup": sent(client, url, locked, "some other passphrase"),
        "The backup is damaged, was altered, or is incomplete.": sent(client, url, shortened, PASSPHRASE),
        "was altered": sent(client, url, edited(made / "all.zip")),
        "The backup contains files that its manifest does not list.": sent(client, url, with_more(plain)),
    }

    for words, answer in refused.items():
        assert answer.status_code == 422 and words in answer.text, (words, answer.text[-1500:])
    folder, after = Path(there.config["INSTANCE_PATH"]), rows(there)
    assert [name for name in after if after[name] != before[name] and name != "setup_links"] == []
    assert not (folder / "uploads").exists() and (folder / "secret_key").read_text() == key
    assert list((folder).rglob("*.part*")) == []
    assert sent(client, url, plain).status_code == 303 and is_set_up(there)


def edited(path):
    """A copy of it whose manifest tells something else, with the signature of the first."""
    copy = path.with_name("edited.zip")
    copy.write_bytes(path.read_bytes())
    rewritten(copy, lambda name, content: content.replace(b"Halden", b"Holden") if name == manifest.NAME else content)
    return copy.read_bytes()


def with_more(content):
    """As somebody would who hides a file among the parts."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("../../escape", b"x")
    return file.getvalue()


def test_whatever_breaks_at_the_last_moment_leaves_all_as_it_was(made, empty, monkeypatch):
    there, client, url = empty
    before, folder = rows(there), Path(there.config["INSTANCE_PATH"])
    key = (folder / "secret_key").read_text()

    def broken(_connection, _revision):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(restoring.migrating, "upgrade_within", broken)
        answer = sent(client, url, (made / "all.zip").read_bytes())

    assert answer.status_code == 422 and "Nothing was restored." in answer.text
    assert rows(there)["organisations"] == before["organisations"] == []
    assert (folder / "secret_key").read_text().strip() == key.strip() == there.config["SECRET_KEY"]
    assert list((folder / "uploads").rglob("*.*")) == [] and list(folder.rglob("*.part*")) == []
    assert sent(client, url, (made / "all.zip").read_bytes()).status_code == 303


def test_more_than_the_disk_has_room_for_is_refused_before_anything_is_written(made, empty, monkeypatch):
    there, client, url = empty
    monkeypatch.setattr(restoring, "_SIZES", 10**9)

    answer = sent(client, url, (made / "all.zip").read_bytes())

    assert answer.status_code == 422 and "There is not enough disk space for the backup." in answer.text
    assert not (Path(there.config["INSTANCE_PATH"]) / "uploads").exists()


def test_it_is_refused_in_the_language_of_the_page(empty):
    _there, client, url = empty
    client.send("/accounts/language", {"language": "fa", "next": url})

    answer = sent(client, url, b"no ZIP")

    assert answer.status_code == 422 and 'lang="fa"' in answer.text
    assert "no backup" not in answer.text and "Nothing was restored" not in answer.text


def test_without_the_link_nobody_gets_there_and_a_large_file_is_not_even_read(empty):
    _there, client, url = empty
    wrong = url[:-3] + "xxx"
    large = b"x" * (65 << 20)

    assert client.get(wrong).status_code == 404
    assert sent(client, wrong, large).status_code in (404, 413)
