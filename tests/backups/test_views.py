"""Owners see the backups under Settings, ask for one and take it along; nobody else comes near them."""

import io
import os
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from crm_app.backups import kept, nightly
from crm_app.extensions import db, utc_now
from tests.backups.conftest import put_back, rows, runner


@pytest.fixture
def backups(instance):
    (instance / "backups").mkdir()
    return instance / "backups"


def test_a_backup_is_made_when_asked_and_can_be_taken_along(app, lived, backups, browser_of, olivia, another, tmp_path):
    client = browser_of(olivia)

    asked = client.send("/settings/backups/")
    backed_up = rows(app)
    page = client.get(asked.location)
    (name,) = (path.name for path in backups.iterdir())
    taken = client.get(f"/settings/backups/{name}")

    assert asked.status_code == 302 and f"due={name}" in asked.location
    assert f'href="/settings/backups/{name}"' in page.text and "every 1s" not in page.text
    assert taken.headers["Content-Disposition"].startswith("attachment") and taken.mimetype == "application/zip"
    (tmp_path / "taken.zip").write_bytes(taken.data)
    there = another()
    assert runner(there)("restore", tmp_path / "taken.zip").exit_code == 0
    assert rows(there) == put_back(backed_up)


def test_the_page_waits_for_one_that_was_asked_for(backups, browser_of, olivia):
    client, due = browser_of(olivia), kept.new_name()

    waiting = client.get(f"/settings/backups/?due={due}", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert (
        "The backup is being created. It will appear here when it is complete." in waiting.text
        and "every 1s" in waiting.text
        and "<h1>" not in waiting.text
    )

    with zipfile.ZipFile(backups / due, "w"):
        pass
    assert "every 1s" not in client.get(f"/settings/backups/?due={due}").text


@pytest.mark.parametrize("due", ["", "x", "../x.zip", "peyvand-2026-11-28.zip", "peyvand-2020-01-01-000000.zip"])
def test_it_waits_for_nothing_else(backups, browser_of, olivia, due):
    page = browser_of(olivia).get("/settings/backups/", query_string={"due": due})

    assert "every 1s" not in page.text and "There is no backup yet." in page.text


def test_the_newest_stand_first_with_their_size(backups, browser_of, olivia):
    for name, size in (("peyvand-2026-11-26.zip", 3_400_000), ("peyvand-2026-11-27.zip", 10), ("notes.zip", 9)):
        (backups / name).write_bytes(b"x" * size)

    page = browser_of(olivia).get("/settings/backups/").text

    assert page.index("peyvand-2026-11-27.zip") < page.index("peyvand-2026-11-26.zip")
    assert "3.4 MB" in page and "0.1 MB" in page and "notes.zip" not in page


@pytest.mark.parametrize("role", ["charlie", "alice", "vera"])
def test_nobody_but_an_owner_comes_near_them(request, backups, browser_of, role):
    client = browser_of(request.getfixturevalue(role))
    (backups / "peyvand-2026-11-27.zip").write_bytes(b"everything")

    answers = [
        client.get("/settings/backups/"),
        client.send("/settings/backups/"),
        client.get("/settings/backups/peyvand-2026-11-27.zip"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert [path.name for path in backups.iterdir()] == ["peyvand-2026-11-27.zip"]
    assert "/settings/backups" not in client.get("/settings/").text


@pytest.mark.parametrize(
    "name", ["..%2f..%2fsecret_key", "secret_key", "%2e%2e", "peyvand-2026-11-27.zip%00", "peyvand-x.zip", "notes.txt"]
)
def test_no_other_file_is_reached(instance, backups, browser_of, olivia, name):
    (backups / "notes.txt").write_text("private")

    assert browser_of(olivia).get(f"/settings/backups/{name}").status_code in (400, 404)


def test_a_job_that_runs_again_or_late_changes_nothing(organisation, backups):
    db.session.rollback()
    name = kept.new_name()
    (backups / name).write_text("made already")
    long_ago = f"peyvand-{utc_now() - timedelta(hours=2):%Y-%m-%d-%H%M%S}.zip"

    for one in (name, long_ago, "../escape.zip", "peyvand-2026-11-27.zip"):
        nightly.back_up_as(one)

    assert [(path.name, path.read_text()) for path in backups.iterdir()] == [(name, "made already")]


def test_a_backup_taken_along_is_whole_while_it_is_replaced(backups, browser_of, olivia):
    (backups / "peyvand-2026-11-27.zip").write_bytes(b"a" * 200_000)
    taken = browser_of(olivia).get("/settings/backups/peyvand-2026-11-27.zip", buffered=False)
    newer = backups / "newer"
    newer.write_bytes(b"b" * 200_000)
    newer.replace(backups / "peyvand-2026-11-27.zip")

    assert io.BytesIO(taken.data).read() == b"a" * 200_000


def test_a_folder_that_cannot_be_used_is_told_on_the_page(instance, browser_of, olivia):
    (instance / "backups").touch()
    client = browser_of(olivia)

    page, asked = client.get("/settings/backups/?due=" + kept.new_name()), client.send("/settings/backups/")
    nightly.sweep_backups()
    (instance / "backups").unlink()

    assert page.status_code == 200 and f"{instance / 'backups'} cannot be read (Not a directory)." in page.text
    assert asked.status_code == 303 and "due=" not in asked.location


def test_a_folder_that_somebody_else_made_is_known_by_whoever_may_not_use_it(app, found_by_nobody):
    assert found_by_nobody.filename.endswith("/backups") and found_by_nobody.strerror == "Permission denied"


@pytest.fixture
def found_by_nobody(app, monkeypatch):
    with tempfile.TemporaryDirectory() as instance:
        Path(instance).chmod(0o755)
        (Path(instance) / "backups").mkdir(mode=0o500)
        monkeypatch.setitem(app.config, "INSTANCE_PATH", instance)
        is_root = os.geteuid() == 0
        try:
            if is_root:
                os.seteuid(65534)
            with pytest.raises(PermissionError) as refused:
                kept.expect_open()
        finally:
            if is_root:
                os.seteuid(0)
        yield refused.value
